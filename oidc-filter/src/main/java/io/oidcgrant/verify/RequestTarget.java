package io.oidcgrant.verify;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Addresses of requests in one form, so that they can be compared as texts (RFC 3986 sections 6.2.2
 * and 6.2.3): without query and fragment. Hosts with an underscore and paths with characters that
 * callers should have escaped are taken as they are.
 */
final class RequestTarget {
  private static final Pattern ADDRESS =
      Pattern.compile("(?i)(https?)://([a-z0-9._~!$&'()*+,;=-]+|\\[[0-9a-f:.]+])(?::([0-9]{0,5}))?"
          + "(/(?:[!-$&-\\[\\]-~]|%[0-9a-f]{2})*+)?");
  private static final Pattern DOTS = Pattern.compile("(?i).*/(\\.|%2e){1,2}(/.*)?");

  private RequestTarget() {}

  /** Null where it is not an absolute http or https address in an unambiguous form. */
  static @Nullable String normal(String address) {
    String text = address;
    for (char mark : new char[] {'#', '?'}) {
      int at = text.indexOf(mark);
      text = at < 0 ? text : text.substring(0, at);
    }
    Matcher parts = ADDRESS.matcher(text);
    if (!parts.matches()) {
      return null;
    }
    String scheme = parts.group(1).toLowerCase(Locale.ROOT);
    String port = parts.group(3) == null ? "" : parts.group(3);
    String path = parts.group(4) == null ? "/" : parts.group(4);
    if (DOTS.matcher(path).matches()) {
      return null;
    }
    int usual = scheme.equals("https") ? 443 : 80;
    int number = port.isEmpty() ? usual : Integer.parseInt(port);
    return scheme + "://" + parts.group(2).toLowerCase(Locale.ROOT)
        + (number == usual ? "" : ":" + number)
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
      // The pattern has seen to it that two digits follow.
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
