package io.oidcgrant.proxy.server;

import io.oidcgrant.proxy.route.Match;
import io.oidcgrant.proxy.route.Route;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Function;

/**
 * Sends a request through the filter of one plugin of its route, if it has that plugin. Safe for
 * concurrent use.
 */
final class PluginDispatchFilter extends HttpFilter {
  private final transient Function<Route, ? extends Optional<?>> plugin;

  /**
   * A filter for one kind of plugin.
   *
   * @param plugin of a route
   */
  PluginDispatchFilter(Function<Route, ? extends Optional<?>> plugin) {
    this.plugin = plugin;
  }

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    Match match = (Match) request.getAttribute(Match.ATTRIBUTE);
    Optional<?> config = plugin.apply(match.route());
    if (config.isEmpty()) {
      chain.doFilter(request, response);
      return;
    }
    Filter filter = Engine.in(request).filters().get(config.get());
    if (filter == null) {
      throw new IllegalStateException("a route without the filter of its plugin");
    }
    filter.doFilter(request, response, chain);
  }
}
