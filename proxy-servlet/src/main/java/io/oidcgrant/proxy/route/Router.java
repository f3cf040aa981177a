package io.oidcgrant.proxy.route;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Finds the route of a request. The order in which routes are tried is Kong's: more kinds of
 * criteria first, then hosts before paths before methods, plain hosts before wildcards, longer
 * paths before shorter, and the file's order among equals. Safe for concurrent use.
 */
public final class Router {
  private static final Comparator<Candidate> ORDER = Comparator.comparingInt(Candidate::kinds)
      .thenComparingInt(Candidate::weight)
      .thenComparing(
          candidate -> !candidate.host.isEmpty() && !candidate.host.get(0).wildcard())
      .thenComparingInt(candidate -> candidate.path.length())
      .reversed();

  private final List<Candidate> candidates;

  public Router(List<Route> routes) {
    List<Candidate> all = new ArrayList<>();
    for (Route route : routes) {
      List<HostPattern> hosts = route.hosts();
      for (int i = 0; i < Math.max(1, hosts.size()); i++) {
        List<HostPattern> host = hosts.isEmpty() ? hosts : hosts.subList(i, i + 1);
        if (route.paths().isEmpty()) {
          all.add(new Candidate(route, host, ""));
        }
        route.paths().forEach(path -> all.add(new Candidate(route, host, path)));
      }
    }
    all.sort(ORDER);
    candidates = List.copyOf(all);
  }

  /**
   * The route of a request.
   *
   * @param host without port
   */
  public Optional<Match> match(String method, String host, CanonicalPath path) {
    String normalised = HostPattern.normalise(host);
    for (Candidate candidate : candidates) {
      if (candidate.matches(method, normalised, path.text())) {
        return Optional.of(Match.of(candidate.route, path, candidate.path.length()));
      }
    }
    return Optional.empty();
  }

  /** One way to match a route: one of its hosts, if it has any, with one of its paths. */
  private record Candidate(Route route, List<HostPattern> host, String path) {
    int kinds() {
      return Integer.bitCount(weight());
    }

    int weight() {
      return (host.isEmpty() ? 0 : 4)
          + (path.isEmpty() ? 0 : 2)
          + (route.methods().isEmpty() ? 0 : 1);
    }

    boolean matches(String method, String requestHost, String requestPath) {
      return (host.isEmpty() || host.get(0).matches(requestHost))
          && requestPath.startsWith(path)
          && (route.methods().isEmpty() || route.methods().contains(method));
    }
  }
}
