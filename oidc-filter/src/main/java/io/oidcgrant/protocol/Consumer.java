package io.oidcgrant.protocol;

import java.util.Optional;

/**
 * Somebody the gateway knows, as Kong's entity {@code consumers}.
 *
 * @param id empty where there is none
 */
public record Consumer(String id, Optional<String> username, Optional<String> customId) {
  /** One that is known by its name alone. */
  public static Consumer named(String username) {
    return new Consumer("", Optional.of(username), Optional.empty());
  }

  /** Whether a reference, an id or a user name, means this one. */
  public boolean isMeantBy(String reference) {
    return id.equals(reference) || username.filter(reference::equals).isPresent();
  }
}
