package io.oidcgrant.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.oidcgrant.proxy.testing.Answer;
import io.oidcgrant.proxy.testing.Configs;
import io.oidcgrant.proxy.testing.Http2Upstream;
import io.oidcgrant.proxy.testing.ProxyProcess;
import io.oidcgrant.proxy.testing.RawConnection;
import io.oidcgrant.proxy.testing.RawUpstream;
import io.oidcgrant.proxy.testing.TestAuthority;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.jetty.http.HttpFields;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS towards upstreams: whom the proxy believes, as whom it comes, and HTTP/2 by ALPN. */
class UpstreamTlsIT {
  @TempDir
  private static Path directory;

  private static final Map<String, RawUpstream> UPSTREAMS = new HashMap<>();
  private static Http2Upstream http2;
  private static ProxyProcess proxy;
  private static TestAuthority authority;
  private static Path certificate;
  private static Path key;

  @BeforeAll
  static void start() {
    TestAuthority ours = TestAuthority.create();
    TestAuthority theirs = TestAuthority.create();
    TestAuthority.Identity valid = ours.issue("valid", "127.0.0.1");
    TestAuthority.Identity client = ours.issue("gateway");
    certificate = directory.resolve("client.crt");
    key = directory.resolve("client.key");
    keep(ours.issue("before"));
    authority = ours;
    upstream("valid", new RawUpstream(valid.server(), false));
    upstream("foreign", new RawUpstream(theirs.issue("x", "127.0.0.1").server(), false));
    upstream("other", new RawUpstream(ours.issue("x", "other.example").server(), false));
    upstream(
        "deep", new RawUpstream(ours.intermediate("i").issue("x", "127.0.0.1").server(), false));
    Instant end = Instant.now().minus(Duration.ofHours(1));
    upstream("expired", new RawUpstream(ours.issue("x", end, "127.0.0.1").server(), false));
    upstream("asking", new RawUpstream(valid.server(ours), true));
    http2 = new Http2Upstream(valid.server());
    proxy = ProxyProcess.run(
        Configs.file(
            directory,
            "ca_certificates:\n"
                + "- {id: ours, cert: " + quoted(ours.pem()) + "}\n"
                + "- {id: theirs, cert: " + quoted(theirs.pem()) + "}\n"
                + "certificates:\n"
                + "- {id: gateway, cert: " + quoted(client.certificate()) + ", key: "
                + quoted(client.privateKey()) + "}\n"
                + "- {id: renewed, cert: \"{file:" + certificate + "}\", key: \"{file:" + key
                + "}\"}\n"
                + "services:\n"
                + service("believed", "valid", "  ca_certificates: [theirs, ours]")
                + service("jvm", "valid", "")
                + service("foreign", "foreign", "  ca_certificates: [ours]")
                + service("other", "other", "  ca_certificates: [ours]")
                + service("expired", "expired", "  ca_certificates: [ours]")
                + service("shallow", "deep", "  ca_certificates: [ours]\n  tls_verify_depth: 0")
                + service("deep", "deep", "  ca_certificates: [ours]\n  tls_verify_depth: 1")
                + service("unverified", "other", "  tls_verify: false")
                + service(
                    "known",
                    "asking",
                    "  ca_certificates: [ours]\n" + "  client_certificate: {id: gateway}")
                + service(
                    "renewed",
                    "asking",
                    "  ca_certificates: [ours]\n" + "  client_certificate: {id: renewed}")
                + service("unknown", "asking", "  ca_certificates: [ours]")
                + Configs.service("h2", "https://127.0.0.1:" + http2.port())
                + "  ca_certificates: [ours]\n"),
        "--listen-tls",
        "off");
  }

  private static void upstream(String name, RawUpstream upstream) {
    UPSTREAMS.put(name, upstream);
  }

  private static String service(String name, String upstream, String more) {
    return Configs.service(name, UPSTREAMS.get(upstream).url()) + more + "\n";
  }

  private static String quoted(String pem) {
    return "\"" + pem.replace("\n", "\\n") + "\"";
  }

  @AfterAll
  static void stop() {
    proxy.close();
    http2.close();
    UPSTREAMS.values().forEach(RawUpstream::close);
  }

  @ParameterizedTest
  @CsvSource({"believed, valid", "deep, deep", "unverified, other"})
  void upstreamThatIsBelieved_getsTheRequest(String service, String upstream) {
    UPSTREAMS.get(upstream).reset();
    assertThat(proxy.get("/" + service + "/x").status()).isEqualTo(200);
    assertThat(UPSTREAMS.get(upstream).only().line()).isEqualTo("GET /x HTTP/1.1");
  }

  @ParameterizedTest
  @CsvSource({
    "jvm, valid, unable to find valid certification path",
    "foreign, foreign, PKIX path validation failed",
    "other, other, No subject alternative names matching IP address 127.0.0.1 found",
    "expired, expired, NotAfter",
    "shallow, deep, more than 0 intermediate certificates",
    "unknown, asking, ''",
  })
  void upstreamThatIsNotBelieved_getsNothing_andTheLogSaysWhyOnce(
      String service, String upstream, String reason) {
    UPSTREAMS.get(upstream).reset();
    for (int i = 0; i < 2; i++) {
      long start = System.nanoTime();
      try (RawConnection connection = proxy.connect()) {
        Answer answer =
            connection.request("POST", "/" + service, new byte[] {1, 2, 3}).read();
        assertThat(answer.status()).isEqualTo(502);
      }
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
    }
    assertThat(UPSTREAMS.get(upstream).received()).isEmpty();
    assertThat(proxy.log().lines().filter(line -> line.contains(" " + service + ": answered 502")))
        .singleElement()
        .asString()
        .contains("WARN", reason);
  }

  @Test
  void clientCertificate_isShown() {
    RawUpstream upstream = UPSTREAMS.get("asking");
    upstream.reset();
    assertThat(proxy.get("/known").status()).isEqualTo(200);
    assertThat(upstream.only().peer()).isEqualTo("CN=gateway");
  }

  @Test
  void clientCertificate_thatIsRenewed_isShownInsteadOfTheOld() {
    RawUpstream upstream = UPSTREAMS.get("asking");
    upstream.reset();
    assertThat(proxy.get("/renewed").status()).isEqualTo(200);
    assertThat(upstream.only().peer()).isEqualTo("CN=before");
    keep(authority.issue("after"));
    await().atMost(Duration.ofSeconds(8)).untilAsserted(() -> {
      upstream.reset();
      assertThat(proxy.get("/renewed").status()).isEqualTo(200);
      assertThat(upstream.only().peer()).isEqualTo("CN=after");
    });
  }

  private static void keep(TestAuthority.Identity identity) {
    try {
      Files.writeString(certificate, identity.certificate());
      Files.writeString(key, identity.privateKey());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void verificationThatIsOff_isToldAtTheStart() {
    assertThat(proxy.log()).containsOnlyOnce("of service unverified is believed");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "?a={b}&c=|d^e`f\"<>\\",
        "?%zz=%&x=%ff%00",
        "?",
        "??a=b?c",
        "?a=b;c&&d",
        "?a=%41&b=%7E+%20",
        "?url=http://x/../y//z",
        "/%20%41%7e",
        "/a;v=1",
        "/a%3Bb",
        "/a:b@c!$&'()*+,=~",
        "/caf%C3%A9?q=caf%C3%A9",
      })
  void target_arrivesByteForByte_overHttp2(String rest) {
    http2.reset();
    assertThat(proxy.get("/h2" + rest).status()).isEqualTo(200);
    assertThat(http2.only().target()).isEqualTo(rest.startsWith("?") ? "/" + rest : rest);
  }

  @ParameterizedTest
  @ValueSource(strings = {"get", "PURGE", "M-SEARCH", "PATCH", "OPTIONS", "DELETE"})
  void method_isNotRewritten_overHttp2(String method) {
    http2.reset();
    try (RawConnection connection = proxy.connect()) {
      assertThat(connection.request(method, "/h2/x").read().status()).isEqualTo(200);
    }
    assertThat(http2.only().method()).isEqualTo(method);
  }

  @Test
  void headers_passBothWays_overHttp2() {
    http2.reset();
    http2.script(request -> {
      var unused = request
          .head(
              200,
              false,
              HttpFields.build()
                  .add("set-cookie", "a=\"x,y\"; Path=/")
                  .add("set-cookie", "b=2")
                  .add("content-type", "text/plain ;charset=UTF8")
                  .add("x-bytes", "caf\u00e9"))
          .thenCompose(stream -> request.data("ok", true));
    });
    Answer answer =
        proxy.get("/h2", "X-Odd: a,  b; \"c\"", "X-Odd: d\u00e9", "Connection: X-Hop", "X-Hop: 1");
    assertThat(answer.headers())
        .containsEntry("set-cookie", List.of("a=\"x,y\"; Path=/", "b=2"))
        .containsEntry("content-type", List.of("text/plain ;charset=UTF8"))
        .containsEntry("x-bytes", List.of("caf\u00e9"));
    HttpFields came = http2.only().headers();
    assertThat(came.getValuesList("x-odd")).containsExactly("a,  b; \"c\"", "d\u00e9");
    assertThat(http2.only().authority()).isEqualTo("127.0.0.1:" + http2.port());
    assertThat(came.contains("host") || came.contains("connection") || came.contains("x-hop"))
        .isFalse();
  }

  @Test
  void webSocket_goesOverTls() throws Exception {
    RawUpstream upstream = UPSTREAMS.get("valid");
    upstream.reset();
    upstream.script(request -> {
      request.send("""
          HTTP/1.1 101 X\r
          Upgrade: websocket\r
          Connection: Upgrade\r
          Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r
          \r
          """);
      request.output().write(request.input().readNBytes(2));
    });
    try (RawConnection connection = proxy.connect()) {
      connection.request(
          "GET",
          "/believed",
          "Connection: Upgrade",
          "Upgrade: websocket",
          "Sec-WebSocket-Version: 13",
          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
      assertThat(connection.read().status()).isEqualTo(101);
      byte[] ping = {(byte) 0x89, 0};
      connection.send(ping);
      assertThat(connection.input().readNBytes(2)).isEqualTo(ping);
    }
  }

  @Test
  void requestsOverHttp2_shareAConnection() {
    http2.reset();
    for (int i = 0; i < 3; i++) {
      assertThat(proxy.get("/h2/" + i).status()).isEqualTo(200);
    }
    assertThat(http2.connections()).isEqualTo(1);
  }
}
