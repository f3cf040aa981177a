package io.oidcgrant.proxy.route;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What the beginning of a path must look like.
 *
 * @param text as it is compared: a canonical prefix, or a regular expression
 * @param prefix what every path begins with that matches
 * @param regex null for a plain prefix
 */
public record PathPattern(
    String text, String prefix, @Nullable Regex regex) {
  /**
   * Reads Kong's form: a prefix, or a regular expression after {@code ~}.
   *
   * @throws IllegalArgumentException with what is wrong, for who wrote it
   */
  public static PathPattern parse(String written) {
    if (written.startsWith("~/")) {
      String text = normalise(written.substring(1));
      return new PathPattern(text, literalPrefix(text), Regex.of(text, false));
    }
    String prefix = CanonicalPath.of(written)
        .orElseThrow(() -> new IllegalArgumentException(
            "must be a prefix that begins with / and is not ambiguous, or a regular expression"
                + " that begins with ~/"))
        .text();
    return new PathPattern(prefix, prefix, null);
  }

  /** Escapes as {@link CanonicalPath} has them; a decoded character stands for itself. */
  private static String normalise(String regex) {
    StringBuilder text = new StringBuilder(regex.length());
    for (int i = 0; i < regex.length(); i++) {
      char c = regex.charAt(i);
      int octet = c == '%' ? CanonicalPath.octet(regex, i) : -1;
      if (c == '\\' && i + 1 < regex.length()) {
        text.append(c).append(regex.charAt(++i));
      } else if (octet < 0) {
        text.append(c);
      } else {
        if (!CanonicalPath.unreserved(octet)) {
          text.append(regex.substring(i, i + 3).toUpperCase(Locale.ROOT));
        } else if (octet == '.' || octet == '-') {
          text.append('\\').append((char) octet);
        } else {
          text.append((char) octet);
        }
        i += 2;
      }
    }
    return text.toString();
  }

  /** The longest that is easily seen; what is empty or too short costs time only. */
  private static String literalPrefix(String regex) {
    if (alternatives(regex)) {
      return "";
    }
    StringBuilder prefix = new StringBuilder();
    for (int i = 0; i < regex.length(); i++) {
      char c = regex.charAt(i);
      if (c == '\\' && i + 1 < regex.length() && isPunctuation(regex.charAt(i + 1))) {
        prefix.append(regex.charAt(++i));
      } else if ("?*+{".indexOf(c) >= 0) {
        prefix.setLength(prefix.length() - 1);
        break;
      } else if ("\\.[()^$|".indexOf(c) >= 0) {
        break;
      } else {
        prefix.append(c);
      }
    }
    return prefix.toString();
  }

  /** Whether there may be a bar outside of all groups. */
  private static boolean alternatives(String regex) {
    if (regex.indexOf('|') < 0) {
      return false;
    }
    if (regex.indexOf('[') >= 0 || regex.contains("\\Q")) {
      return true;
    }
    int depth = 0;
    for (int i = 0; i < regex.length(); i++) {
      switch (regex.charAt(i)) {
        case '\\' -> i++;
        case '(' -> depth++;
        case ')' -> depth--;
        case '|' -> {
          if (depth == 0) {
            return true;
          }
        }
        default -> {}
      }
    }
    return false;
  }

  private static boolean isPunctuation(char c) {
    return c > ' ' && c < 0x7F && !Character.isLetterOrDigit(c);
  }
}
