package io.oidcgrant.proxy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.oidcgrant.proxy.testing.Answer;
import io.oidcgrant.proxy.testing.Configs;
import io.oidcgrant.proxy.testing.ProxyProcess;
import io.oidcgrant.proxy.testing.RawConnection;
import io.oidcgrant.proxy.testing.RawUpstream;
import io.oidcgrant.proxy.testing.StubIssuer;
import io.oidcgrant.proxy.testing.WebSockets;
import io.oidcgrant.proxy.testing.WebSockets.Frame;
import java.io.EOFException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** WebSockets: opened after authentication, carried byte for byte, closed when they must be. */
@Timeout(60)
class WebSocketIT {

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
            + Configs.service("g", upstream.url(), Configs.grant(issuer.url(), "stream_grace: 0"))
            + Configs.service(
                "lasting",
                upstream.url(),
                Configs.grant(issuer.url(), "stream_until_expiry: false", "stream_grace: 0"))
            + Configs.service("idle", upstream.url())
                .replace("  routes:", "  read_timeout: 600\n  routes:")));
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
    issuer.lifetime(300);
  }

  private static RawConnection open(String path, String... headers) throws IOException {
    RawConnection connection = proxy.connect().request("GET", path, WebSockets.handshake(headers));
    assertThat(connection.line()).startsWith("HTTP/1.1 101");
    skipHead(connection);
    return connection;
  }

  private static String skipHead(RawConnection connection) throws IOException {
    StringBuilder head = new StringBuilder();
    for (String line = connection.line(); !line.isEmpty(); line = connection.line()) {
      head.append(line).append('\n');
    }
    return head.toString();
  }

  private static Frame next(RawConnection connection) throws IOException {
    return Frame.read(connection.input());
  }

  @Test
  void handshakeAndFrames_passAsTheyAre() throws IOException {
    byte[] fromUpstream = Frame.text("first").bytes(false);
    upstream.script(request -> {
      // What follows an agreement may come with it.
      request.send(WebSockets.agreement(
              request.header("Sec-WebSocket-Key"),
              "Sec-WebSocket-Protocol: b",
              "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover",
              "X-Other: \"q, r\"",
              "Keep-Alive: 3")
          + new String(fromUpstream, ISO_8859_1));
      request.output().write(request.input().readNBytes(4000));
    });
    byte[] anything = new byte[4000];
    new Random(1).nextBytes(anything);
    try (RawConnection connection = proxy.connect()) {
      connection.request(
          "GET",
          "/a/x?y=%7c",
          WebSockets.handshake(
              "Sec-WebSocket-Protocol: a, b",
              "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",
              "Origin: http://a.example",
              "Cookie: c=d"));
      assertThat(connection.line()).startsWith("HTTP/1.1 101");
      assertThat(skipHead(connection).lines().filter(line -> !line.startsWith("Date: ")))
          .containsExactlyInAnyOrder(
              "Upgrade: websocket",
              "Connection: Upgrade",
              "Sec-WebSocket-Accept: ICX+Yqv66kxgM0FcWaLWlFLwTAI=",
              "Sec-WebSocket-Protocol: b",
              "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover",
              "X-Other: \"q, r\"");
      assertThat(connection.input().readNBytes(fromUpstream.length)).isEqualTo(fromUpstream);
      connection.send(anything);
      assertThat(connection.input().readNBytes(4000)).isEqualTo(anything);
    }
    RawUpstream.Received request = upstream.only();
    assertThat(request.line()).isEqualTo("GET /x?y=%7c HTTP/1.1");
    assertThat(request.header("Upgrade")).isEqualTo("websocket");
    assertThat(request.header("Connection")).isEqualTo("Upgrade");
    assertThat(request.header("Sec-WebSocket-Key")).isEqualTo(WebSockets.KEY);
    assertThat(request.header("Sec-WebSocket-Version")).isEqualTo("13");
    assertThat(request.header("Sec-WebSocket-Protocol")).isEqualTo("a, b");
    assertThat(request.header("Sec-WebSocket-Extensions"))
        .isEqualTo("permessage-deflate; client_max_window_bits");
    assertThat(request.header("Origin")).isEqualTo("http://a.example");
    assertThat(request.header("Cookie")).isEqualTo("c=d");
    assertThat(request.header("X-Forwarded-For")).isEqualTo("127.0.0.1");
  }

  @Test
  void framesThatFollowTheHandshakeAtOnce_arrive() throws IOException {
    upstream.script(WebSockets::echo);
    try (RawConnection connection = proxy.connect()) {
      connection.send("GET /a HTTP/1.1\r\nHost: x\r\n"
          + String.join("\r\n", WebSockets.handshake())
          + "\r\n\r\n"
          + new String(Frame.text("early").bytes(true), ISO_8859_1));
      skipHead(connection);
      assertThat(next(connection).text()).isEqualTo("early");
    }
  }

  @Test
  void credential_isAskedForFirst_andReplacedByTheToken() throws IOException {
    upstream.script(WebSockets::echo);
    Answer refused =
        proxy.connect().request("GET", "/g", WebSockets.handshake()).read();
    assertThat(refused.status()).isEqualTo(401);
    assertThat(upstream.received()).isEmpty();
    try (RawConnection connection = open("/g", "Authorization: Basic Zmlyc3Q6MQ==")) {
      connection.send(Frame.text("hi").bytes(true));
      assertThat(next(connection).text()).isEqualTo("hi");
      assertThat(upstream.only().header("Authorization")).isEqualTo(issuer.bearer());
    }
  }

  @Test
  void clientOfTheJdk_talksToTheUpstream() throws Exception {
    upstream.script(WebSockets::echo);
    CompletableFuture<Integer> closed = new CompletableFuture<>();
    CompletableFuture<Long> received = new CompletableFuture<>();
    AtomicLong size = new AtomicLong();
    WebSocket socket = HttpClient.newHttpClient()
        .newWebSocketBuilder()
        .header("Authorization", "Basic Y2xpZW50OnNlY3JldA==")
        .buildAsync(URI.create("ws://127.0.0.1:" + proxy.port() + "/g"), new WebSocket.Listener() {
          @Override
          public CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
            size.addAndGet(data.remaining());
            if (last) {
              received.complete(size.get());
            }
            from.request(1);
            return null;
          }

          @Override
          public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
            closed.complete(code);
            return null;
          }
        })
        .get(10, TimeUnit.SECONDS);
    socket.sendBinary(ByteBuffer.allocate(3_000_000), true).get(10, TimeUnit.SECONDS);
    assertThat(received.get(10, TimeUnit.SECONDS)).isEqualTo(3_000_000);
    socket.sendClose(4001, "bye").get(10, TimeUnit.SECONDS);
    assertThat(closed.get(10, TimeUnit.SECONDS)).isEqualTo(4001);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /a HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
        "POST /a HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nContent-Length: 0\r\n\r\n",
        "GET /a HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nContent-Length: 3\r\n\r\nabc",
        "GET /a HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "GET /a HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 8\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
        "GET /a HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
        "GET /a HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\r\n",
        "GET /a HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: short\r\n\r\n",
        "GET /a HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Key: BBBBBBBBBBBBBBBBBBBBBA==\r\n\r\n"
      })
  void handshakeThatIsNone_is400(String request) {
    try (RawConnection connection = proxy.connect()) {
      Answer answer = connection.send(request).read();
      assertThat(answer.status()).isEqualTo(400);
    }
    assertThat(upstream.received()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Upgrade: websocket\r\nConnection: Upgrade\r\n",
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n",
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ICX+Yqv66kxgM0FcWaLWlFLwTAI=\r\nSec-WebSocket-Accept: x\r\n",
        "Upgrade: h2c\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ICX+Yqv66kxgM0FcWaLWlFLwTAI=\r\n",
        "Connection: Upgrade\r\nSec-WebSocket-Accept: ICX+Yqv66kxgM0FcWaLWlFLwTAI=\r\n",
        "Upgrade: websocket\r\nSec-WebSocket-Accept: ICX+Yqv66kxgM0FcWaLWlFLwTAI=\r\n"
      })
  void agreementThatIsNone_is502_andTheConnectionIsNotUsedAgain(String headers) {
    upstream.script(request -> request.send("HTTP/1.1 101 Switching\r\n" + headers + "\r\n"));
    try (RawConnection connection = proxy.connect()) {
      connection.request("GET", "/a", WebSockets.handshake());
      assertThat(connection.read().status()).isEqualTo(502);
      int used = upstream.only().connection();
      upstream.reset();
      assertThat(connection.request("GET", "/a").read().status()).isEqualTo(200);
      assertThat(upstream.only().connection()).isNotEqualTo(used);
    }
  }

  @Test
  void upstreamThatRefuses_isHeard_andTheConnectionsServeOn() {
    upstream.answer("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
    try (RawConnection connection = proxy.connect()) {
      connection.request("GET", "/a", WebSockets.handshake());
      Answer answer = connection.read();
      assertThat(answer.status()).isEqualTo(403);
      assertThat(answer.body()).isEqualTo("no");
      upstream.answerOk();
      assertThat(connection.request("GET", "/a").read().status()).isEqualTo(200);
    }
  }

  @Test
  void upstreamThatBreaksOff_endsTheCallersConnectionWithoutAClosing() throws IOException {
    upstream.script(request -> {
      request.send(WebSockets.agreement(request.header("Sec-WebSocket-Key")));
      request.output().write(Frame.text("half").bytes(false), 0, 3);
      request.reset();
    });
    try (RawConnection connection = open("/a")) {
      assertThatThrownBy(() -> next(connection)).isInstanceOf(IOException.class);
    }
  }

  @Test
  void callerThatLeaves_isNotWaitedFor() throws Exception {
    CountDownLatch left = new CountDownLatch(1);
    upstream.script(request -> {
      request.send(WebSockets.agreement(request.header("Sec-WebSocket-Key")));
      if (request.input().read() < 0) {
        left.countDown();
      }
    });
    open("/a").close();
    assertThat(left.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void callerThatReadsNothing_holdsTheUpstreamBack() throws IOException {
    byte[] message = new Frame(0x82, new byte[1 << 20]).bytes(false);
    AtomicLong written = new AtomicLong();
    upstream.script(request -> {
      request.send(WebSockets.agreement(request.header("Sec-WebSocket-Key")));
      for (int i = 0; i < 64; i++) {
        request.output().write(message);
        written.addAndGet(message.length);
      }
    });
    try (RawConnection connection = open("/a")) {
      AtomicLong before = new AtomicLong(-1);
      await()
          .pollInterval(Duration.ofMillis(300))
          .until(() -> before.getAndSet(written.get()) == written.get() && written.get() > 0);
      assertThat(written.get()).isLessThan(32L << 20);
      for (int i = 0; i < 64; i++) {
        assertThat(next(connection).payload()).hasSize(1 << 20);
      }
    }
  }

  @Test
  void idleOne_isClosed_andOneThatTalksIsNot() throws IOException {
    upstream.script(WebSockets::echo);
    try (RawConnection idle = open("/idle");
        RawConnection talking = open("/idle")) {
      AtomicBoolean ended = new AtomicBoolean();
      CompletableFuture<Integer> code = CompletableFuture.supplyAsync(() -> {
        try {
          return next(idle).closeCode();
        } catch (IOException e) {
          return -1;
        } finally {
          ended.set(true);
        }
      });
      await().pollInterval(Duration.ofMillis(200)).until(() -> {
        talking.send(Frame.text("on").bytes(true));
        assertThat(next(talking).text()).isEqualTo("on");
        return ended.get();
      });
      assertThat(code.join()).isEqualTo(1001);
      assertThat(idle.ended()).isTrue();
    }
  }

  @Test
  void tokenThatEnds_endsIt_andBothSidesAreTold() throws IOException {
    issuer.lifetime(2);
    CompletableFuture<Integer> told = new CompletableFuture<>();
    upstream.script(request -> {
      request.send(WebSockets.agreement(request.header("Sec-WebSocket-Key")));
      request.input().mark(2);
      boolean masked = (request.input().readNBytes(2)[1] & 0x80) != 0;
      request.input().reset();
      told.complete(masked ? Frame.read(request.input()).closeCode() : -1);
    });
    long start = System.nanoTime();
    try (RawConnection connection = open("/g", "Authorization: Basic c2hvcnQ6MQ==")) {
      assertThat(next(connection).closeCode()).isEqualTo(1008);
      assertThat(System.nanoTime() - start).isBetween(900_000_000L, 5_000_000_000L);
      assertThat(connection.ended()).isTrue();
      assertThat(told.join()).isEqualTo(1008);
    }
  }

  @Test
  void tokenThatEnds_beforeTheUpstreamAgrees_endsItAfterTheAgreement() throws IOException {
    issuer.lifetime(2);
    upstream.script(request -> {
      await().pollDelay(Duration.ofMillis(2200)).until(() -> true);
      request.send(WebSockets.agreement(request.header("Sec-WebSocket-Key")));
      request.input().read();
    });
    try (RawConnection connection = open("/g", "Authorization: Basic c2hvcnQ6Ng==")) {
      assertThat(next(connection).closeCode()).isEqualTo(1008);
    }
  }

  @Test
  void agreementWithALength_isOneWithout() throws IOException {
    upstream.script(request -> {
      request.send(WebSockets.agreement(request.header("Sec-WebSocket-Key"), "Content-Length: 5"));
      request.output().write(Frame.text("first").bytes(false));
      request.input().read();
    });
    try (RawConnection connection = proxy.connect()) {
      connection.request("GET", "/a", WebSockets.handshake());
      assertThat(connection.line()).startsWith("HTTP/1.1 101");
      assertThat(skipHead(connection)).doesNotContain("Content-Length");
      assertThat(next(connection).text()).isEqualTo("first");
    }
  }

  @Test
  void agreementThatCannotBeWritten_opensNothing() throws IOException {
    CompletableFuture<Integer> end = new CompletableFuture<>();
    upstream.script(request -> {
      // The upstream's may be as long as the caller's, where the date comes on top.
      String agreement = WebSockets.agreement(request.header("Sec-WebSocket-Key"), "X: ");
      request.send(WebSockets.agreement(
          request.header("Sec-WebSocket-Key"),
          "X: " + "x".repeat(128 * 1024 - 10 - agreement.length())));
      end.complete(request.input().read());
    });
    try (RawConnection connection = proxy.connect()) {
      connection.request("GET", "/a", WebSockets.handshake());
      assertThat(connection.line()).startsWith("HTTP/1.1 5");
      connection.send(Frame.text("into the tunnel").bytes(true));
      assertThat(end.join()).isEqualTo(-1);
    }
  }

  @Test
  void tokenThatEnds_inTheMiddleOfAFrame_endsItWithoutOne() throws IOException {
    issuer.lifetime(2);
    upstream.script(request -> {
      request.send(WebSockets.agreement(request.header("Sec-WebSocket-Key")));
      request.output().write(Frame.text("half").bytes(false), 0, 3);
      request.input().read();
    });
    try (RawConnection connection = open("/g", "Authorization: Basic c2hvcnQ6Mg==")) {
      assertThatThrownBy(() -> next(connection)).isInstanceOf(EOFException.class);
    }
  }

  @Test
  void tokenThatEnds_abortsAnEventStream() throws IOException {
    issuer.lifetime(2);
    upstream.script(request -> {
      request.send("""
          HTTP/1.1 200 OK\r
          Content-Type: text/event-stream\r
          Transfer-Encoding: chunked\r
          \r
          9\r
          data: 1

          \r
          """);
      request.input().read();
    });
    try (RawConnection connection = proxy.connect()) {
      connection.request("GET", "/g", "Authorization: Basic c2hvcnQ6Mw==");
      assertThat(connection.line()).isEqualTo("HTTP/1.1 200 OK");
      skipHead(connection);
      String rest = new String(connection.input().readAllBytes(), ISO_8859_1);
      assertThat(rest).contains("data: 1\n\n").doesNotContain("\r\n0\r\n");
    }
  }

  @Test
  void tokenThatEnds_mattersNot_whereThatIsConfigured_norForOtherAnswers() throws Exception {
    issuer.lifetime(2);
    CountDownLatch waited = new CountDownLatch(1);
    upstream.script(request -> {
      if (request.header("Upgrade") != null) {
        WebSockets.echo(request);
      } else {
        request.body();
        request.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no");
        waited.await();
        request.send("k");
      }
    });
    try (RawConnection socket = open("/lasting", "Authorization: Basic c2hvcnQ6NA==");
        RawConnection download = proxy.connect()) {
      download.request("GET", "/g", "Authorization: Basic c2hvcnQ6NQ==");
      // Nothing tells of what does not happen.
      Thread.sleep(2_300);
      waited.countDown();
      assertThat(download.read().body()).isEqualTo("ok");
      socket.send(Frame.text("still").bytes(true));
      assertThat(next(socket).text()).isEqualTo("still");
    }
  }

  @Test
  void proxyThatStops_saysGoodbye() throws IOException {
    upstream.script(WebSockets::echo);
    Path config = Configs.file(directory, "services:\n" + Configs.service("a", upstream.url()));
    try (ProxyProcess stopping = ProxyProcess.run(config);
        RawConnection connection = stopping.connect()) {
      connection.request("GET", "/a", WebSockets.handshake());
      assertThat(connection.line()).startsWith("HTTP/1.1 101");
      skipHead(connection);
      stopping.terminate();
      assertThat(next(connection).closeCode()).isEqualTo(1001);
      assertThat(stopping.exitStatus()).isZero();
    }
  }
}
