package io.oidcgrant.proxy.server;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
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
    for (Map.Entry<URI, Filter> resource : engine.get().resources().entrySet()) {
      URI metadata = resource.getKey();
      if (metadata.getRawPath().equals(request.getRequestURI())
          && metadata.getHost().equalsIgnoreCase(request.getServerName())) {
        return resource.getValue();
      }
    }
    return null;
  }
}
