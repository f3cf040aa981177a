package io.oidcgrant.protocol;

import java.util.Map;
import java.util.Optional;

/**
 * What the issuer told of a token or its owner. Immutable.
 *
 * @param members without nulls
 * @param jwt in which it came, where it did
 */
public record Told(Map<String, Object> members, Optional<String> jwt) {
  /** Makes one of parsed JSON. */
  public static Told of(Map<String, Object> parsed, Optional<String> jwt) {
    return new Told(JsonValues.copyOf(parsed), jwt);
  }

  /** Estimated memory, bytes. */
  int weight() {
    return JsonValues.weight(members) + jwt.map(String::length).orElse(0);
  }

  /** Without what it says: that is somebody's business. */
  @Override
  public String toString() {
    return "Told[***]";
  }
}
