package io.oidcgrant.verify;

import java.net.URI;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Addresses of requests in one form, so that they can be compared as texts (RFC 3986 sections 6.2.2
 * and 6.2.3): without query and fragment.
 */
final class RequestTarget {
  private static final Pattern DOTS = Pattern.compile("(?i).*/(\\.|%2e){1,2}(/.*)?");

  private RequestTarget() {}

  /** Null where it is not an absolute http or https address in an unambiguous form. */
  static @Nullable String normal(String address) {
    String text = address;
    for (char mark : new char[] {'#', '?'}) {
      int at = text.indexOf(mark);
      text = at < 0 ? text : text.substring(0, at);
    }
    URI uri;
    try {
      uri = URI.create(text);
    } catch (IllegalArgumentException e) {
      return null;
    }
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    String host = uri.getHost();
    boolean secure = scheme.equals("https");
    if ((!secure && !scheme.equals("http")) || host == null || uri.getRawUserInfo() != null) {
      return null;
    }
    String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    if (DOTS.matcher(path).matches()) {
      return null;
    }
    int port = uri.getPort() == (secure ? 443 : 80) ? -1 : uri.getPort();
    return scheme + "://" + host.toLowerCase(Locale.ROOT) + (port < 0 ? "" : ":" + port)
        + unescaped(path);
  }

  /** Unreserved characters as themselves, other escapes with capital digits. */
  private static String unescaped(String path) {
    if (path.indexOf('%') < 0) {
      return path;
    }
    StringBuilder normal = new StringBuilder(path.length());
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (c != '%') {
        normal.append(c);
        continue;
      }
      // URI has seen to it that two digits follow.
      String digits = path.substring(i + 1, i + 3);
      char escaped = (char) Integer.parseInt(digits, 16);
      if (escaped < 0x7f && (Character.isLetterOrDigit(escaped) || "-._~".indexOf(escaped) >= 0)) {
        normal.append(escaped);
      } else {
        normal.append('%').append(digits.toUpperCase(Locale.ROOT));
      }
      i += 2;
    }
    return normal.toString();
  }
}
