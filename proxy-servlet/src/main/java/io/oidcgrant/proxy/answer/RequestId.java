package io.oidcgrant.proxy.answer;

import io.oidcgrant.OidcGrantFilter;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/** The id of a request: what its caller calls it, where that is well-formed, or a new one. */
public final class RequestId {
  public static final String HEADER = "X-Request-Id";

  /** Request attribute that holds it. */
  public static final String ATTRIBUTE = OidcGrantFilter.REQUEST_ID;

  private static final int LONGEST = 128;

  private RequestId() {}

  /** The id that this request has from now on. */
  public static String of(Request request) {
    if (request.getAttribute(ATTRIBUTE) instanceof String known) {
      return known;
    }
    String id = callers(request.getHeaders());
    if (id == null) {
      id = fresh();
    }
    request.setAttribute(ATTRIBUTE, id);
    return id;
  }

  /** Null where the caller gives none, several, or one that is not well-formed. */
  static @Nullable String callers(HttpFields headers) {
    String found = null;
    for (HttpField field : headers) {
      if (HEADER.equalsIgnoreCase(field.getName())) {
        if (found != null || field.getValue() == null) {
          return null;
        }
        found = field.getValue();
      }
    }
    return found != null && wellFormed(found) ? found : null;
  }

  private static boolean wellFormed(String id) {
    for (int i = 0; i < id.length(); i++) {
      char c = id.charAt(i);
      boolean good = (c >= 'a' && c <= 'z')
          || (c >= 'A' && c <= 'Z')
          || (c >= '0' && c <= ':')
          || c == '.'
          || c == '_'
          || c == '-';
      if (!good) {
        return false;
      }
    }
    return !id.isEmpty() && id.length() <= LONGEST;
  }

  /** 128 random bits; it is no secret. */
  private static String fresh() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    HexFormat hex = HexFormat.of();
    return hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextLong());
  }
}
