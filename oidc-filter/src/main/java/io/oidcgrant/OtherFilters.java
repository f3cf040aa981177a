package io.oidcgrant;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;

/**
 * Which filters an application has beside ours. Neither their order nor what kinds of dispatch they
 * are mapped to can be asked for.
 */
final class OtherFilters {
  private OtherFilters() {}

  /** Whether a filter of another name could be mapped to this request. */
  static boolean mayMatch(HttpServletRequest request, String own) {
    if (request.getDispatcherType() != DispatcherType.REQUEST) {
      return true;
    }
    String path =
        request.getServletPath() + (request.getPathInfo() == null ? "" : request.getPathInfo());
    Map<String, ? extends FilterRegistration> filters;
    try {
      filters = request.getServletContext().getFilterRegistrations();
    } catch (UnsupportedOperationException e) {
      return true;
    }
    for (Map.Entry<String, ? extends FilterRegistration> filter : filters.entrySet()) {
      if (!filter.getKey().equals(own)
          && (!filter.getValue().getServletNameMappings().isEmpty()
              || filter.getValue().getUrlPatternMappings().stream()
                  .anyMatch(pattern -> matches(pattern, path)))) {
        return true;
      }
    }
    return false;
  }

  /** Servlet 6.0, 12.2. */
  private static boolean matches(String pattern, String path) {
    if (pattern.startsWith("*.")) {
      return path.endsWith(pattern.substring(1));
    }
    if (pattern.endsWith("/*")) {
      String prefix = pattern.substring(0, pattern.length() - 2);
      return path.equals(prefix) || path.startsWith(prefix + "/");
    }
    return pattern.equals("/") || pattern.equals(path);
  }
}
