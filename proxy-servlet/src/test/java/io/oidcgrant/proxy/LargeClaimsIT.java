package io.oidcgrant.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.oidcgrant.proxy.testing.Answer;
import io.oidcgrant.proxy.testing.Configs;
import io.oidcgrant.proxy.testing.ProxyProcess;
import io.oidcgrant.proxy.testing.RawUpstream;
import io.oidcgrant.proxy.testing.TellingIssuer;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Claims that are larger than the head of a message may be. */
class LargeClaimsIT {
  @TempDir
  private static Path directory;

  private static RawUpstream upstream;
  private static TellingIssuer issuer;
  private static ProxyProcess proxy;

  private static String service(String name, String fields) {
    return Configs.service(
        name,
        upstream.url(),
        "{name: openid-connect, config: {issuer: \"" + issuer.url()
            + "\", client_id: proxy, client_secret: s, auth_methods: [bearer],"
            + " audience_required: [api], " + fields + "}}");
  }

  @BeforeAll
  static void start() {
    upstream = new RawUpstream();
    issuer = new TellingIssuer();
    proxy = ProxyProcess.run(Configs.file(
        directory,
        "services:\n"
            + service("up", "upstream_headers: [{header: x_text, path: [text]}]")
            + service(
                "down",
                "downstream_headers: [{header: x_a, path: [text]},"
                    + " {header: x_b, path: [text]}]")));
  }

  @AfterAll
  static void stop() {
    proxy.close();
    issuer.close();
    upstream.close();
  }

  @BeforeEach
  void forget() {
    upstream.reset();
  }

  /** Every letter becomes six in the header. */
  private static String bearer(int letters) {
    return "Authorization: Bearer " + issuer.token(Map.of("text", "é".repeat(letters)));
  }

  @Test
  void largeClaims_arrive() {
    Answer up = proxy.get("/up", bearer(10_000));
    assertThat(up.status()).as(up.toString()).isEqualTo(200);
    assertThat(upstream.only().header("x-text")).hasSize(60_007);
    Answer down = proxy.get("/down", bearer(8_000));
    assertThat(down.status()).isEqualTo(200);
    assertThat(down.header("x-b")).hasSize(48_007);
  }

  @Test
  void tooLargeForTheUpstream_isAnswered() {
    String token = bearer(16_000);
    for (int i = 0; i < 2; i++) {
      Answer answer = proxy.get("/up", token);
      assertThat(answer.status()).as(answer.toString()).isIn(431, 502);
    }
    assertThat(upstream.received()).isEmpty();
    assertThat(proxy.get("/up", bearer(1)).status()).isEqualTo(200);
  }
}
