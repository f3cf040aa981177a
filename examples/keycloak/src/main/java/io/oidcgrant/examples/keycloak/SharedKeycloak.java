package io.oidcgrant.examples.keycloak;

import java.io.IOException;

/**
 * The one Keycloak of this JVM, for all its tests: started when first asked for, ended with the
 * JVM.
 */
public final class SharedKeycloak {
  private SharedKeycloak() {}

  /** The running server, on a free port. Not to be closed by the caller. */
  public static KeycloakServer server() {
    return Holder.SERVER;
  }

  private static final class Holder {
    static final KeycloakServer SERVER = start();

    private static KeycloakServer start() {
      try {
        return KeycloakServer.start();
      } catch (IOException | InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
