package io.oidcgrant.proxy.route;

import java.util.Locale;
import java.util.Optional;

/**
 * The path of a request in the one form that routes are matched on, together with the bytes that
 * the caller sent. A path that two readers could take for two different ones has no such form.
 * Immutable.
 */
public final class CanonicalPath {
  private final String raw;
  private final String text;

  private CanonicalPath(String raw, String text) {
    this.raw = raw;
    this.text = text;
  }

  /**
   * The canonical form (RFC 3986, 6.2.2): unreserved characters decoded, other escapes in upper
   * case. Empty for a path with dot segments, empty segments, an encoded slash, backslash or NUL, a
   * parameter ({@code ;}) before its last segment, or characters that no path may hold.
   */
  public static Optional<CanonicalPath> of(String raw) {
    if (!raw.startsWith("/")) {
      return Optional.empty();
    }
    StringBuilder text = new StringBuilder(raw.length());
    int segment = 1;
    for (int i = 0; i < raw.length(); i++) {
      char c = raw.charAt(i);
      if (c == '%') {
        int octet = octet(raw, i);
        if (octet <= 0 || octet == '/' || octet == '\\') {
          return Optional.empty();
        }
        if (unreserved(octet)) {
          text.append((char) octet);
        } else {
          text.append(raw.substring(i, i + 3).toUpperCase(Locale.ROOT));
        }
        i += 2;
      } else if (c == '/') {
        if (i > 0 && !inner(text.substring(segment))) {
          return Optional.empty();
        }
        text.append(c);
        segment = text.length();
      } else if (c <= ' ' || c >= 0x7F || "\"<>\\^`{|}#?".indexOf(c) >= 0) {
        return Optional.empty();
      } else {
        text.append(c);
      }
    }
    return dots(text.substring(segment))
        ? Optional.empty()
        : Optional.of(new CanonicalPath(raw, text.toString()));
  }

  private static boolean inner(String segment) {
    return !segment.isEmpty()
        && segment.indexOf(';') < 0
        && !segment.contains("%3B")
        && !dots(segment);
  }

  private static boolean dots(String segment) {
    if (!segment.startsWith(".")) {
      return false;
    }
    String name = segment.split(";|%3B", 2)[0];
    return name.equals(".") || name.equals("..");
  }

  static boolean unreserved(int octet) {
    return (octet >= 'a' && octet <= 'z')
        || (octet >= 'A' && octet <= 'Z')
        || (octet >= '0' && octet <= '9')
        || "-._~".indexOf(octet) >= 0;
  }

  /** The value of the escape at {@code i}; -1 where there is none. */
  static int octet(String raw, int i) {
    if (i + 2 >= raw.length()) {
      return -1;
    }
    int high = Character.digit(raw.charAt(i + 1), 16);
    int low = Character.digit(raw.charAt(i + 2), 16);
    return high < 0 || low < 0 || raw.charAt(i + 1) > 'f' || raw.charAt(i + 2) > 'f'
        ? -1
        : high * 16 + low;
  }

  /** What routes are matched on. */
  public String text() {
    return text;
  }

  /** The bytes that were sent. */
  public String raw() {
    return raw;
  }

  /** The first index of the text, from {@code index} on, that is not within an escape. */
  int wholeEscape(int index) {
    int percent = text.lastIndexOf('%', index - 1);
    return percent >= 0 && percent > index - 3 ? percent + 3 : index;
  }

  /** The bytes that were sent for all but the first {@code length} characters of the text. */
  public String rawAfter(int length) {
    int i = 0;
    for (int seen = 0; seen < length; ) {
      boolean escape = raw.charAt(i) == '%';
      seen += escape && !unreserved(octet(raw, i)) ? 3 : 1;
      i += escape ? 3 : 1;
    }
    return raw.substring(i);
  }
}
