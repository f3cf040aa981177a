package io.oidcgrant.proxy.route;

/**
 * The route of one request.
 *
 * @param upstreamPath the bytes that go upstream, without the query
 * @param prefix what was stripped; empty for nothing
 */
public record Match(Route route, String upstreamPath, String prefix) {
  /** Request attribute that holds it. */
  public static final String ATTRIBUTE = Match.class.getName();

  static Match of(Route route, CanonicalPath path, int matched) {
    String base = route.service().path().isEmpty() ? "/" : route.service().path();
    if (matched > 0 && !route.stripPath()) {
      return new Match(route, unstripped(base, path.raw()), "");
    }
    String rest = path.rawAfter(matched);
    return new Match(route, stripped(base, rest, path.raw()), path.text().substring(0, matched));
  }

  /** Kong's path handling {@code v0}. */
  private static String stripped(String base, String rest, String whole) {
    boolean slash = base.endsWith("/");
    String stem = slash ? base.substring(0, base.length() - 1) : base;
    if (!rest.isEmpty()) {
      return rest.startsWith("/") ? stem + rest : stem + "/" + rest;
    }
    if (stem.isEmpty() || (whole.length() > 1 && whole.endsWith("/"))) {
      return stem + "/";
    }
    return stem;
  }

  private static String unstripped(String base, String whole) {
    if (base.endsWith("/")) {
      return base + whole.substring(1);
    }
    return whole.equals("/") ? base : base + whole;
  }
}
