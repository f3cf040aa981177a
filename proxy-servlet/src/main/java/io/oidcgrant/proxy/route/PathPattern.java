package io.oidcgrant.proxy.route;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What the beginning of a path must look like.
 *
 * @param text as it is compared: a canonical prefix, or a regular expression
 * @param prefix what every path begins with that matches
 * @param regex null for a plain prefix
 * @param beyond what of the regular expression is not in the prefix
 */
public record PathPattern(
    String text, String prefix, @Nullable Regex regex, String beyond) {
  /**
   * Reads Kong's form: a prefix, or a regular expression after {@code ~}.
   *
   * @throws IllegalArgumentException with what is wrong, for who wrote it
   */
  public static PathPattern parse(String written) {
    if (written.startsWith("~/")) {
      String text = normalise(written.substring(1));
      return regex(text, alternatives(text) ? 0 : literals(text));
    }
    String prefix = CanonicalPath.of(written)
        .orElseThrow(() -> new IllegalArgumentException(
            "must be a prefix that begins with / and is not ambiguous, or a regular expression"
                + " that begins with ~/"))
        .text();
    return new PathPattern(prefix, prefix, null, "");
  }

  /** Whether to try it on a path takes longer than a look at the path's length. */
  boolean dear() {
    return regex != null && !beyond.isEmpty() && !beyond.equals("$");
  }

  /** How much of a path it matches that begins with the prefix; -1 for no match. */
  int matchAtStart(String path) {
    if (regex != null && dear()) {
      return regex.matchAtStart(path);
    }
    return beyond.isEmpty() || path.length() == prefix.length() ? prefix.length() : -1;
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

  private static PathPattern regex(String text, int literals) {
    String prefix = text.substring(0, literals).replaceAll("\\\\(.)", "$1");
    return new PathPattern(text, prefix, Regex.of(text, false), text.substring(literals));
  }

  /** How much of its beginning is easily seen to stand for itself. */
  private static int literals(String regex) {
    int last = 0;
    int i = 0;
    while (i < regex.length()) {
      char c = regex.charAt(i);
      if ("?*+{".indexOf(c) >= 0) {
        return last;
      }
      boolean escape = c == '\\' && i + 1 < regex.length() && isPunctuation(regex.charAt(i + 1));
      if (!escape && "\\.[()^$|".indexOf(c) >= 0) {
        return i;
      }
      last = i;
      i += escape ? 2 : 1;
    }
    return i;
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
