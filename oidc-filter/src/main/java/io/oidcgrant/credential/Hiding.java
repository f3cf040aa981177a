package io.oidcgrant.credential;

import java.util.HashSet;
import java.util.Set;

/**
 * Where the credential that was used stood, so that it can be taken out of what goes on.
 *
 * @param headers folded names
 * @param queryNames names of parameters, decoded
 * @param bodyNames names of form parameters or JSON members, decoded
 */
public record Hiding(Set<String> headers, Set<String> queryNames, Set<String> bodyNames) {
  private static final Hiding NOTHING = new Hiding(Set.of(), Set.of(), Set.of());

  public static Hiding none() {
    return NOTHING;
  }

  /** The same with more headers. */
  public Hiding withHeaders(Set<String> more) {
    if (more.isEmpty()) {
      return this;
    }
    Set<String> all = new HashSet<>(headers);
    all.addAll(more);
    return new Hiding(all, queryNames, bodyNames);
  }
}
