package io.oidcgrant.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.oidcgrant.proxy.testing.Answer;
import io.oidcgrant.proxy.testing.Configs;
import io.oidcgrant.proxy.testing.ProxyProcess;
import io.oidcgrant.proxy.testing.RawConnection;
import io.oidcgrant.proxy.testing.RawHttp2;
import io.oidcgrant.proxy.testing.RawUpstream;
import io.oidcgrant.proxy.testing.SelfSigned;
import java.io.ByteArrayInputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP/2 from callers (RFC 9113), in TLS and in clear text. */
class Http2IT {
  private static final int MEGABYTE = 1 << 20;

  @TempDir
  private static Path directory;

  private static RawUpstream upstream;
  private static ProxyProcess proxy;
  private static HttpClient client;

  @BeforeAll
  static void start() {
    SelfSigned.of("localhost", "EC", Duration.ofDays(30)).write(directory, "own");
    upstream = new RawUpstream();
    String certificate = "certificates: [{cert: DIR/own.pem, key: DIR/own.key}]\nservices:\n"
        .replace("DIR", directory.toString());
    proxy = ProxyProcess.run(
        Configs.file(
            directory,
            certificate
                + Configs.service("a", upstream.url())
                + Configs.service("same", upstream.url())
                    .replace("paths:", "preserve_host: true\n      paths:")
                + Configs.service("closed", upstream.url(), Configs.grant("http://127.0.0.1:1"))),
        "--listen-tls",
        "127.0.0.1:0",
        "--h2c");
    client = HttpClient.newBuilder().sslContext(SelfSigned.anonymous()).build();
  }

  @AfterAll
  static void stop() {
    proxy.close();
    upstream.close();
  }

  @BeforeEach
  void reset() {
    upstream.reset();
  }

  private static RawHttp2 connect() {
    return RawHttp2.connect(proxy.port());
  }

  private static void awaitUpstream() {
    await()
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(2))
        .until(() -> upstream.received().size() == 1);
  }

  private static HttpResponse<byte[]> send(String method, String path, BodyPublisher body)
      throws Exception {
    HttpResponse<byte[]> answer = client.send(
        HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + proxy.tlsPort() + path))
            .timeout(Duration.ofSeconds(20))
            .method(method, body)
            .build(),
        BodyHandlers.ofByteArray());
    assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
    return answer;
  }

  private static byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    new Random(count).nextBytes(bytes);
    return bytes;
  }

  @ParameterizedTest
  @CsvSource({"true, 0", "true, 1", "true, MB", "false, 0", "false, 1", "false, MB"})
  void bodies_arriveByteForByte(boolean length, String size) throws Exception {
    byte[] body = bytes(size.equals("MB") ? MEGABYTE : Integer.parseInt(size));
    upstream.script(request -> {
      byte[] received = request.body();
      request.send("HTTP/1.1 200 OK\r\n"
          + (length ? "Content-Length: " + received.length : "Transfer-Encoding: chunked")
          + "\r\n\r\n");
      if (!length && received.length > 0) {
        request.send(Integer.toHexString(received.length) + "\r\n");
      }
      request.output().write(received);
      if (!length) {
        request.send((received.length > 0 ? "\r\n" : "") + "0\r\n\r\n");
      }
    });
    BodyPublisher publisher = length
        ? BodyPublishers.ofByteArray(body)
        : BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body));

    HttpResponse<byte[]> answer = send("POST", "/a", publisher);

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(Arrays.equals(answer.body(), body)).isTrue();
    assertThat(Arrays.equals(upstream.only().body(), body)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "DELETE", "OPTIONS"})
  void bodyThatNothingAnnounces_isCarried_andNoneIsInvented(String method) {
    try (RawHttp2 connection = connect()) {
      int with = connection.send(false, RawHttp2.request(method, "/a"));
      // On its way together with the head, or after it.
      connection.data(with, true, "body");
      assertThat(connection.read(with).status()).isEqualTo(200);
      assertThat(upstream.only().text()).isEqualTo("body");

      upstream.reset();
      int late = connection.send(false, RawHttp2.request(method, "/a"));
      connection.ping().data(late, true, "late");
      assertThat(connection.read(late).status()).isEqualTo(200);
      assertThat(upstream.only().text()).isEqualTo("late");

      upstream.reset();
      int none = connection.send(true, RawHttp2.request(method, "/a"));
      assertThat(connection.read(none).status()).isEqualTo(200);
      assertThat(upstream.only().header("Transfer-Encoding")).isNull();
      assertThat(upstream.only().header("Content-Length")).isNull();
    }
  }

  @ParameterizedTest
  @CsvSource({"HEAD, 200", "GET, 204", "GET, 304"})
  void answersWithoutABody_endTheStream(String method, int status) {
    String length = status == 200 ? "Content-Length: 5\r\n" : "";
    upstream.answer("HTTP/1.1 " + status + " Any\r\n" + length + "X-It: y\r\n\r\n");
    try (RawHttp2 connection = connect()) {
      for (int i = 0; i < 2; i++) {
        Answer answer = connection.read(connection.send(true, RawHttp2.request(method, "/a")));
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.bytes()).isEmpty();
        assertThat(answer.header("X-It")).isEqualTo("y");
        assertThat(answer.header("Content-Length")).isEqualTo(status == 200 ? "5" : null);
      }
    }
  }

  private static Arguments bad(String what, List<String> fields) {
    return Arguments.of(what, fields);
  }

  private static List<String> get(String... more) {
    return RawHttp2.request("GET", "/a", more);
  }

  private static List<String> without(String name, String... more) {
    List<String> fields = new ArrayList<>(get(more));
    fields.removeIf(field -> field.startsWith(name + " "));
    return fields;
  }

  private static String[] many(int count, String value) {
    return Stream.iterate(0, i -> i + 1)
        .limit(count)
        .map(i -> "x-" + i + " " + value)
        .toArray(String[]::new);
  }

  static Stream<Arguments> malformed() {
    return Stream.of(
        bad("authority and host", get("host other")),
        bad("two hosts", get("host localhost", "host localhost")),
        bad("no authority", without(":authority")),
        bad("empty authority", without(":authority", ":authority ")),
        bad("user in the authority", without(":authority", ":authority user@localhost")),
        bad("path in the authority", without(":authority", "host localhost/b")),
        bad("list in the authority", without(":authority", ":authority localhost,b")),
        bad("two authorities", get(":authority localhost")),
        bad("no path", without(":path")),
        bad("empty path", without(":path", ":path ")),
        bad("space in the path", RawHttp2.request("GET", "/a b")),
        bad("fragment", RawHttp2.request("GET", "/a#b")),
        bad("fragment after the query", RawHttp2.request("GET", "/a?b#c")),
        bad("no slash", RawHttp2.request("GET", "a")),
        bad("URL for a path", RawHttp2.request("GET", "http://localhost/a")),
        bad("asterisk", RawHttp2.request("OPTIONS", "*")),
        bad("dot segments", RawHttp2.request("GET", "/b/../a")),
        bad("control character in the path", RawHttp2.request("GET", "/a\u0001")),
        bad("line end in the path", RawHttp2.request("GET", "/a HTTP/1.1\r\nX: y")),
        bad("no method", without(":method")),
        bad("method with a space", RawHttp2.request("GET /b", "/a")),
        bad("empty method", RawHttp2.request("", "/a")),
        bad("no scheme", without(":scheme")),
        bad("unknown scheme", without(":scheme", ":scheme gopher")),
        bad("unknown pseudo-header", get(":other x")),
        bad("status in a request", get(":status 200")),
        bad("pseudo-header after others", without(":path", "x y", ":path /a")),
        bad("name in upper case", get("X-Upper y")),
        bad("name with a colon", get("x:y z")),
        bad("line end in a value", get("x a\r\ny: b")),
        bad("line feed in a value", get("x a\nb")),
        bad("NUL in a value", get("x a\u0000b")),
        bad("connection", get("connection close")),
        bad("connection TE", get("connection TE")),
        bad("keep-alive", get("keep-alive 5")),
        bad("proxy-connection", get("proxy-connection close")),
        bad("upgrade", get("upgrade websocket")),
        bad("transfer-encoding", get("transfer-encoding chunked")),
        bad("te", get("te gzip")),
        bad("two lengths", get("content-length 0", "content-length 0")),
        bad("length with a sign", get("content-length +0")),
        bad("negative length", get("content-length -5")),
        bad("length without a body", get("content-length 5")),
        bad("expectation", get("expect something")),
        bad("300 headers", get(many(300, "y"))),
        bad("headers of 70 KiB", get(many(70, "y".repeat(1000)))),
        bad("headers of 250 KiB", get(many(240, "y".repeat(1000)))),
        bad("one header of 100 KiB", get("x " + "y".repeat(100_000))),
        bad("extended CONNECT", RawHttp2.request("CONNECT", "/a", ":protocol websocket")),
        bad("CONNECT", List.of(":method CONNECT", ":authority localhost:1")),
        bad("TRACE", RawHttp2.request("TRACE", "/a")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("malformed")
  void requestThatCannotBe_isRefusedAlone(String what, List<String> fields) throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    upstream.script(request -> {
      request.body();
      release.await();
      request.send(RawUpstream.OK);
    });
    try (RawHttp2 connection = connect()) {
      int neighbour = connection.get("/a/neighbour");
      awaitUpstream();

      Answer answer = connection.read(connection.send(true, fields));

      assertThat(answer.status()).isIn(0, 400, 404, 405, 417, 431, 501);
      if (answer.status() != 0) {
        assertThat(answer.body()).startsWith("{\"message\":");
        assertThat(answer.headers()).doesNotContainKeys("connection", "server");
      }
      release.countDown();
      Answer beside = connection.read(neighbour);
      assertThat(beside.body()).as(beside.toString()).isEqualTo("ok");
      assertThat(connection.read(connection.get("/a/next")).status()).isEqualTo(200);
      assertThat(upstream.received())
          .extracting(RawUpstream.Received::line)
          .containsExactly("GET /neighbour HTTP/1.1", "GET /next HTTP/1.1");
    }
  }

  @Test
  void headersBeyondAllMeasure_endTheConnection_andNoOther() {
    try (RawHttp2 other = connect();
        RawHttp2 connection = connect()) {
      connection.send(true, get(many(300, "y".repeat(1000))));
      assertThat(connection.ends()).isTrue();
      assertThat(other.read(other.get("/a")).status()).isEqualTo(200);
    }
    assertThat(upstream.received()).hasSize(1);
  }

  /** Behind the proxy the rest of the length would be taken from the next request. */
  @ParameterizedTest
  @ValueSource(strings = {"short", "trailers", "long"})
  void bodyThatIsNotOfItsLength_failsAlone(String how) {
    try (RawHttp2 connection = connect()) {
      int stream = connection.send(false, RawHttp2.request("POST", "/a", "content-length 10"));
      connection.data(stream, how.equals("short"), how.equals("long") ? "01234567890" : "01234");
      if (how.equals("trailers")) {
        connection.headers(stream, true, List.of("x y"));
      }
      assertThat(connection.read(stream).status()).isIn(0, 400);
      assertThat(connection.read(connection.get("/a/next")).status()).isEqualTo(200);
      assertThat(upstream.received())
          .filteredOn(received -> received.text() != null)
          .extracting(RawUpstream.Received::line)
          .containsExactly("GET /next HTTP/1.1");
    }
  }

  @Test
  void request_isToldToTheUpstreamInItsTerms() {
    try (RawHttp2 connection = connect()) {
      List<String> fields = List.of(
          ":method GET",
          ":scheme https",
          ":authority Example.com:81",
          ":path /same?q=%20",
          "cookie a=1",
          "cookie b=2; c=3",
          "te trailers",
          "x y",
          "x z");
      assertThat(connection.read(connection.send(true, fields)).status()).isEqualTo(200);
    }
    RawUpstream.Received received = upstream.only();
    assertThat(received.line()).isEqualTo("GET /?q=%20 HTTP/1.1");
    assertThat(received.headers())
        .containsEntry("host", List.of("Example.com:81"))
        .containsEntry("cookie", List.of("a=1; b=2; c=3"))
        .containsEntry("x", List.of("y", "z"))
        .containsEntry("via", List.of("2.0 oidc-proxy"))
        .containsEntry("x-forwarded-proto", List.of("http"))
        .containsEntry("x-forwarded-port", List.of("81"))
        .doesNotContainKeys("te", ":authority");
  }

  @Test
  void hostAlone_isTheAuthority() {
    try (RawHttp2 connection = connect()) {
      List<String> fields =
          List.of(":method GET", ":scheme http", ":path /same", "host example.org");
      assertThat(connection.read(connection.send(true, fields)).status()).isEqualTo(200);
    }
    assertThat(upstream.only().header("Host")).isEqualTo("example.org");
    assertThat(upstream.only().header("X-Forwarded-Host")).isEqualTo("example.org");
  }

  /** Who is refused while he is still sending learns why: the reset after it takes nothing back. */
  @Test
  void refusal_beforeTheBodyIsRead_standsWhileTheRestIsNotWanted() {
    try (RawHttp2 connection = connect()) {
      int stream = connection.send(false, RawHttp2.request("POST", "/closed"));
      for (int i = 0; i < 20; i++) {
        connection.data(stream, false, "x".repeat(10_000));
      }
      Answer answer = connection.read(stream);
      assertThat(answer.status()).isEqualTo(401);
      assertThat(answer.body()).startsWith("{\"message\":");
      assertThat(connection.resetOf(stream)).as("NO_ERROR").isZero();
      assertThat(connection.read(connection.get("/a")).status()).isEqualTo(200);
    }
    assertThat(upstream.received()).hasSize(1);
  }

  @Test
  void limits_areTold() {
    try (RawHttp2 connection = connect().ping()) {
      assertThat(connection.setting(3)).as("streams").isEqualTo(128);
      assertThat(connection.setting(6)).as("header list").isEqualTo(262_144);
      assertThat(connection.setting(8)).as("extended CONNECT").isLessThan(1);
    }
  }

  @Test
  void streamsBeyondTheLimit_areRefused_andTheOthersAnswered() {
    CountDownLatch release = new CountDownLatch(1);
    upstream.script(request -> {
      request.body();
      release.await();
      request.send(RawUpstream.OK);
    });
    try (RawHttp2 connection = connect()) {
      List<Integer> streams = new ArrayList<>();
      for (int i = 0; i < 129; i++) {
        streams.add(connection.get("/a/" + i));
      }
      assertThat(connection.read(streams.get(128)).status()).isZero();
      assertThat(connection.resetOf(streams.get(128))).as("REFUSED_STREAM").isEqualTo(7);
      release.countDown();
      for (int stream : streams.subList(0, 128)) {
        Answer answer = connection.read(stream);
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
      }
      assertThat(connection.read(connection.get("/a")).status()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"reset", "settings", "ping", "data"})
  void flood_endsTheConnection_andNoOther(String what) {
    try (RawHttp2 other = connect();
        RawHttp2 connection = connect()) {
      int post = connection.send(false, RawHttp2.request("POST", "/a"));
      try {
        for (int i = 0; i < 2000; i++) {
          switch (what) {
            case "reset" -> connection.frame(RawHttp2.RESET, 0, connection.get("/a"), new byte[4]);
            case "settings" -> connection.frame(RawHttp2.SETTINGS, 0, 0, new byte[0]);
            case "ping" -> connection.frame(RawHttp2.PING, 0, 0, new byte[8]);
            default -> connection.data(post, false, "");
          }
        }
      } catch (UncheckedIOException e) {
        // Ended while we were still sending.
      }
      assertThat(connection.ends()).isTrue();
      assertThat(connection.goaway())
          .as("ENHANCE_YOUR_CALM, where it came through")
          .isIn(11, -1);
      assertThat(other.read(other.get("/a")).status()).isEqualTo(200);
    }
  }

  @Test
  void upgrade_inClearText_goesOnInHttp2() throws Exception {
    try (RawConnection connection = proxy.connect()) {
      connection.request(
          "GET", "/a", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: ");
      assertThat(connection.line()).startsWith("HTTP/1.1 101");
      while (!connection.line().isEmpty()) {
        // the rest of the head
      }
      RawHttp2 upgraded = connection.http2();
      upgraded.open();
      assertThat(upgraded.start().read(1).body()).isEqualTo("ok");
      assertThat(upgraded.read(upgraded.get("/a")).status()).isEqualTo(200);
    }
    assertThat(upstream.received()).hasSize(2);
    assertThat(upstream.received().get(0).headers()).doesNotContainKeys("upgrade");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 4\r\n\r\nbody",
        "Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n"
      })
  void upgrade_withABody_isIgnored_andTheBodyCarried(String rest) {
    try (RawConnection connection = proxy.connect()) {
      connection.send("POST /a HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\n"
          + "Upgrade: h2c\r\nHTTP2-Settings: \r\n" + rest);
      assertThat(connection.read().status()).isEqualTo(200);
    }
    assertThat(upstream.only().text()).isEqualTo("body");
  }

  @Test
  void drain_saysGoaway_andStreamsInFlightFinish() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    upstream.script(request -> {
      request.body();
      release.await();
      request.send(RawUpstream.OK);
    });
    try (ProxyProcess draining = ProxyProcess.launch(
            Map.of(),
            "run",
            "--config",
            directory.resolve("kong.yaml").toString(),
            "--listen",
            "127.0.0.1:0",
            "--listen-tls",
            "off",
            "--admin",
            "off",
            "--h2c");
        RawHttp2 connection = RawHttp2.connect(draining.port())) {
      int stream = connection.get("/a");
      awaitUpstream();
      draining.terminate();
      assertThat(connection.goaway()).as("NO_ERROR").isZero();
      release.countDown();
      assertThat(connection.read(stream).body()).isEqualTo("ok");
      assertThat(connection.ends()).isTrue();
      assertThat(draining.exitStatus()).isZero();
    }
  }
}
