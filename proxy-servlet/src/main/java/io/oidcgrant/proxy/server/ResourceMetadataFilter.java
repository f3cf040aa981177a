package io.oidcgrant.proxy.server;

import io.oidcgrant.config.OidcGrantConfig;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Hands requests for the metadata of a protected resource (RFC 9728 section 3) to the filter that
 * guards it: they are at an address of their own, which no route need match. Safe for concurrent
 * use.
 */
final class ResourceMetadataFilter extends HttpFilter {
  private record Guarded(URI metadata, Filter filter) {}

  private final transient List<Guarded> resources = new ArrayList<>();

  ResourceMetadataFilter(Map<Object, Filter> filters) {
    filters.forEach((plugin, filter) -> {
      if (plugin instanceof OidcGrantConfig config) {
        config.resourceMetadata().ifPresent(at -> resources.add(new Guarded(at, filter)));
      }
    });
  }

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    Filter filter = resources.isEmpty() ? null : of(request);
    if (filter == null) {
      chain.doFilter(request, response);
    } else {
      filter.doFilter(request, response, chain);
    }
  }

  private @Nullable Filter of(HttpServletRequest request) {
    for (Guarded resource : resources) {
      if (resource.metadata().getRawPath().equals(request.getRequestURI())
          && resource.metadata().getHost().equalsIgnoreCase(request.getServerName())) {
        return resource.filter();
      }
    }
    return null;
  }
}
