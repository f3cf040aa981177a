package io.oidcgrant.credential;

import java.util.HashSet;
import java.util.Set;

/**
 * Where the credential that was used stood, so that it can be taken out of what goes on.
 *
 * @param headers folded names
 * @param queryNames names of parameters, decoded
 * @param bodyNames names of form parameters or JSON members, decoded
 * @param cookieNames names of cookies
 */
public record Hiding(
    Set<String> headers, Set<String> queryNames, Set<String> bodyNames, Set<String> cookieNames) {
  private static final Hiding NOTHING = new Hiding(Set.of(), Set.of(), Set.of(), Set.of());

  /** Without cookies. */
  public Hiding(Set<String> headers, Set<String> queryNames, Set<String> bodyNames) {
    this(headers, queryNames, bodyNames, Set.of());
  }

  public static Hiding none() {
    return NOTHING;
  }

  /** The same with more headers. */
  public Hiding withHeaders(Set<String> more) {
    return more.isEmpty() ? this : and(new Hiding(more, Set.of(), Set.of(), Set.of()));
  }

  /** Both. */
  public Hiding and(Hiding other) {
    return new Hiding(
        union(headers, other.headers),
        union(queryNames, other.queryNames),
        union(bodyNames, other.bodyNames),
        union(cookieNames, other.cookieNames));
  }

  private static Set<String> union(Set<String> a, Set<String> b) {
    if (b.isEmpty()) {
      return a;
    }
    Set<String> both = new HashSet<>(a);
    both.addAll(b);
    return both;
  }
}
