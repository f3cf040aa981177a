package io.oidcgrant.flow;

import java.util.Map;

/**
 * What a call of an endpoint takes over from the caller's request.
 *
 * @param parameters by name, sorted
 * @param headers by name, sorted
 */
record Copied(Map<String, String> parameters, Map<String, String> headers) {
  static final Copied NOTHING = new Copied(Map.of(), Map.of());

  /** What it holds is the caller's. */
  @Override
  public String toString() {
    return "Copied[***]";
  }
}
