package io.oidcgrant.proxy.route;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A host name whose leftmost or rightmost label may be {@code *}, for one label or several.
 *
 * @param text the name
 * @param port 0 for any
 */
public record HostPattern(String text, int port) {
  /** No name is longer (RFC 1035, 2.3.4). */
  static final int LONGEST = 253;

  private static final Pattern FORM =
      Pattern.compile("(?<name>[a-z0-9_.*-]+|\\[[0-9a-f:.]+])(:(?<port>[1-9][0-9]{0,4}))?");

  /** The pattern; empty where it is none. */
  public static Optional<HostPattern> parse(String written) {
    Matcher form = FORM.matcher(written.toLowerCase(Locale.ROOT));
    if (!form.matches()) {
      return Optional.empty();
    }
    String name = normalise(form.group("name"));
    int port = form.group("port") == null ? 0 : Integer.parseInt(form.group("port"));
    String labels = name.replaceFirst("^\\*\\.", "").replaceFirst("\\.\\*$", "");
    boolean oneStar = name.indexOf('*') == name.lastIndexOf('*');
    return oneStar
            && !labels.isEmpty()
            && labels.indexOf('*') < 0
            && name.length() <= LONGEST
            && port <= 65_535
        ? Optional.of(new HostPattern(name, port))
        : Optional.empty();
  }

  /** The form in which hosts are compared: lower case, without the root's dot. */
  public static String normalise(String host) {
    String lower = host.toLowerCase(Locale.ROOT);
    return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
  }

  boolean wildcard() {
    return anyLeft() || anyRight();
  }

  boolean anyLeft() {
    return text.startsWith("*");
  }

  boolean anyRight() {
    return text.endsWith("*");
  }

  /** All but the star. */
  String fixed() {
    return anyLeft() ? text.substring(1) : anyRight() ? text.substring(0, text.length() - 1) : text;
  }

  boolean matches(String normalised) {
    int fixed = text.length() - 1;
    if (anyLeft()) {
      return normalised.length() > fixed
          && normalised.regionMatches(normalised.length() - fixed, text, 1, fixed);
    }
    if (anyRight()) {
      return normalised.length() > fixed && normalised.regionMatches(0, text, 0, fixed);
    }
    return normalised.equals(text);
  }
}
