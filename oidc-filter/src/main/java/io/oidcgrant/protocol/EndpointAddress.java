package io.oidcgrant.protocol;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Which addresses an issuer's endpoints may have: https, and http to this very machine (RFC 6749
 * section 3.2).
 */
public final class EndpointAddress {
  private static final Pattern LOOPBACK = Pattern.compile("127(\\.\\d{1,3}){3}");

  private EndpointAddress() {}

  /** What is wrong with {@code text} as an address; empty if nothing. */
  public static Optional<String> wrong(String text, boolean httpAllowed) {
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException e) {
      return Optional.of("is not a URL");
    }
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    if (!(scheme.equals("https") || scheme.equals("http")) || uri.getHost() == null) {
      return Optional.of("must be an https URL with a host");
    }
    if (uri.getRawUserInfo() != null || uri.getRawFragment() != null) {
      return Optional.of("must not have a user or a fragment in it");
    }
    if (scheme.equals("http") && !httpAllowed && !loopback(uri.getHost())) {
      return Optional.of(
          "is plain http beyond loopback, where everybody on the way can read the secrets: use https, or set"
              + " insecure_http_issuer: true");
    }
    return Optional.empty();
  }

  private static boolean loopback(String host) {
    String name = host.toLowerCase(Locale.ROOT);
    return name.equals("localhost")
        || name.endsWith(".localhost")
        || LOOPBACK.matcher(name).matches()
        || name.equals("[::1]");
  }
}
