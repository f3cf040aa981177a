package io.oidcgrant.clientauth;

import java.util.Collection;
import java.util.List;

/**
 * The ways for a client to prove itself, by their names in IANA's registry (RFC 8414, RFC 8705).
 */
public enum ClientAuthMethod {
  CLIENT_SECRET_BASIC,
  CLIENT_SECRET_POST,
  CLIENT_SECRET_JWT,
  PRIVATE_KEY_JWT,
  TLS_CLIENT_AUTH,
  SELF_SIGNED_TLS_CLIENT_AUTH,
  NONE;

  private static final List<ClientAuthMethod> BY_SECRET =
      List.of(CLIENT_SECRET_BASIC, CLIENT_SECRET_POST, CLIENT_SECRET_JWT);
  private static final List<ClientAuthMethod> BY_CERTIFICATE =
      List.of(TLS_CLIENT_AUTH, SELF_SIGNED_TLS_CLIENT_AUTH);

  private final String registered = name().toLowerCase(java.util.Locale.ROOT);

  /** As it is registered. */
  public String registered() {
    return registered;
  }

  /** The method of this registered name. */
  public static ClientAuthMethod named(String registered) {
    for (ClientAuthMethod method : values()) {
      if (method.registered.equals(registered)) {
        return method;
      }
    }
    throw new IllegalArgumentException("unknown client authentication method: " + registered);
  }

  /** Whether a shared secret is all that it takes. */
  public boolean bySecret() {
    return BY_SECRET.contains(this);
  }

  /** Whether the connection proves the client. */
  public boolean byCertificate() {
    return BY_CERTIFICATE.contains(this);
  }

  /**
   * The strongest among those that an issuer supports and for which the client has what it takes;
   * {@code client_secret_basic} where there is none (RFC 8414 section 2). An assertion by a shared
   * secret is never chosen: the secret may be too short for it.
   *
   * @param key whether the client has a private key
   * @param certificate whether it has a certificate
   */
  public static ClientAuthMethod among(
      Collection<String> supported, boolean key, boolean certificate) {
    if (key && supported.contains(PRIVATE_KEY_JWT.registered)) {
      return PRIVATE_KEY_JWT;
    }
    if (certificate) {
      for (ClientAuthMethod method : BY_CERTIFICATE) {
        if (supported.contains(method.registered)) {
          return method;
        }
      }
    }
    return !supported.contains(CLIENT_SECRET_BASIC.registered)
            && supported.contains(CLIENT_SECRET_POST.registered)
        ? CLIENT_SECRET_POST
        : CLIENT_SECRET_BASIC;
  }
}
