package io.oidcgrant.proxy.config;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The {@code url} of a service, taken apart.
 *
 * @param protocol in lower case
 * @param port up to five digits
 * @param path empty for none
 */
public record ServiceUrl(String protocol, String host, int port, String path) {
  static final Pattern HOST = Pattern.compile("[A-Za-z0-9_.-]+|\\[[0-9A-Fa-f:.]+]");
  private static final Pattern URL = Pattern.compile(
      "(?<scheme>[A-Za-z]+)://(?<host>" + HOST + ")(:(?<port>\\d{1,5}))?(?<path>/[^?#]*)?");

  /** Its parts; empty where it is no such URL. */
  public static Optional<ServiceUrl> parse(String url) {
    Matcher parts = URL.matcher(url);
    if (!parts.matches()) {
      return Optional.empty();
    }
    String protocol = parts.group("scheme").toLowerCase(Locale.ROOT);
    String port = parts.group("port");
    String path = parts.group("path");
    return Optional.of(new ServiceUrl(
        protocol,
        parts.group("host"),
        port == null ? defaultPort(protocol) : Integer.parseInt(port),
        path == null ? "" : path));
  }

  static int defaultPort(String protocol) {
    return protocol.endsWith("s") ? 443 : 80;
  }
}
