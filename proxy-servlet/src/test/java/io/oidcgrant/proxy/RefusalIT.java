package io.oidcgrant.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.oidcgrant.proxy.testing.Answer;
import io.oidcgrant.proxy.testing.Configs;
import io.oidcgrant.proxy.testing.ProxyProcess;
import io.oidcgrant.proxy.testing.RawConnection;
import io.oidcgrant.proxy.testing.RawUpstream;
import io.oidcgrant.proxy.testing.Stopwatch;
import io.oidcgrant.proxy.testing.StubIssuer;
import java.nio.file.Path;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What never reaches an upstream: requests that two readers could read differently, and limits. */
class RefusalIT {
  private static final String BASIC = "Authorization: Basic Y2xpZW50OnNlY3JldA==";
  private static final String SMUGGLED = "GET /a/smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n";

  @TempDir
  private static Path directory;

  private static RawUpstream upstream;
  private static StubIssuer issuer;
  private static ProxyProcess proxy;

  @BeforeAll
  static void start() {
    upstream = new RawUpstream();
    issuer = new StubIssuer();
    proxy = ProxyProcess.run(Configs.file(
        directory,
        "services:\n"
            + Configs.service("a", upstream.url())
            + Configs.service("g", upstream.url(), Configs.grant(issuer.url()))));
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

  /** An answer of the proxy itself: tells a program what it must know, and nobody more. */
  private static void assertOwn(Answer answer, int status) {
    assertThat(answer.status()).as(answer.toString()).isEqualTo(status);
    assertThat(answer.body()).matches("\\{\"message\":\"[^\"<]+\"(,\"error\":\"[a-z_]+\")?}");
    assertThat(answer.header("Content-Type")).startsWith("application/json");
    assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
    assertThat(answer.headers()).doesNotContainKeys("server", "x-powered-by");
    assertThat(answer.toString()).doesNotContainIgnoringCase("jetty");
  }

  private static void assertRefusedAndClosed(String request, int status) {
    try (RawConnection connection = proxy.connect()) {
      assertOwn(connection.send(request).read(), status);
      assertThat(connection.ended()).isTrue();
    }
    assertThat(upstream.received()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 5",
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: 5, 6",
        "Content-Length: +5",
        "Content-Length: -5",
        "Content-Length: 0x5",
        "Content-Length: 5 5",
        "Content-Length: 99999999999999999999",
        "Content-Length : 5",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding: chunked, chunked",
        "Transfer-Encoding: identity",
        "Transfer-Encoding : chunked",
        "Transfer-Encoding:\u000bchunked",
      })
  void framingThatCanBeReadTwice_isRefused(String framing) {
    assertRefusedAndClosed(
        "POST /a HTTP/1.1\r\nHost: localhost\r\n" + framing + "\r\n\r\n0\r\n\r\n" + SMUGGLED, 400);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"gzip, chunked", "identity, chunked", "gzip\r\nTransfer-Encoding: chunked"})
  void transferCodingThatWouldBeLost_isNotImplemented(String coding) {
    assertRefusedAndClosed(
        "POST /a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: " + coding + "\r\n\r\n0\r\n\r\n"
            + SMUGGLED,
        501);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /a HTTP/1.1\r\n\r\n",
        "GET /a HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET /a HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
        "GET /a HTTP/1.1\r\nHost: a b\r\n\r\n",
        "GET /a HTTP/1.1\r\nHost: a/b\r\n\r\n",
        "GET /a HTTP/1.1\r\nHost: user@a\r\n\r\n",
        "GET http://other/a HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /a HTTP/1.1\r\nHost: localhost\r\nX: a\rb\r\n\r\n",
        "GET /a HTTP/1.1\r\nHost: localhost\r\nX: a\u0000b\r\n\r\n",
        "GET /a HTTP/1.1\r\nHost: localhost\r\nX: a\r\n b\r\n\r\n",
        "GET /a HTTP/1.1\r\nHost: localhost\r\n X: a\r\n\r\n",
        "GET /a HTTP/1.1\r\nHost: localhost\r\nX : a\r\n\r\n",
        "GET /a HTTP/1.1\r\nHost: localhost\r\nX\r\n\r\n",
        "GET /a HTTP/1.1\r\nHost: localhost\r\n: a\r\n\r\n",
        "GET /a HTTP/1.1\r\nHost: localhost\r\nX@Y: a\r\n\r\n",
        "GET /a\u0000 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET a HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "G(T /a HTTP/1.1\r\nHost: localhost\r\n\r\n",
      })
  void malformedHead_isRefused(String head) {
    assertRefusedAndClosed(head, 400);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/a/../g",
        "/a/%2e%2e/g",
        "/a//b",
        "/a%2fb",
        "/a/%5cb",
        "/a/%00",
        "/a/%zz",
        "/a/%f",
        "/a;x/b",
        "/a/{x}",
        "/a/<x>",
        "/a/\"x\"",
        "/a/^",
        "/a/|",
        "/a/\\x",
        "/a/\u00e9",
        "/a?\u00e9",
      })
  void pathThatTwoReadersReadDifferently_isRefused(String target) {
    Answer answer = proxy.get(target);
    assertOwn(answer, 400);
    assertThat(upstream.received()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET /a\r\n\r\n", "GET /a HTTP/3.0\r\nHost: localhost\r\n\r\n"})
  void httpVersionThatIsNotSpoken_is505(String head) {
    assertRefusedAndClosed(head, 505);
  }

  @Test
  void chunksInHttp10_areRefused() {
    assertRefusedAndClosed(
        "POST /a HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "0\r\n\r\n"
            + SMUGGLED,
        400);
  }

  @Test
  void malformedHost_isNotWrittenIntoTheLog() {
    assertThat(proxy
            .connect()
            .send("GET /a HTTP/1.1\r\nHost: flood:x\r\n\r\n")
            .read()
            .status())
        .isEqualTo(400);
    assertThat(proxy.log()).doesNotContain("flood");
  }

  @Test
  void chunkThatIsNone_endsTheRequestAndTheConnection() {
    try (RawConnection connection = proxy.connect()) {
      connection.send("POST /a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
          + "xx\r\n" + SMUGGLED);
      assertOwn(connection.read(), 400);
      assertThat(connection.ended()).isTrue();
    }
    assertThat(upstream.received()).noneMatch(request -> request.target().contains("smuggled"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/a", "/g"})
  void trace_isRefused(String path) {
    assertOwn(proxy.connect().request("TRACE", path, BASIC).read(), 405);
    assertThat(upstream.received()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/a", "/g"})
  void connect_withAPath_isRefused(String target) {
    assertRefusedAndClosed(
        "CONNECT " + target + " HTTP/1.1\r\nHost: localhost\r\n" + BASIC + "\r\n\r\n", 400);
  }

  @Test
  void connect_opensNoTunnel_andWhatFollowsIsNoRequest() {
    assertRefusedAndClosed(
        "CONNECT other:443 HTTP/1.1\r\nHost: other:443\r\n" + BASIC + "\r\n\r\n" + SMUGGLED, 405);
  }

  @Test
  void expectationOtherThan100_is417() {
    assertRefusedAndClosed(
        "POST /a HTTP/1.1\r\nHost: localhost\r\nExpect: x\r\nContent-Length: 2\r\n\r\n", 417);
  }

  @Test
  void expect100_withoutCredential_isRefusedWithout100_andTheBodyIsNoRequest() {
    try (RawConnection connection = proxy.connect()) {
      connection.request(
          "POST",
          "/g",
          "Expect: 100-continue",
          "Content-Type: application/octet-stream",
          "Content-Length: " + SMUGGLED.length());
      assertOwn(connection.read(), 401);
      connection.send(SMUGGLED);
      assertThat(connection.ended()).isTrue();
    }
    assertThat(upstream.received()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"/g, 401", "/none, 404"})
  void refusedBodyThatCameWhole_leavesTheConnectionInStep(String path, int status) {
    String refused = "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
        + "Content-Length: " + SMUGGLED.length() + "\r\n\r\n" + SMUGGLED;
    try (RawConnection connection = proxy.connect()) {
      for (int i = 0; i < 3; i++) {
        Answer answer = connection.send(refused).read();
        assertOwn(answer, status);
        assertThat(answer.header("Connection")).isNull();
      }
      assertThat(connection.request("GET", "/a/real").read().body()).isEqualTo("ok");
    }
    assertThat(upstream.only().target()).isEqualTo("/real");
  }

  @ParameterizedTest
  @CsvSource({"/g, 401", "/none, 404", "/a/%zz, 400"})
  void refusedBodyThatIsUnderWay_endsTheConnectionAndSaysSo(String path, int status) {
    try (RawConnection connection = proxy.connect()) {
      connection.request("POST", path, "Content-Length: 1000", "Content-Type: text/plain");
      Answer answer = connection.read();
      assertOwn(answer, status);
      assertThat(answer.header("Connection")).isEqualTo("close");
      assertThat(connection.ended()).isTrue();
    }
    assertThat(upstream.received()).isEmpty();
  }

  static Stream<String> tooManyOrTooLong() {
    return Stream.of(
        "X: " + "x".repeat(100_000) + "\r\n",
        "X: x\r\n".repeat(2000),
        IntStream.range(0, 257).mapToObj(i -> "X" + i + ": x\r\n").reduce("", String::concat));
  }

  @ParameterizedTest
  @MethodSource
  void tooManyOrTooLong(String headers) {
    try (RawConnection connection = proxy.connect()) {
      assertOwn(
          connection
              .send("GET /a HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n")
              .read(),
          431);
    }
    assertThat(upstream.received()).isEmpty();
  }

  @Test
  void targetTooLong_is414() {
    try (RawConnection connection = proxy.connect()) {
      Answer answer = connection.request("GET", "/a?" + "x".repeat(100_000)).read();
      assertOwn(answer, 414);
    }
  }

  @Test
  void longButFit_passes() {
    assertThat(proxy.get("/a", "Authorization: Bearer " + "x".repeat(12_000)).status())
        .isEqualTo(200);
    assertThat(proxy.get("/a/" + "x".repeat(16_000)).status()).isEqualTo(200);
    assertThat(proxy.get("/a", "Cookie: " + "x".repeat(40_000)).status()).isEqualTo(200);
  }

  @Test
  void manyParts_costNoTime() {
    String accept = "Accept: " + "a/b;q=0.1,".repeat(6000) + "*/*";
    String query = "/g?" + "a=b&".repeat(5000) + "z";
    assertThat(Stopwatch.fastest(
            10, () -> assertThat(proxy.get("/g", BASIC, accept).status()).isEqualTo(200)))
        .isLessThan(100);
    assertThat(Stopwatch.fastest(
            10, () -> assertThat(proxy.get(query, BASIC).status()).isEqualTo(200)))
        .isLessThan(100);
  }

  @Test
  void noRoute_is404() {
    Answer answer = proxy.get("/none");
    assertOwn(answer, 404);
    assertThat(answer.body()).isEqualTo("{\"message\":\"no Route matched with those values\"}");
  }

  @Test
  void bodyTooLargeToSearch_is413() {
    String[] form = {"Content-Type: application/x-www-form-urlencoded"};
    try (RawConnection connection = proxy.connect()) {
      assertOwn(connection.request("POST", "/g", new byte[65_537], form).read(), 413);
    }
    try (RawConnection connection = proxy.connect()) {
      connection.request("POST", "/g", form[0], "Transfer-Encoding: chunked");
      connection.send("10001\r\n" + "x".repeat(65_537) + "\r\n0\r\n\r\n");
      assertOwn(connection.read(), 413);
    }
    assertThat(upstream.received()).isEmpty();
  }
}
