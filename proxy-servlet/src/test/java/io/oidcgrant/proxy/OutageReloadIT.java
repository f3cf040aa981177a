package io.oidcgrant.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.oidcgrant.proxy.testing.Configs;
import io.oidcgrant.proxy.testing.ProxyProcess;
import io.oidcgrant.proxy.testing.RawUpstream;
import io.oidcgrant.proxy.testing.StubIssuer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A configuration that changes while its issuer is down. */
@Timeout(60)
class OutageReloadIT {
  @TempDir
  private static Path directory;

  private final StubIssuer issuer = new StubIssuer();

  @AfterEach
  void stop() {
    issuer.close();
  }

  private static String configuration(RawUpstream upstream, String issuer, String... fields) {
    String plugin = "{name: openid-connect, config: {issuer: \"" + issuer
        + "\", auth_methods: [bearer], insecure_any_audience: true, " + String.join(", ", fields)
        + "}}";
    return "services:\n" + Configs.service("a", upstream.url(), plugin);
  }

  private static int status(ProxyProcess proxy, String token) {
    return proxy.get("/a", "Authorization: Bearer " + token).status();
  }

  private static void take(ProxyProcess proxy, Path config, String text, int times)
      throws IOException {
    Files.writeString(config, text);
    await()
        .until(() -> proxy
            .admin("/metrics")
            .body()
            .contains("oidc_proxy_config_reloads_total{outcome=\"applied\"} " + times + ".0\n"));
  }

  @Test
  void keysServeOn_underAnotherTimeout_andTheProxyStaysReady() throws IOException {
    try (RawUpstream upstream = new RawUpstream()) {
      String url = issuer.url();
      String[] tokens = new String[4];
      for (int i = 0; i < tokens.length; i++) {
        tokens[i] = issuer.accessToken(Map.of());
      }
      Path config = Configs.file(directory, configuration(upstream, url, "timeout: 10000"));
      try (ProxyProcess proxy = ProxyProcess.run(config)) {
        await().until(() -> proxy.admin("/health/ready").status() == 200);
        assertThat(status(proxy, tokens[0])).isEqualTo(200);
        issuer.close();
        assertThat(status(proxy, tokens[1])).isEqualTo(200);

        take(proxy, config, configuration(upstream, url, "timeout: 5000"), 1);
        assertThat(status(proxy, tokens[2])).isEqualTo(200);
        assertThat(proxy.admin("/health/ready").status()).isEqualTo(200);

        // Another trust begins without keys, but no pod is taken from service for it.
        take(proxy, config, configuration(upstream, url, "ssl_verify: false"), 2);
        assertThat(status(proxy, tokens[3])).isEqualTo(503);
        assertThat(proxy.admin("/health/ready").status()).isEqualTo(200);
      }
    }
  }
}
