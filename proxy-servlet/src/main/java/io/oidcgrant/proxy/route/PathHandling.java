package io.oidcgrant.proxy.route;

/** How the service's path and what is left of the caller's are put together: Kong's two ways. */
public enum PathHandling {
  /** As segments: there is a slash between the two. */
  V0 {
    @Override
    String stripped(String base, String rest, String whole) {
      String stem = stem(base);
      if (!rest.isEmpty()) {
        return rest.startsWith("/") ? stem + rest : stem + "/" + rest;
      }
      return stem.isEmpty() || (whole.length() > 1 && whole.endsWith("/")) ? stem + "/" : stem;
    }

    @Override
    String unstripped(String base, String whole) {
      return whole.equals("/") ? base : stem(base) + whole;
    }
  },

  /** As texts: the service's path is a prefix, a path that was not stripped loses its slash. */
  V1 {
    @Override
    String stripped(String base, String rest, String whole) {
      return rest.startsWith("/") ? stem(base) + rest : base + rest;
    }

    @Override
    String unstripped(String base, String whole) {
      return base + whole.substring(1);
    }
  };

  /**
   * The path for the upstream.
   *
   * @param base the service's, at least a slash
   * @param rest what the route left of the caller's
   * @param whole the caller's
   */
  abstract String stripped(String base, String rest, String whole);

  abstract String unstripped(String base, String whole);

  private static String stem(String base) {
    return base.endsWith("/") ? base.substring(0, base.length() - 1) : base;
  }
}
