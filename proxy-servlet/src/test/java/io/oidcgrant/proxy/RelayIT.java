package io.oidcgrant.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.oidcgrant.proxy.testing.Answer;
import io.oidcgrant.proxy.testing.Configs;
import io.oidcgrant.proxy.testing.FreePort;
import io.oidcgrant.proxy.testing.ProxyProcess;
import io.oidcgrant.proxy.testing.RawConnection;
import io.oidcgrant.proxy.testing.RawUpstream;
import io.oidcgrant.proxy.testing.Stopwatch;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What passes between caller and upstream, byte by byte. */
class RelayIT {
  @TempDir
  private static Path directory;

  private static RawUpstream upstream;
  private static BlackHole hole;
  private static ProxyProcess proxy;

  /** Accepts no connection and refuses none. */
  private static final class BlackHole {
    private final ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    private final List<Socket> waiting = new ArrayList<>();

    BlackHole() throws IOException {
      for (int i = 0; i < 16; i++) {
        Socket socket = new Socket();
        waiting.add(socket);
        try {
          socket.connect(
              new InetSocketAddress(server.getInetAddress(), server.getLocalPort()), 300);
        } catch (SocketTimeoutException e) {
          return;
        }
      }
      throw new IllegalStateException("it accepts connections");
    }

    void close() throws IOException {
      server.close();
      for (Socket socket : waiting) {
        socket.close();
      }
    }
  }

  @BeforeAll
  static void start() throws IOException {
    upstream = new RawUpstream();
    hole = new BlackHole();
    String nowhere = "http://127.0.0.1:";
    proxy = ProxyProcess.run(Configs.file(
        directory,
        "services:\n"
            + Configs.service("a", upstream.url())
            + Configs.service("slow", upstream.url()) + "  read_timeout: 500\n"
            + Configs.service("unread", upstream.url()) + "  write_timeout: 200\n"
            + Configs.service("patient", upstream.url()) + "  write_timeout: 200\n"
            + "  read_timeout: 1500\n"
            + Configs.service("down", nowhere + FreePort.find())
            + Configs.service("hole", nowhere + hole.server.getLocalPort())
            + "  connect_timeout: 500\n"));
  }

  @AfterAll
  static void stop() throws IOException {
    proxy.close();
    hole.close();
    upstream.close();
  }

  @BeforeEach
  void forget() {
    upstream.reset();
  }

  @Test
  void headersOfOneHop_stayOnTheirHop() {
    assertThat(proxy
            .get(
                "/a",
                "Keep-Alive: timeout=5",
                "Proxy-Connection: keep-alive",
                "TE: trailers",
                "Trailer: X-Sum",
                "Upgrade: h2c",
                "HTTP2-Settings: AAMAAABkAAQAAP__",
                "Proxy-Authorization: Basic cDpw",
                "Proxy: http://evil",
                "X-Hop: 1",
                "X-End: 2",
                "Connection: X-Hop, Upgrade, HTTP2-Settings")
            .status())
        .isEqualTo(200);
    assertThat(upstream.only().headers())
        .doesNotContainKeys(
            "keep-alive",
            "proxy-connection",
            "te",
            "trailer",
            "upgrade",
            "http2-settings",
            "proxy-authorization",
            "proxy",
            "x-hop",
            "connection")
        .containsEntry("x-end", List.of("2"));
  }

  @Test
  void callersViaIsContinued_withoutAHostName() throws IOException {
    proxy.get("/a", "Via: 1.0 before");
    assertThat(upstream.only().header("Via")).isEqualTo("1.0 before, 1.1 oidc-proxy");
    assertThat(upstream.only().headers().toString())
        .doesNotContain(InetAddress.getLocalHost().getHostName() + " ");
  }

  @Test
  void connectionOptions_cannotRemoveWhatTheProxySets() {
    proxy.get("/a", "Connection: close, Host, Via, X-Forwarded-For, X-Forwarded-Proto, X-Real-IP");
    RawUpstream.Received request = upstream.only();
    assertThat(request.header("Host")).isEqualTo("127.0.0.1:" + upstream.port());
    assertThat(request.header("Via")).isEqualTo("1.1 oidc-proxy");
    assertThat(request.header("X-Forwarded-For")).isEqualTo("127.0.0.1");
    assertThat(request.header("X-Forwarded-Proto")).isEqualTo("http");
    assertThat(request.header("X-Real-IP")).isEqualTo("127.0.0.1");
  }

  @Test
  void forwardingHeadersOfAStranger_areReplaced() {
    proxy.get("/a/b", FORWARDING);
    RawUpstream.Received request = upstream.only();
    assertThat(request.headers())
        .containsEntry("x-forwarded-for", List.of("127.0.0.1"))
        .containsEntry("x-forwarded-host", List.of("localhost"))
        .containsEntry("x-forwarded-proto", List.of("http"))
        .containsEntry("x-forwarded-prefix", List.of("/a"))
        .containsEntry("x-real-ip", List.of("127.0.0.1"))
        .doesNotContainKeys(
            "forwarded",
            "x-forwarded-server",
            "x-forwarded-uri",
            "x-forwarded-method",
            "x_forwarded_for",
            "x.forwarded.for",
            "x-original-url",
            "x-rewrite-url");
    assertThat(request.headers().toString()).doesNotContain("evil");
  }

  @Test
  void forwardingHeadersOfATrustedPeer_areContinued() {
    try (ProxyProcess trusting =
        ProxyProcess.run(directory.resolve("kong.yaml"), "--trusted-ips", "127.0.0.0/8,::1")) {
      trusting.get(
          "/a",
          "X-Forwarded-For: 192.0.2.7",
          "X-Forwarded-Host: shop.example",
          "X-Forwarded-Proto: https",
          "X-Forwarded-Port: 443",
          "X-Real-IP: 192.0.2.7",
          "Forwarded: for=192.0.2.7;proto=https");
    }
    assertThat(upstream.only().headers())
        .containsEntry("x-forwarded-for", List.of("192.0.2.7, 127.0.0.1"))
        .containsEntry("x-forwarded-host", List.of("shop.example"))
        .containsEntry("x-forwarded-proto", List.of("https"))
        .containsEntry("x-forwarded-port", List.of("443"))
        .containsEntry("x-real-ip", List.of("192.0.2.7"))
        .containsEntry("forwarded", List.of("for=192.0.2.7;proto=https, for=127.0.0.1"));
  }

  private static final String[] FORWARDING = {
    "X-Forwarded-For: evil",
    "X_Forwarded_For: evil",
    "X.Forwarded.For: evil",
    "X-Forwarded-Host: evil",
    "X-Forwarded-Proto: evil",
    "X-Forwarded-Port: evil",
    "X-Forwarded-Prefix: evil",
    "X-Forwarded-Server: evil",
    "X-Forwarded-Uri: evil",
    "X-Forwarded-Method: evil",
    "Forwarded: for=evil",
    "X-Real-IP: evil",
    "X-Original-URL: /evil",
    "X-Rewrite-URL: /evil",
  };

  @Test
  void headersOfTheAnswer_arePassedAsTheyAre_exceptThoseOfOneHop() {
    upstream.answer("""
        HTTP/1.1 200 Fine\r
        Connection: X-Hop, keep-alive\r
        X-Hop: 1\r
        Keep-Alive: timeout=5\r
        Proxy-Authenticate: Basic\r
        Upgrade: h2c\r
        Server: theirs\r
        Content-Type: text/plain ;charset=UTF8\r
        Set-Cookie: a="x,y"; Path=/\r
        Set-Cookie: b=2\r
        WWW-Authenticate: Bearer realm="a, b", error="x"\r
        Link: <https://x/?a,b>; rel="next"\r
        Content-Length: 2\r
        \r
        ok""");
    Answer answer = proxy.get("/a");
    assertThat(answer.headers())
        .doesNotContainKeys("x-hop", "keep-alive", "proxy-authenticate", "upgrade")
        .containsEntry("server", List.of("theirs"))
        .containsEntry("content-type", List.of("text/plain ;charset=UTF8"))
        .containsEntry("set-cookie", List.of("a=\"x,y\"; Path=/", "b=2"))
        .containsEntry("www-authenticate", List.of("Bearer realm=\"a, b\", error=\"x\""))
        .containsEntry("link", List.of("<https://x/?a,b>; rel=\"next\""));
    assertThat(answer.header("Connection")).isEqualTo("close");
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
  void target_arrivesByteForByte(String rest) {
    assertThat(proxy.get("/a" + rest).status()).isEqualTo(200);
    assertThat(upstream.only().target()).isEqualTo(rest.startsWith("?") ? "/" + rest : rest);
  }

  @Test
  void longTarget_arrivesByteForByte() {
    String rest = "/" + "p".repeat(16_000) + "?" + "q".repeat(16_000);
    assertThat(proxy.get("/a" + rest).status()).isEqualTo(200);
    assertThat(upstream.only().target()).isEqualTo(rest);
  }

  @ParameterizedTest
  @ValueSource(strings = {"get", "PURGE", "M-SEARCH", "PATCH", "OPTIONS", "DELETE"})
  void method_isNotRewritten(String method) {
    try (RawConnection connection = proxy.connect()) {
      assertThat(connection.request(method, "/a/x").read().status()).isEqualTo(200);
    }
    assertThat(upstream.only().line()).isEqualTo(method + " /x HTTP/1.1");
  }

  @Test
  void maxForwards_isCountedDown_andZeroGoesNoFurther() {
    try (RawConnection connection = proxy.connect()) {
      assertThat(connection.request("OPTIONS", "/a", "Max-Forwards: 0").read().status())
          .isEqualTo(204);
      assertThat(upstream.received()).isEmpty();
      assertThat(connection.request("OPTIONS", "/a", "Max-Forwards: 2").read().status())
          .isEqualTo(200);
      assertThat(upstream.only().header("Max-Forwards")).isEqualTo("1");
    }
  }

  @Test
  void upgradeToH2c_isIgnored() {
    Answer answer = proxy.get(
        "/a",
        "Connection: Upgrade, HTTP2-Settings",
        "Upgrade: h2c",
        "HTTP2-Settings: AAMAAABkAAQAAP__");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("ok");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked"
      })
  void answerInACodingThatWouldBeLost_is502(String coding) {
    upstream.answer("HTTP/1.1 200 OK\r\n" + coding + "\r\n\r\n2\r\nok\r\n0\r\n\r\n");
    assertThat(proxy.get("/a", "TE: trailers", "Connection: TE").status()).isEqualTo(502);
  }

  @Test
  void ownAnswer_hasNothingOfTheCallersConnection() {
    upstream.answer("nonsense\r\n\r\n");
    try (RawConnection connection = proxy.connect()) {
      Answer answer =
          connection.request("GET", "/a", "TE: trailers", "Connection: TE").read();
      assertThat(answer.status()).isEqualTo(502);
      assertThat(answer.header("Connection")).isNull();
    }
  }

  @Test
  void answerToHeadWithoutALength_getsNone() {
    upstream.answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    try (RawConnection connection = proxy.connect()) {
      Answer answer = connection.request("HEAD", "/a").readHead();
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.headers()).doesNotContainKey("content-length");
      upstream.answerOk();
      assertThat(connection.request("GET", "/a").read().body()).isEqualTo("ok");
    }
  }

  @Test
  void switchingProtocolsUnasked_is502() {
    upstream.answer(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n");
    assertThat(proxy.get("/a").status()).isEqualTo(502);
  }

  @Test
  void expect100_isAnsweredWhenTheBodyIsWanted() {
    try (RawConnection connection = proxy.connect()) {
      connection.request("POST", "/a", "Expect: 100-continue", "Content-Length: 5");
      assertThat(connection.read().status()).isEqualTo(100);
      assertThat(connection.send("hello").read().status()).isEqualTo(200);
    }
    assertThat(upstream.only().text()).isEqualTo("hello");
    assertThat(upstream.only().header("Expect")).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n",
        "HTTP/1.1 102 Processing\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n",
        "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n",
      })
  void interimAnswers_doNotHoldUpTheFinalOne(String interim) {
    upstream.answer(interim + RawUpstream.OK);
    assertThat(Stopwatch.fastest(3, () -> {
          Answer answer = proxy.get("/a");
          assertThat(answer.status()).isEqualTo(200);
          assertThat(answer.body()).isEqualTo("ok");
        }))
        .isLessThan(1000);
  }

  @Test
  void upstreamThatRefuses_is502AtOnce() {
    assertThat(
            Stopwatch.fastest(3, () -> assertThat(proxy.get("/down").status()).isEqualTo(502)))
        .isLessThan(1000);
  }

  @Test
  void upstreamThatDoesNotAccept_is504AtTheDeadlineOfConnecting() {
    long start = System.nanoTime();
    assertThat(proxy.get("/hole").status()).isEqualTo(504);
    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .isBetween(Duration.ofMillis(450), Duration.ofSeconds(2));
  }

  @Test
  void upstreamWithoutAFirstByte_is504AtTheDeadlineOfReading() {
    upstream.script(request -> request.input().read());
    long start = System.nanoTime();
    Answer answer = proxy.get("/slow");
    assertThat(answer.status()).isEqualTo(504);
    assertThat(answer.body()).contains("\"error\":\"gateway_timeout\"");
    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .isBetween(Duration.ofMillis(450), Duration.ofSeconds(2));
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "POST"})
  void upstreamWithoutAFirstByte_mayTakeLongerThanTheDeadlineOfWriting(String method) {
    upstream.script(request -> {
      request.body();
      request.input().read();
    });
    long start = System.nanoTime();
    try (RawConnection connection = proxy.connect()) {
      byte[] body = new byte[method.equals("GET") ? 0 : 3];
      assertThat(connection.request(method, "/patient", body).read().status()).isEqualTo(504);
    }
    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .isBetween(Duration.ofMillis(1400), Duration.ofSeconds(4));
  }

  @Test
  void upstreamThatReadsNoMore_is504AtTheDeadlineOfWriting() throws IOException {
    CountDownLatch answered = new CountDownLatch(1);
    upstream.script(request -> answered.await());
    long start = System.nanoTime();
    try (RawConnection connection = proxy.connect()) {
      connection.request("POST", "/unread", "Content-Length: 100000000");
      Thread writer = new Thread(() -> {
        byte[] piece = new byte[1 << 16];
        try {
          while (true) {
            connection.output().write(piece);
          }
        } catch (IOException e) {
          // Answered, and closed.
        }
      });
      writer.start();
      assertThat(connection.read().status()).isEqualTo(504);
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
    } finally {
      answered.countDown();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "HTTP/1.1 200",
        "SSH-2.0-OpenSSH_9.2\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nX: a\u0000b\r\nContent-Length: 2\r\n\r\nok",
      })
  void upstreamThatIsNoHttpServer_is502(String bytes) {
    upstream.script(request -> {
      request.send(bytes);
      request.output().close();
    });
    Answer answer = proxy.get("/a");
    assertThat(answer.status()).isEqualTo(502);
    assertThat(answer.body()).contains("\"error\":\"bad_gateway\"");
    assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nContent-Length: 2, 1\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\n Content-Length: 2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nX: a\u0000b\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nX: a\rb\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nX\u0000: a\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nno colon\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\n: a\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 99 X\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 1000 X\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 2x0 X\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 -20 X\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/2.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/3.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/0.9 200 OK\r\nContent-Length: 2\r\n\r\nok",
        "<html>an answer of HTTP/0.9</html>\r\n",
      })
  void answerThatCanBeMisread_is502_andItsConnectionIsNotUsedAgain(String bytes) {
    Answer answer = misread(bytes);
    assertThat(answer.status()).isEqualTo(502);
    assertThat(answer.body()).contains("\"error\":\"bad_gateway\"");
  }

  /** The answer to these bytes; then another request, which must go over another connection. */
  private static Answer misread(String bytes) {
    upstream.answer(bytes);
    try (RawConnection connection = proxy.connect()) {
      Answer answer = connection.request("GET", "/a").read();
      mustUseAnotherConnection();
      return answer;
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokmore",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 Evil\r\nContent-Length: 4\r\n\r\nevil",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\nevil",
        "HTTP/1.1 204 OK\r\nContent-Length: 4\r\n\r\nevil",
        "HTTP/1.1 304 OK\r\nContent-Length: 4\r\n\r\nevil",
        "HTTP/1.1 204 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nevil\r\n0\r\n\r\n",
      })
  void bytesBehindAnAnswer_becomeNoOther(String bytes) {
    Answer answer = misread(bytes);
    assertThat(answer.status()).isLessThan(400);
    assertThat(answer.body()).doesNotContain("evil");
  }

  @ParameterizedTest
  @ValueSource(strings = {"x\r\nok", "-2\r\nok", "\r\nok", "2 2\r\nok", "2\r\nokay\r\n"})
  void chunkThatIsNone_breaksTheAnswerOff(String chunk) {
    upstream.answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n" + chunk);
    try (RawConnection connection = proxy.connect()) {
      assertThatThrownBy(() -> {
            Answer answer = connection.request("GET", "/a").read();
            assertThat(answer.status()).as("an answer that looks whole").isEqualTo(502);
            throw new UncheckedIOException(new IOException("502"));
          })
          .isInstanceOf(UncheckedIOException.class)
          .cause()
          .isNotInstanceOf(SocketTimeoutException.class);
    }
    mustUseAnotherConnection();
  }

  /** The last request was answered badly; the next ones must not come over its connection. */
  private static void mustUseAnotherConnection() {
    int bad = upstream.only().connection();
    upstream.answerOk();
    for (int i = 0; i < 2; i++) {
      assertThat(proxy.get("/a").body()).isEqualTo("ok");
    }
    assertThat(upstream.received().stream().map(RawUpstream.Received::connection))
        .containsOnlyOnce(bad);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 100 Continue\r\n\r\n",
        "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX: ",
        "X: 1\r\n",
        "x",
      })
  void answerWithoutEnd_is502(String again) {
    upstream.script(request -> {
      request.send(again.startsWith("HTTP") ? "" : "HTTP/1.1 200 OK\r\n");
      byte[] piece = again.repeat(64).getBytes(StandardCharsets.US_ASCII);
      while (true) {
        request.output().write(piece);
      }
    });
    long start = System.nanoTime();
    assertThat(proxy.get("/a").status()).isEqualTo(502);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 100\r\n\r\npart",
        "Transfer-Encoding: chunked\r\n\r\n4\r\npart\r\n",
      })
  void answerThatBreaksOff_doesNotLookWhole(String rest) {
    for (boolean reset : new boolean[] {true, false}) {
      upstream.script(request -> {
        request.send("HTTP/1.1 200 OK\r\n" + rest);
        // The part is on its way before the connection ends.
        await().pollDelay(Duration.ofMillis(100)).until(() -> true);
        if (reset) {
          request.reset();
        } else {
          request.output().close();
        }
      });
      try (RawConnection connection = proxy.connect()) {
        connection.request("GET", "/a");
        assertThatThrownBy(connection::read)
            .isInstanceOf(UncheckedIOException.class)
            .message()
            .doesNotContain("closed without an answer");
      }
    }
  }

  @Test
  void answersWithoutBody_keepTheConnectionInStep() {
    upstream.script(request -> {
      request.body();
      String status = request.target().substring(1);
      request.send(
          status.equals("200")
              ? "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n"
                  + (request.line().startsWith("HEAD") ? "" : "end")
              : "HTTP/1.1 " + status + " X\r\n"
                  + (status.equals("304") ? "Content-Length: 7\r\n" : "") + "\r\n");
    });
    try (RawConnection connection = proxy.connect()) {
      Answer head = connection.request("HEAD", "/a/200").readHead();
      assertThat(head.header("Content-Length")).isEqualTo("3");
      assertThat(connection.request("GET", "/a/204").read().status()).isEqualTo(204);
      assertThat(connection.request("GET", "/a/304").read().status()).isEqualTo(304);
      assertThat(connection.request("HEAD", "/a/304").readHead().status()).isEqualTo(304);
      assertThat(connection.request("HEAD", "/none").readHead().status()).isEqualTo(404);
      assertThat(connection.request("GET", "/a/200").read().body()).isEqualTo("end");
    }
  }

  @Test
  void pipelinedRequests_areAnsweredInOrder() {
    upstream.script(request -> {
      request.body();
      request.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n" + request.target());
    });
    try (RawConnection connection = proxy.connect()) {
      for (int i = 0; i < 5; i++) {
        connection.request("GET", "/a/" + i);
      }
      for (int i = 0; i < 5; i++) {
        assertThat(connection.read().body()).isEqualTo("/" + i);
      }
    }
  }

  @Test
  void answerUntilTheEndOfTheConnection_arrivesWhole() {
    upstream.script(request -> {
      request.send("HTTP/1.0 200 OK\r\n\r\n" + "x".repeat(100_000));
      request.output().close();
    });
    assertThat(proxy.get("/a").body()).hasSize(100_000);
  }

  @Test
  void piecesOfAnUpload_arriveAsTheyCome() {
    try (RawConnection connection = proxy.connect()) {
      CountDownLatch first = new CountDownLatch(1);
      upstream.script(request -> {
        if (new String(request.input().readNBytes(4), StandardCharsets.US_ASCII).equals("1\r\na")) {
          first.countDown();
        }
        request.input().readNBytes(2);
        request.body();
        request.send(RawUpstream.OK);
      });
      connection.request("POST", "/a", "Transfer-Encoding: chunked").send("1\r\na\r\n");
      await().until(() -> first.getCount() == 0);
      connection.send("1\r\nb\r\n0\r\n\r\n");
      assertThat(connection.read().status()).isEqualTo(200);
    }
  }

  @Test
  void eventsOfAStream_arriveAsTheyCome() throws IOException {
    CountDownLatch next = new CountDownLatch(1);
    upstream.script(request -> {
      request.send("""
          HTTP/1.1 200 OK\r
          Content-Type: text/event-stream\r
          Transfer-Encoding: chunked\r
          \r
          3\r
          1

          \r
          """);
      next.await();
      request.send("3\r\n2\n\n\r\n0\r\n\r\n");
    });
    try (RawConnection connection = proxy.connect()) {
      connection.request("GET", "/a");
      StringBuilder came = new StringBuilder();
      while (came.indexOf("1\n\n") < 0) {
        came.append((char) connection.input().read());
      }
      next.countDown();
      while (came.indexOf("2\n\n") < 0) {
        came.append((char) connection.input().read());
      }
      assertThat(came).startsWith("HTTP/1.1 200");
    }
  }

  @Test
  void upstreamThatAnswersEarly_isHeard_andReadsOn() throws IOException {
    upstream.script(request -> {
      request.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nearly\r\n");
      request.send(
          "5\r\n" + new String(request.body(), StandardCharsets.US_ASCII) + "\r\n0\r\n\r\n");
    });
    try (RawConnection connection = proxy.connect()) {
      connection.request("POST", "/a", "Content-Length: 5").send("la");
      StringBuilder came = new StringBuilder();
      while (came.indexOf("early") < 0) {
        came.append((char) connection.input().read());
      }
      connection.send("ter");
      while (came.indexOf("later") < 0) {
        int next = connection.input().read();
        assertThat(next).as(came.toString()).isNotNegative();
        came.append((char) next);
      }
    }
  }

  @Test
  void upstreamThatDoesNotWantTheBody_isHeard() throws Exception {
    upstream.script(request -> {
      request.send("HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 3\r\n\r\nbig");
      request.input().transferTo(OutputStream.nullOutputStream());
    });
    try (RawConnection connection = proxy.connect()) {
      connection.request("POST", "/a", "Content-Length: 50000000");
      Thread sender = new Thread(() -> {
        try {
          for (int i = 0; i < 50; i++) {
            connection.output().write(new byte[1_000_000]);
          }
        } catch (IOException e) {
          // The proxy has ended the connection.
        }
      });
      sender.start();
      Answer answer = connection.read();
      sender.join(20_000);
      assertThat(answer.status()).isEqualTo(413);
      assertThat(answer.body()).isEqualTo("big");
    }
  }

  @Test
  void callerThatLeaves_isNotWaitedFor() {
    CountDownLatch left = new CountDownLatch(1);
    upstream.script(request -> {
      request.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n");
      try {
        while (true) {
          request.send("4\r\npart\r\n");
        }
      } catch (IOException e) {
        left.countDown();
      }
    });
    try (RawConnection connection = proxy.connect()) {
      connection.request("GET", "/a");
      await().until(() -> connection.input().read() >= 0);
    }
    await().until(() -> left.getCount() == 0);
  }

  /** Without a frame around it the upstream would take it for the next request. */
  @ParameterizedTest
  @ValueSource(strings = {"GET", "DELETE", "OPTIONS", "PATCH", "POST"})
  void bodyOfUnknownLength_isFramed_whateverTheMethod(String method) {
    String inner = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";
    try (RawConnection connection = proxy.connect()) {
      connection
          .request(method, "/a", "Transfer-Encoding: chunked")
          .send(Integer.toHexString(inner.length()) + "\r\n" + inner + "\r\n0\r\n\r\n");
      assertThat(connection.read().status()).isEqualTo(200);
    }
    assertThat(upstream.only().text()).isEqualTo(inner);
    assertThat(upstream.only().header("Transfer-Encoding")).isEqualTo("chunked");
  }
}
