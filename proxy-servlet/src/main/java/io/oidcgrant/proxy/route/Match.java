package io.oidcgrant.proxy.route;

import java.util.Optional;

/**
 * The route of one request.
 *
 * @param upstreamPath the bytes that go upstream, without the query
 * @param prefix what was stripped; empty for nothing
 */
public record Match(Route route, String upstreamPath, String prefix) implements Outcome {
  /** Request attribute that holds it. */
  public static final String ATTRIBUTE = Match.class.getName();

  /**
   * The match.
   *
   * @param matched how many characters of the path's text the route matched
   * @return empty where what would go upstream could be read two ways
   */
  static Optional<Match> of(Route route, CanonicalPath path, int matched) {
    String base = route.service().path().isEmpty() ? "/" : route.service().path();
    PathHandling handling = route.pathHandling();
    String whole = path.raw();
    if (!route.stripPath() || route.criteria().paths().isEmpty()) {
      return Optional.of(new Match(route, handling.unstripped(base, whole), ""));
    }
    int end = path.wholeEscape(matched);
    String rest = path.rawAfter(end);
    Match match =
        new Match(route, handling.stripped(base, rest, whole), path.text().substring(0, end));
    boolean wholeSegments =
        rest.isEmpty() || rest.startsWith("/") || path.text().startsWith("/", end - 1);
    // A segment that was cut may have become a dot segment.
    return wholeSegments
        ? Optional.of(match)
        : CanonicalPath.of(match.upstreamPath).map(unambiguous -> match);
  }
}
