package io.oidcgrant.protocol;

import org.jspecify.annotations.Nullable;

/** Foreign text made fit for one line of a log: control characters escaped, cut to a length. */
public final class Printable {
  private static final int LIMIT = 256;

  private Printable() {}

  /**
   * At most 256 characters of {@code text}; everything but printable ASCII and letters is escaped
   * as {@code \\uXXXX}.
   */
  public static String of(@Nullable String text) {
    if (text == null) {
      return "-";
    }
    StringBuilder line = new StringBuilder(Math.min(text.length(), LIMIT) + 16);
    for (int i = 0; i < text.length(); i++) {
      if (i == LIMIT) {
        return line.append("…").toString();
      }
      char c = text.charAt(i);
      if ((c >= ' ' && c < 0x7f && c != '\\') || Character.isLetterOrDigit(c)) {
        line.append(c);
      } else {
        line.append(String.format(java.util.Locale.ROOT, "\\u%04x", (int) c));
      }
    }
    return line.toString();
  }
}
