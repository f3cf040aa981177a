package io.oidcgrant.examples.quickstart;

import java.nio.file.Files;
import java.nio.file.Path;

/** A declarative file with a route for each configuration. Not thread-safe. */
final class RoutesFile {
  private final StringBuilder text = new StringBuilder("""
      _format_version: "3.0"
      services:
      - name: echo
        url: ${{ env "DECK_UPSTREAM_URL" }}
        routes:
      """);

  /** Adds the route {@code /NAME} with a configuration of {@code example-realm}. */
  RoutesFile route(String name, String config) {
    text.append("""
          - name: %1$s
            paths: [/%1$s]
            plugins:
            - name: openid-connect
              config:
                issuer: ${{ env "DECK_ISSUER" }}
        """.formatted(name)).append(config.indent(8));
    return this;
  }

  /** Adds what stands beside the services. */
  RoutesFile beside(String entities) {
    text.append(entities);
    return this;
  }

  RunningProxy start(Path folder) throws Exception {
    return RunningProxy.start(
        "example-realm", Files.writeString(folder.resolve("kong.yaml"), text).toString());
  }
}
