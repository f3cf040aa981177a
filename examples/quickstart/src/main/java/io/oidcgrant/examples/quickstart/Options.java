package io.oidcgrant.examples.quickstart;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The command line. A port of 0 is any free one.
 *
 * @param configs the files that are the proxy's configuration together
 */
record Options(
    int proxyPort,
    int adminPort,
    int keycloakPort,
    int upstreamPort,
    Path proxyJar,
    List<Path> configs) {
  static final String USAGE =
      "usage: run [--proxy-port PORT] [--admin-port PORT] [--keycloak-port PORT]"
          + " [--upstream-port PORT] [--proxy-jar FILE] [--config FILE …]";

  static Options parse(String[] args) throws QuickstartException {
    int proxyPort = 8000;
    int adminPort = 8001;
    int keycloakPort = 8080;
    int upstreamPort = 0;
    Path proxyJar = Path.of("proxy-servlet", "target", "oidc-proxy.jar");
    List<Path> configs = new ArrayList<>();
    for (int i = 0; i < args.length; i += 2) {
      if (i + 1 == args.length) {
        throw new QuickstartException(QuickstartException.USAGE, USAGE);
      }
      String value = args[i + 1];
      switch (args[i]) {
        case "--proxy-port" -> proxyPort = port(value);
        case "--admin-port" -> adminPort = port(value);
        case "--keycloak-port" -> keycloakPort = port(value);
        case "--upstream-port" -> upstreamPort = port(value);
        case "--proxy-jar" -> proxyJar = Path.of(value);
        case "--config" -> configs.add(Path.of(value));
        default -> throw new QuickstartException(QuickstartException.USAGE, USAGE);
      }
    }
    if (configs.isEmpty()) {
      configs.add(Path.of("examples", "quickstart", "kong.yaml"));
    }
    return new Options(
        proxyPort, adminPort, keycloakPort, upstreamPort, proxyJar, List.copyOf(configs));
  }

  private static int port(String text) throws QuickstartException {
    try {
      int port = Integer.parseInt(text);
      if (port >= 0 && port <= 65535) {
        return port;
      }
    } catch (NumberFormatException e) {
      // As if out of range.
    }
    throw new QuickstartException(
        QuickstartException.USAGE, text + " is no port (0 to 65535)\n" + USAGE);
  }
}
