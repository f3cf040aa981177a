package io.oidcgrant.proxy.server;

import io.oidcgrant.config.OidcGrantConfig;
import io.oidcgrant.proxy.route.Match;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.IdentityHashMap;

/**
 * Sends a request through the grant filter of its route, if it has one. Safe for concurrent use.
 */
final class GrantDispatchFilter extends HttpFilter {
  private final transient IdentityHashMap<OidcGrantConfig, Filter> filters;

  /** A filter that has, by configuration, those of all routes. */
  GrantDispatchFilter(IdentityHashMap<OidcGrantConfig, Filter> filters) {
    this.filters = filters;
  }

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    Match match = (Match) request.getAttribute(Match.ATTRIBUTE);
    OidcGrantConfig grant = match.route().grant().orElse(null);
    if (grant == null) {
      chain.doFilter(request, response);
      return;
    }
    Filter filter = filters.get(grant);
    if (filter == null) {
      throw new IllegalStateException("a route without its grant filter");
    }
    filter.doFilter(request, response, chain);
  }

  @Override
  public void destroy() {
    filters.values().forEach(Filter::destroy);
  }
}
