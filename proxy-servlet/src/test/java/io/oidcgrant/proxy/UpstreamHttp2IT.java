package io.oidcgrant.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.oidcgrant.proxy.testing.Answer;
import io.oidcgrant.proxy.testing.Configs;
import io.oidcgrant.proxy.testing.Http2Upstream;
import io.oidcgrant.proxy.testing.ProxyProcess;
import io.oidcgrant.proxy.testing.RawConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http2.ErrorCode;
import org.eclipse.jetty.http2.api.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Upstreams that speak HTTP/2: what goes wrong on a stream is that stream's. */
class UpstreamHttp2IT {
  @TempDir
  private static Path directory;

  private static Http2Upstream upstream;
  private static ProxyProcess proxy;

  @BeforeAll
  static void start() {
    upstream = new Http2Upstream(null);
    String url = "grpc://127.0.0.1:" + upstream.port();
    proxy = ProxyProcess.run(Configs.file(
        directory,
        "services:\n"
            + Configs.service("a", url)
            + "  write_timeout: 300\n  read_timeout: 1200\n"
            + Configs.service("stopped", url)
            + "  write_timeout: 300\n"
            + "- name: kept\n  url: " + url + "\n  routes:\n"
            + "  - {name: kept, paths: [/kept], preserve_host: true}\n"));
    proxy.get("/a");
  }

  @AfterAll
  static void stop() {
    proxy.close();
    upstream.close();
  }

  @BeforeEach
  void forget() {
    upstream.reset();
  }

  private static Duration since(long start) {
    return Duration.ofNanos(System.nanoTime() - start);
  }

  @Test
  void silence_is504AtTheDeadlineOfReading_forThatStreamAlone() throws Exception {
    CompletableFuture<Http2Upstream.Received> other = new CompletableFuture<>();
    upstream.script(request -> {
      if (request.target().equals("/other")) {
        other.complete(request);
      }
    });
    long start = System.nanoTime();
    try (RawConnection silent = proxy.connect();
        RawConnection connection = proxy.connect()) {
      silent.request("POST", "/a", new byte[3]);
      await().pollDelay(Duration.ofMillis(600)).until(() -> true);
      connection.request("GET", "/a/other");
      assertThat(silent.read().status()).isEqualTo(504);
      assertThat(since(start)).isBetween(Duration.ofMillis(1100), Duration.ofSeconds(3));
      var unused = Http2Upstream.ok(other.get());
      assertThat(connection.read().body()).isEqualTo("ok");
    }
    assertThat(upstream.received().get(0).reset().get())
        .isEqualTo(ErrorCode.CANCEL_STREAM_ERROR.code);
  }

  @Test
  void uploadThatStops_is504AtTheDeadlineOfWriting() {
    long start = System.nanoTime();
    try (RawConnection connection = proxy.connect()) {
      connection.request("POST", "/stopped", "Content-Length: 10").send("he");
      assertThat(connection.read().status()).isEqualTo(504);
    }
    assertThat(since(start)).isBetween(Duration.ofMillis(250), Duration.ofSeconds(10));
  }

  @Test
  void interimAnswers_doNotHoldUpTheFinalOne() {
    upstream.script(request -> {
      var unused = request
          .head(103, false, HttpFields.build().add("link", "</a>"))
          .thenCompose(stream -> request.head(100, false, HttpFields.EMPTY))
          .thenCompose(stream -> Http2Upstream.ok(request));
    });
    Answer answer = proxy.get("/a");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("ok");
    assertThat(answer.header("Link")).isNull();
  }

  @Test
  void interimAnswersOnly_are502() {
    upstream.script(request -> {
      CompletableFuture<Stream> last = request.head(103, false, HttpFields.EMPTY);
      for (int i = 0; i < 100; i++) {
        last = last.thenCompose(stream -> request.head(103, false, HttpFields.EMPTY));
      }
    });
    assertThat(proxy.get("/a").status()).isEqualTo(502);
  }

  @Test
  void resetBeforeTheAnswer_is502_andTheConnectionIsUsedOn() {
    int before = upstream.connections();
    upstream.script(request -> request.reset(ErrorCode.INTERNAL_ERROR.code));
    assertThat(proxy.get("/a").status()).isEqualTo(502);
    upstream.reset();
    assertThat(proxy.get("/a").body()).isEqualTo("ok");
    assertThat(upstream.connections()).isEqualTo(before);
  }

  @Test
  void resetWithinTheAnswer_doesNotLookLikeItsEnd() {
    upstream.script(request -> {
      var unused = request
          .head(200, false, HttpFields.EMPTY)
          .thenCompose(stream -> request.data("part", false))
          .thenRun(() -> request.reset(ErrorCode.INTERNAL_ERROR.code));
    });
    try (RawConnection connection = proxy.connect()) {
      connection.request("GET", "/a");
      assertThatThrownBy(() -> {
            if (connection.read().status() == 502) {
              throw new UncheckedIOException(new IOException("reset overtook the answer"));
            }
          })
          .isInstanceOf(UncheckedIOException.class)
          .cause()
          .isNotInstanceOf(SocketTimeoutException.class);
    }
  }

  @Test
  void lengthThatDoesNotHold_doesNotLookWhole() {
    upstream.script(request -> {
      var unused = request
          .head(200, false, HttpFields.build().add("content-length", "5"))
          .thenCompose(stream -> request.data("ok", true));
    });
    try (RawConnection connection = proxy.connect()) {
      connection.request("GET", "/a");
      assertThatThrownBy(() -> {
            if (connection.read().status() == 502) {
              throw new UncheckedIOException(new IOException("refused"));
            }
          })
          .isInstanceOf(UncheckedIOException.class)
          .cause()
          .isNotInstanceOf(SocketTimeoutException.class);
    }
  }

  @Test
  void connectionThatBreaks_is502ForAllItsStreams() {
    upstream.script(request -> {
      if (request.target().equals("/second")) {
        request.disconnect();
      }
    });
    try (RawConnection first = proxy.connect();
        RawConnection second = proxy.connect()) {
      first.request("GET", "/a/first");
      await().until(() -> upstream.received().size() == 1);
      second.request("GET", "/a/second");
      assertThat(first.read().status()).isEqualTo(502);
      assertThat(second.read().status()).isEqualTo(502);
    }
    upstream.reset();
    assertThat(proxy.get("/a").body()).isEqualTo("ok");
  }

  @Test
  void hostOfTheCaller_isKeptAsAuthority() {
    assertThat(proxy.get("/kept/x").status()).isEqualTo(200);
    assertThat(upstream.only().authority()).isEqualTo("localhost");
    assertThat(upstream.only().headers().contains("host")).isFalse();
  }

  @Test
  void webSocket_isRefused() {
    Answer answer = proxy.get(
        "/a",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==");
    assertThat(answer.status()).isEqualTo(502);
    assertThat(upstream.received()).isEmpty();
  }
}
