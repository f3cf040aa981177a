package io.oidcgrant.proxy.route;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One way to match a route: one of its hosts, if it has any, with one of its paths.
 *
 * @param host null for any
 * @param path null for any
 */
record Candidate(
    Route route, @Nullable HostPattern host, @Nullable PathPattern path) {
  /**
   * The order in which they are tried, Kong's: more kinds of criteria, then hosts before headers
   * before paths before methods before server names, plain hosts before wildcards, with a port
   * before any port, more headers, regular expressions by their priority, longer prefixes. Among
   * equals what is not for TLS, which a request over TLS passes by; then the older. The sort keeps
   * the file's order.
   */
  static final Comparator<Candidate> ORDER = Comparator.comparingInt(Candidate::kinds)
      .thenComparingInt(Candidate::weight)
      .thenComparing(Candidate::plainHosts)
      .thenComparing(candidate -> candidate.host != null && candidate.host.port() > 0)
      .thenComparingInt(candidate -> candidate.criteria().headers().size())
      .thenComparing(Candidate::hasRegex)
      .thenComparingInt(Candidate::regexPriority)
      .thenComparingInt(Candidate::prefixLength)
      .thenComparing(candidate -> !candidate.criteria().tls())
      .reversed()
      .thenComparingLong(candidate -> candidate.criteria().createdAt());

  static List<Candidate> of(Route route) {
    List<Candidate> all = new ArrayList<>();
    for (HostPattern host : orNone(route.criteria().hosts())) {
      for (PathPattern path : orNone(route.criteria().paths())) {
        all.add(new Candidate(route, host, path));
      }
    }
    return all;
  }

  private static <T> List<@Nullable T> orNone(List<T> values) {
    List<@Nullable T> all = new ArrayList<>(values);
    if (all.isEmpty()) {
      all.add(null);
    }
    return all;
  }

  private Criteria criteria() {
    return route.criteria();
  }

  private int kinds() {
    return Integer.bitCount(weight());
  }

  private int weight() {
    return (host == null ? 0 : 16)
        + (criteria().headers().isEmpty() ? 0 : 8)
        + (path == null ? 0 : 4)
        + (criteria().methods().isEmpty() ? 0 : 2)
        + (criteria().snis().isEmpty() ? 0 : 1);
  }

  private boolean plainHosts() {
    return criteria().hosts().stream().noneMatch(HostPattern::wildcard);
  }

  boolean hasRegex() {
    return path != null && path.regex() != null;
  }

  /** How many there are to try at most. */
  long regexes() {
    return (hasRegex() ? 1 : 0)
        + criteria().headers().stream().filter(header -> header.regex() != null).count();
  }

  private int regexPriority() {
    return hasRegex() ? criteria().regexPriority() : 0;
  }

  private int prefixLength() {
    return path == null || hasRegex() ? 0 : path.text().length();
  }
}
