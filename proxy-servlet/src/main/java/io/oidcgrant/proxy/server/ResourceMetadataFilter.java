package io.oidcgrant.proxy.server;

import io.oidcgrant.config.OidcGrantConfig;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Hands requests for the metadata of a protected resource (RFC 9728 section 3) to the filter that
 * guards it: they are at an address of their own, which no route need match. Safe for concurrent
 * use.
 */
final class ResourceMetadataFilter extends HttpFilter {
  private final transient Supplier<Engine> engine;

  ResourceMetadataFilter(Supplier<Engine> engine) {
    this.engine = engine;
  }

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    Filter filter = of(request);
    if (filter == null) {
      chain.doFilter(request, response);
    } else {
      filter.doFilter(request, response, chain);
    }
  }

  private @Nullable Filter of(HttpServletRequest request) {
    for (Map.Entry<Object, Filter> filter : engine.get().filters().entrySet()) {
      if (filter.getKey() instanceof OidcGrantConfig config
          && config
              .resourceMetadata()
              .filter(at -> at.getRawPath().equals(request.getRequestURI())
                  && at.getHost().equalsIgnoreCase(request.getServerName()))
              .isPresent()) {
        return filter.getValue();
      }
    }
    return null;
  }
}
