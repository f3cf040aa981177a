package io.oidcgrant;

import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A response that no shared cache may keep once {@link #restrict} was called, whatever the
 * application says: its request had a credential in the query (RFC 6750 section 2.3), or its
 * headers tell of the caller. One per request.
 */
final class PrivateResponse extends HttpServletResponseWrapper {
  private static final String CACHE_CONTROL = "Cache-Control";
  private boolean restricted;

  PrivateResponse(HttpServletResponse response) {
    super(response);
  }

  void restrict() {
    restricted = true;
    super.setHeader(CACHE_CONTROL, "private");
  }

  private boolean passes(String name, @Nullable String value) {
    if (!restricted || !CACHE_CONTROL.equalsIgnoreCase(name)) {
      return true;
    }
    if (value == null) {
      return false;
    }
    String lower = value.toLowerCase(Locale.ROOT);
    return lower.contains("private") || lower.contains("no-store");
  }

  @Override
  public void reset() {
    super.reset();
    if (restricted) {
      restrict();
    }
  }

  @Override
  public void setHeader(String name, @Nullable String value) {
    if (passes(name, value)) {
      super.setHeader(name, value);
    }
  }

  @Override
  public void addHeader(String name, @Nullable String value) {
    if (passes(name, value)) {
      super.addHeader(name, value);
    }
  }
}
