package io.oidcgrant.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.oidcgrant.proxy.testing.Answer;
import io.oidcgrant.proxy.testing.Configs;
import io.oidcgrant.proxy.testing.FreePort;
import io.oidcgrant.proxy.testing.ProxyProcess;
import io.oidcgrant.proxy.testing.RawUpstream;
import io.oidcgrant.proxy.testing.StubIssuer;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Issuers that are not there when the proxy starts. */
class DiscoveryIT {
  private static final String BASIC = "Authorization: Basic Y2xpZW50OnNlY3JldA==";

  @TempDir
  private Path directory;

  private final RawUpstream upstream = new RawUpstream();

  @AfterEach
  void close() {
    upstream.close();
  }

  @Test
  void issuerDownAtStart_isWaitedFor_andFoundWhenItComes() {
    int port = FreePort.find();
    String url = "http://127.0.0.1:" + port;
    String config = "services:\n" + Configs.service("a", upstream.url(), Configs.grant(url));
    try (ProxyProcess proxy = ProxyProcess.run(Configs.file(directory, config))) {
      Answer ready = proxy.admin("/health/ready");
      assertThat(ready.status()).isEqualTo(503);
      assertThat(ready.header("Content-Type")).isEqualTo("application/json");
      assertThat(ready.body()).contains("\"status\":\"DOWN\"", "\"reason\":", url);
      assertThat(proxy.admin("/health/live").status()).isEqualTo(200);

      Answer refused = proxy.get("/a", BASIC);
      assertThat(refused.status()).isEqualTo(503);
      assertThat(refused.header("Retry-After")).isNotNull();
      assertThat(upstream.received()).isEmpty();

      try (StubIssuer issuer = new StubIssuer(port)) {
        await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
          assertThat(proxy.admin("/health/ready").status()).isEqualTo(200);
          assertThat(proxy.get("/a", BASIC).status()).isEqualTo(200);
        });
        assertThat(upstream.received().get(0).header("Authorization")).isEqualTo(issuer.bearer());
        assertThat(proxy.admin("/health/ready").body()).isEqualTo("{\"status\":\"UP\"}");
      }
    }
  }

  @Test
  void oneOfTwoIssuersMissing_isDegraded_andTheOtherServes() {
    String missing = "http://127.0.0.1:" + FreePort.find();
    try (StubIssuer issuer = new StubIssuer()) {
      String config = "services:\n"
          + Configs.service("a", upstream.url(), Configs.grant(issuer.url()))
          + Configs.service("b", upstream.url(), Configs.grant(missing));
      try (ProxyProcess proxy = ProxyProcess.run(Configs.file(directory, config))) {
        await().untilAsserted(() -> {
          Answer ready = proxy.admin("/health/ready");
          assertThat(ready.status()).isEqualTo(200);
          assertThat(ready.body())
              .contains("\"status\":\"DEGRADED\"", missing)
              .doesNotContain(issuer.url());
        });
        assertThat(proxy.get("/a", BASIC).status()).isEqualTo(200);
        assertThat(proxy.get("/b", BASIC).status()).isEqualTo(503);
      }
    }
  }

  @Test
  void issuerGoneLater_isDegradedAtMost() {
    StubIssuer issuer = new StubIssuer();
    String config =
        "services:\n" + Configs.service("a", upstream.url(), Configs.grant(issuer.url()));
    try (ProxyProcess proxy = ProxyProcess.run(Configs.file(directory, config))) {
      await().until(() -> proxy.admin("/health/ready").status() == 200);
      issuer.close();
      assertThat(proxy.get("/a", BASIC).status()).isEqualTo(503);
      assertThat(proxy.admin("/health/ready").status()).isEqualTo(200);
    } finally {
      issuer.close();
    }
  }

  @Test
  void noIssuerAtAll_isReady() {
    String config = "services:\n" + Configs.service("a", upstream.url());
    try (ProxyProcess proxy = ProxyProcess.run(Configs.file(directory, config))) {
      assertThat(proxy.admin("/health/ready").body()).isEqualTo("{\"status\":\"UP\"}");
      assertThat(proxy.admin("/health").status()).isEqualTo(404);
      assertThat(proxy.get("/health/ready").status()).isEqualTo(404);
    }
  }
}
