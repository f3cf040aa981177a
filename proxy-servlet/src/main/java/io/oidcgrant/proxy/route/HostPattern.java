package io.oidcgrant.proxy.route;

import java.util.Locale;
import java.util.Optional;

/** A host name whose leftmost or rightmost label may be {@code *}, for one label or several. */
public record HostPattern(String text) {

  /** The pattern; empty where it is none. */
  public static Optional<HostPattern> parse(String text) {
    String host = normalise(text);
    String labels = host.replaceFirst("^\\*\\.", "").replaceFirst("\\.\\*$", "");
    boolean oneStar = host.indexOf('*') == host.lastIndexOf('*');
    return oneStar && labels.matches("[a-z0-9_.-]+|\\[[0-9a-f:.]+]")
        ? Optional.of(new HostPattern(host))
        : Optional.empty();
  }

  /** The form in which hosts are compared: lower case, without the root's dot. */
  public static String normalise(String host) {
    String lower = host.toLowerCase(Locale.ROOT);
    return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
  }

  boolean wildcard() {
    return text.indexOf('*') >= 0;
  }

  boolean matches(String normalised) {
    if (text.startsWith("*")) {
      return normalised.length() >= text.length() && normalised.endsWith(text.substring(1));
    }
    if (text.endsWith("*")) {
      return normalised.length() >= text.length()
          && normalised.startsWith(text.substring(0, text.length() - 1));
    }
    return normalised.equals(text);
  }
}
