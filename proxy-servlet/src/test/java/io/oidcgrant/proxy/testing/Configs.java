package io.oidcgrant.proxy.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Configurations that the tests share, as files. */
public final class Configs {
  private Configs() {}

  /** The text in a new file of {@code directory}, the first of which is {@code kong.yaml}. */
  public static Path file(Path directory, String text) {
    try {
      Path first = directory.resolve("kong.yaml");
      // A proxy that runs would take up what is written over its own.
      Path file = Files.exists(first) ? Files.createTempFile(directory, "kong", ".yaml") : first;
      return Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One service whose route {@code name} takes all below {@code /name}, with these plugins. */
  public static String service(String name, String url, String... plugins) {
    return """
        - name: NAME
          url: URL
          routes:
            - name: NAME
              paths: [/NAME]
              plugins: [PLUGINS]
        """.replace("NAME", name)
        .replace("URL", url)
        .replace("PLUGINS", String.join(", ", plugins));
  }

  /** Takes a client's Basic credentials, and refresh tokens wherever they are. */
  public static String grant(String issuer, String... more) {
    StringBuilder fields = new StringBuilder();
    for (String field : more) {
      fields.append(", ").append(field);
    }
    return "{name: openid-connect, config: {issuer: \"" + issuer
        + "\", client_id: proxy, client_secret: s, auth_methods: [refresh_token, client_credentials],"
        + " client_credentials_param_type: [header], refresh_token_param_name: refresh_token,"
        + " upstream_refresh_token_header: refresh_token" + fields + "}}";
  }
}
