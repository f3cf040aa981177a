package io.oidcgrant.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import io.oidcgrant.observe.GrantObserver;
import io.oidcgrant.observe.GrantObserver.Endpoint;
import io.oidcgrant.observe.IssuerCalls;
import io.oidcgrant.protocol.Failure;
import io.oidcgrant.protocol.Failure.Kind;
import io.oidcgrant.protocol.GrantException;
import io.oidcgrant.testing.RawServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class IdpClientIT {
  private static final int MAX_BYTES = 1000;
  private static final String GOOD =
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\nX-A: b\r\n\r\nok";

  private final ExecutorService executor = Executors.newCachedThreadPool();
  private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
  private volatile Instant now = Instant.ofEpochSecond(1_790_000_000L);

  @AfterEach
  void stop() {
    scheduler.shutdownNow();
    executor.shutdownNow();
  }

  private IdpClient client(Duration timeout) {
    return new IdpClient(
        new IdpClient.Settings(timeout, TlsSettings.JVM), executor, scheduler, () -> now);
  }

  private static CompletableFuture<HTTPResponse> get(IdpClient client, URI uri) {
    return client.exchange(
        new IssuerCalls(GrantObserver.NONE).begin(Endpoint.DISCOVERY, null),
        new HTTPRequest(HTTPRequest.Method.GET, uri),
        MAX_BYTES);
  }

  private static Failure failure(CompletableFuture<HTTPResponse> exchange) {
    try {
      HTTPResponse response = exchange.get(30, TimeUnit.SECONDS);
      throw new AssertionError("answered with " + response.getStatusCode());
    } catch (Exception e) {
      assertThat(e.getCause()).isInstanceOf(GrantException.class);
      return GrantException.failureOf(e);
    }
  }

  private static String status(int status, String headers) {
    return "HTTP/1.1 " + status + " X\r\n" + headers
        + "Content-Length: 0\r\nConnection: close\r\n\r\n";
  }

  @Test
  void answer_comesAsItIs() throws Exception {
    try (RawServer server = RawServer.start(GOOD)) {
      HTTPResponse response =
          get(client(Duration.ofSeconds(10)), server.uri("/x")).get();

      assertThat(response.getStatusCode()).isEqualTo(200);
      assertThat(response.getBody()).isEqualTo("ok");
      assertThat(response.getHeaderValue("X-A")).isEqualTo("b");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "application/jwt, jwt",
    "application/token-introspection+jwt; charset=UTF-8, token-introspection+jwt",
    "nonsense;;,",
    "/,",
    "'',"
  })
  void contentType_isToldWhereItIsOne(String value, String subtype) throws Exception {
    try (RawServer server = RawServer.start(
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: " + value + "\r\n\r\nok")) {
      HTTPResponse response =
          get(client(Duration.ofSeconds(10)), server.uri("/x")).get();

      assertThat(response.getBody()).isEqualTo("ok");
      assertThat(
              response.getEntityContentType() == null
                  ? null
                  : response.getEntityContentType().getSubType())
          .isEqualTo(subtype);
    }
  }

  @Test
  void dripFeedingServer_isLeftAtTheDeadline() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    CountDownLatch gone = new CountDownLatch(1);
    RawServer.Script drip = out -> {
      try {
        out.write(
            "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        for (int i = 0; i < 400; i++) {
          out.write('x');
          out.flush();
          never.await(50, TimeUnit.MILLISECONDS);
        }
      } finally {
        gone.countDown();
      }
    };
    try (RawServer server = RawServer.start(drip)) {
      long start = System.nanoTime();

      Failure failure = failure(get(client(Duration.ofMillis(500)), server.uri("/x?secret=1")));

      assertThat(failure.kind()).isEqualTo(Kind.ISSUER_TIMEOUT);
      assertThat(failure.detail()).doesNotContain("secret");
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isBetween(Duration.ofMillis(450), Duration.ofSeconds(10));
      assertThat(gone.await(10, TimeUnit.SECONDS))
          .as("the connection is closed")
          .isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab"})
  void silentServer_isLeftAtTheDeadline(String beginning) throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    RawServer.Script silence = out -> {
      out.write(beginning.getBytes(StandardCharsets.US_ASCII));
      out.flush();
      never.await(15, TimeUnit.SECONDS);
    };
    try (RawServer server = RawServer.start(silence)) {
      assertThat(failure(get(client(Duration.ofMillis(300)), server.uri("/"))).kind())
          .isEqualTo(Kind.ISSUER_TIMEOUT);
      assertThat(server.requests()).isEqualTo(1);
    }
  }

  @Test
  void body_isReadUpToTheLimit() throws Exception {
    String exact = "HTTP/1.1 200 OK\r\nContent-Length: " + MAX_BYTES
        + "\r\nConnection: close\r\n\r\n" + "x".repeat(MAX_BYTES);
    String oneMore = exact.replace("Length: " + MAX_BYTES, "Length: " + (MAX_BYTES + 1)) + "x";
    try (RawServer server = RawServer.start(exact)) {
      assertThat(get(client(Duration.ofSeconds(10)), server.uri("/")).get().getBody())
          .hasSize(MAX_BYTES);

      server.answer(oneMore);
      assertThat(failure(get(client(Duration.ofSeconds(10)), server.uri("/"))))
          .isEqualTo(Failure.of(
              Kind.ANSWER_UNUSABLE, "the issuer's answer is too long at " + server.uri("/")));
    }
  }

  @Test
  void endlessBody_isLeftAtTheLimit() throws Exception {
    byte[] chunk = ("400\r\n" + "x".repeat(1024) + "\r\n").getBytes(StandardCharsets.US_ASCII);
    CountDownLatch gone = new CountDownLatch(1);
    RawServer.Script endless = out -> {
      try {
        out.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            .getBytes(StandardCharsets.US_ASCII));
        for (int i = 0; i < 200_000; i++) {
          out.write(chunk);
        }
      } finally {
        gone.countDown();
      }
    };
    try (RawServer server = RawServer.start(endless)) {
      assertThat(failure(get(client(Duration.ofSeconds(20)), server.uri("/"))).kind())
          .isEqualTo(Kind.ANSWER_UNUSABLE);
      assertThat(gone.await(10, TimeUnit.SECONDS))
          .as("the connection is closed")
          .isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 302, 303, 307, 308, 304})
  void redirect_isNotFollowed(int status) throws Exception {
    try (RawServer target = RawServer.start(GOOD);
        RawServer server =
            RawServer.start(status(status, "Location: " + target.uri("/stolen") + "\r\n"))) {
      HTTPRequest request = new HTTPRequest(HTTPRequest.Method.POST, server.uri("/token"));
      request.setContentType("application/x-www-form-urlencoded");
      request.setBody("client_secret=x");

      assertThat(failure(client(Duration.ofSeconds(10))
                  .exchange(
                      new IssuerCalls(GrantObserver.NONE).begin(Endpoint.DISCOVERY, null),
                      request,
                      MAX_BYTES))
              .kind())
          .isEqualTo(Kind.ANSWER_UNUSABLE);
      assertThat(target.requests()).isZero();
      assertThat(server.requests()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @CsvSource({"500, ISSUER_UNAVAILABLE", "503, ISSUER_UNAVAILABLE", "429, ISSUER_BUSY"})
  void trouble_isAFailureWithADelay(int status, Kind kind) throws Exception {
    try (RawServer server = RawServer.start(status(status, ""))) {
      IdpClient client = client(Duration.ofSeconds(10));

      Failure failure = failure(get(client, server.uri("/")));
      assertThat(failure.kind()).isEqualTo(kind);
      assertThat(failure.retryAfter()).contains(Duration.ofSeconds(5));

      server.answer(GOOD);
      assertThat(get(client, server.uri("/")).get().getStatusCode()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "429 | 7 | 7",
        "503 | 7 | 7",
        "503 | Mon, 21 Sep 2026 14:13:30 GMT | 10",
        "429 | 999999999 | 600",
      })
  void retryAfter_isAPause_onThatEndpointAlone(int status, String value, int seconds)
      throws Exception {
    try (RawServer server = RawServer.start(status(status, "Retry-After: " + value + "\r\n"))) {
      IdpClient client = client(Duration.ofSeconds(10));

      assertThat(failure(get(client, server.uri("/token"))).retryAfter())
          .contains(Duration.ofSeconds(seconds));
      server.answer(GOOD);

      now = now.plusSeconds(seconds).minusNanos(1);
      Failure paused = failure(get(client, server.uri("/token?x=1")));
      assertThat(paused.kind()).isEqualTo(Kind.ISSUER_BUSY);
      assertThat(paused.retryAfter()).contains(Duration.ofNanos(1));
      assertThat(server.requests()).isEqualTo(1);
      assertThat(get(client, server.uri("/keys")).get().getStatusCode()).isEqualTo(200);

      now = now.plusNanos(1);
      assertThat(get(client, server.uri("/token")).get().getStatusCode()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "-5",
        "soon",
        "1.5",
        "99999999999",
        "Mon, 21 Sep 2020 14:13:30 GMT",
        "Mon, 21 Sep 2026",
        "7, 8"
      })
  void retryAfter_thatSaysNothing_isNoPause(String value) throws Exception {
    try (RawServer server = RawServer.start(status(503, "Retry-After: " + value + "\r\n"))) {
      IdpClient client = client(Duration.ofSeconds(10));

      assertThat(failure(get(client, server.uri("/"))).retryAfter())
          .contains(Duration.ofSeconds(5));
      server.answer(GOOD);

      assertThat(get(client, server.uri("/")).get().getStatusCode()).isEqualTo(200);
    }
  }

  @Test
  void pause_endsWhereTheClockIsSetBack() throws Exception {
    try (RawServer server = RawServer.start(status(503, "Retry-After: 60\r\n"))) {
      IdpClient client = client(Duration.ofSeconds(10));
      failure(get(client, server.uri("/")));
      server.answer(GOOD);

      now = now.minusSeconds(7200);

      assertThat(get(client, server.uri("/")).get().getStatusCode()).isEqualTo(200);
    }
  }

  @Test
  void serverThatIsNotThere_isUnavailable() throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }

    Failure failure =
        failure(get(client(Duration.ofSeconds(10)), URI.create("http://127.0.0.1:" + port + "/")));

    assertThat(failure.kind()).isEqualTo(Kind.ISSUER_UNAVAILABLE);
    assertThat(failure.retryAfter()).isPresent();
  }

  @Test
  void serverThatHangsUp_isUnavailable_andNoPostIsSentTwice() throws Exception {
    try (RawServer server = RawServer.start("")) {
      HTTPRequest request = new HTTPRequest(HTTPRequest.Method.POST, server.uri("/token"));
      request.setBody("");

      assertThat(failure(client(Duration.ofSeconds(10))
                  .exchange(
                      new IssuerCalls(GrantObserver.NONE).begin(Endpoint.DISCOVERY, null),
                      request,
                      MAX_BYTES))
              .kind())
          .isEqualTo(Kind.ISSUER_UNAVAILABLE);
      assertThat(server.requests()).isEqualTo(1);
      assertThat(failure(get(client(Duration.ofSeconds(10)), server.uri("/"))).kind())
          .isEqualTo(Kind.ISSUER_UNAVAILABLE);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "garbage\r\n\r\n",
        "HTTP/1.1 9999 X\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab"
      })
  void answerThatIsNotHttp_isAFailure(String response) throws Exception {
    try (RawServer server = RawServer.start(response)) {
      Failure failure = failure(get(client(Duration.ofSeconds(10)), server.uri("/")));

      assertThat(failure.kind()).isNotEqualTo(Kind.INTERNAL);
    }
  }

  @Test
  void plainHttpServer_behindHttps_isUnavailable() throws Exception {
    try (RawServer server = RawServer.start(GOOD)) {
      URI https = URI.create(server.uri("/").toString().replace("http:", "https:"));

      Failure failure = failure(get(client(Duration.ofSeconds(2)), https));

      assertThat(failure.kind()).isIn(Kind.ISSUER_UNAVAILABLE, Kind.ISSUER_TIMEOUT);
    }
  }

  @Test
  void exchangesAtOnce_areBoundedForEachEndpoint_andTheirPlacesComeBack() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    RawServer.Script held = out -> {
      release.await(20, TimeUnit.SECONDS);
      out.write(GOOD.getBytes(StandardCharsets.US_ASCII));
    };
    try (RawServer server = RawServer.start(held);
        RawServer other = RawServer.start(GOOD)) {
      IdpClient client = client(Duration.ofSeconds(30));
      List<CompletableFuture<HTTPResponse>> waiting = java.util.stream.IntStream.range(0, 256)
          .mapToObj(i -> get(client, server.uri("/")))
          .toList();

      Failure failure = failure(get(client, server.uri("/")));
      assertThat(failure.kind()).isEqualTo(Kind.ISSUER_BUSY);
      assertThat(failure.retryAfter()).isPresent();
      assertThat(get(client, other.uri("/")).get().getStatusCode()).isEqualTo(200);
      CompletableFuture<HTTPResponse> keys = get(client, server.uri("/keys"));

      release.countDown();
      assertThat(keys.get().getStatusCode()).isEqualTo(200);
      for (CompletableFuture<HTTPResponse> one : waiting) {
        try {
          one.join();
        } catch (CompletionException e) {
          // Its place comes back as well.
        }
      }
      assertThat(get(client, server.uri("/")).get().getStatusCode()).isEqualTo(200);
    }
  }
}
