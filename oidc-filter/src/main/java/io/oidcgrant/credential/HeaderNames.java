package io.oidcgrant.credential;

import java.util.Locale;

/**
 * Names of headers, folded as recipients fold them: without case, {@code _} and {@code .} as
 * {@code -}.
 */
public final class HeaderNames {
  private HeaderNames() {}

  /** The folded form, for sets. */
  public static String folded(String name) {
    return name.toLowerCase(Locale.ROOT).replace('_', '-').replace('.', '-');
  }

  /** Whether two names are one when folded; allocates nothing. */
  public static boolean same(String a, String b) {
    int length = a.length();
    if (length != b.length()) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (fold(a.charAt(i)) != fold(b.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  private static char fold(char c) {
    if (c == '_' || c == '.') {
      return '-';
    }
    return c >= 'A' && c <= 'Z' ? (char) (c + 32) : c;
  }

  /**
   * The name under which a configured one is sent: {@code _} as {@code -}, parts of all-lower-case
   * names capitalised.
   */
  public static String emitted(String configured) {
    String name = configured.replace('_', '-');
    if (!name.equals(name.toLowerCase(Locale.ROOT))) {
      return name;
    }
    StringBuilder capitalised = new StringBuilder(name);
    for (int i = 0; i < name.length(); i++) {
      if (i == 0 || name.charAt(i - 1) == '-') {
        capitalised.setCharAt(i, Character.toUpperCase(name.charAt(i)));
      }
    }
    return capitalised.toString();
  }
}
