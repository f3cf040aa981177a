package io.oidcgrant.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.oidcgrant.proxy.testing.Configs;
import io.oidcgrant.proxy.testing.FreePort;
import io.oidcgrant.proxy.testing.Http2Upstream;
import io.oidcgrant.proxy.testing.ProxyProcess;
import io.oidcgrant.proxy.testing.RawConnection;
import io.oidcgrant.proxy.testing.RawUpstream;
import io.oidcgrant.proxy.testing.Stopwatch;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.http2.ErrorCode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is sent once more: what provably nobody has looked at, and nothing else. */
class RetriesIT {
  @TempDir
  private static Path directory;

  private static final int LATE = FreePort.find();
  private static RawUpstream upstream;
  private static Http2Upstream http2;
  private static ProxyProcess proxy;

  @BeforeAll
  static void start() {
    upstream = new RawUpstream();
    http2 = new Http2Upstream(null);
    proxy = ProxyProcess.run(Configs.file(
        directory,
        "services:\n"
            + Configs.service("a", upstream.url())
            + Configs.service("late", "http://127.0.0.1:" + LATE)
            + Configs.service("never", "http://127.0.0.1:" + LATE) + "  retries: 0\n"
            + Configs.service("h2", "grpc://127.0.0.1:" + http2.port()) + "  retries: 2\n"));
    // The time of the first request is that of loading classes.
    proxy.get("/never");
  }

  @AfterAll
  static void stop() {
    proxy.close();
    upstream.close();
    http2.close();
  }

  @BeforeEach
  void forget() {
    upstream.reset();
    http2.reset();
  }

  @Test
  void upstreamThatComesBack_getsTheRequestOnce() throws Exception {
    try (RawConnection connection = proxy.connect()) {
      connection.request("POST", "/late", "Content-Length: 5").send("he");
      // Refused at least once by then.
      await().pollDelay(Duration.ofMillis(100)).until(() -> true);
      try (RawUpstream late = new RawUpstream(LATE)) {
        connection.send("llo");
        assertThat(connection.read().status()).isEqualTo(200);
        assertThat(late.only().text()).isEqualTo("hello");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "POST"})
  void upstreamThatRefuses_is502_withinASecond(String method) {
    byte[] body = new byte[method.equals("GET") ? 0 : 3];
    assertThat(Stopwatch.fastest(3, () -> {
          try (RawConnection connection = proxy.connect()) {
            assertThat(connection.request(method, "/late", body).read().status())
                .isEqualTo(502);
          }
        }))
        .isBetween(400L, 1000L);
  }

  @Test
  void withoutRetries_a502ComesAtOnce() {
    assertThat(
            Stopwatch.fastest(3, () -> assertThat(proxy.get("/never").status()).isEqualTo(502)))
        .isLessThan(300);
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "POST", "PUT"})
  void requestThatWasSent_isNotSentAgain(String method) {
    for (boolean reset : new boolean[] {true, false}) {
      upstream.reset();
      upstream.script(request -> {
        request.body();
        if (reset) {
          request.reset();
        } else {
          request.output().close();
        }
      });
      try (RawConnection connection = proxy.connect()) {
        byte[] body = new byte[method.equals("GET") ? 0 : 3];
        assertThat(connection.request(method, "/a", body).read().status()).isEqualTo(502);
      }
      assertThat(upstream.received()).hasSize(1);
    }
  }

  @Test
  void streamThatWasRefused_isTriedAgain() {
    AtomicInteger refused = new AtomicInteger();
    http2.script(request -> {
      if (refused.getAndIncrement() < 2) {
        request.reset(ErrorCode.REFUSED_STREAM_ERROR.code);
      } else {
        var unused = Http2Upstream.ok(request);
      }
    });
    assertThat(proxy.get("/h2/x").status()).isEqualTo(200);
    assertThat(http2.received()).hasSize(3);
  }

  @Test
  void streamThatIsAlwaysRefused_is502() {
    http2.script(request -> request.reset(ErrorCode.REFUSED_STREAM_ERROR.code));
    assertThat(proxy.get("/h2").status()).isEqualTo(502);
    assertThat(http2.received()).hasSize(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"INTERNAL_ERROR", "CANCEL_STREAM_ERROR", "ENHANCE_YOUR_CALM_ERROR"})
  void streamThatWasReset_isNotTriedAgain(ErrorCode code) {
    http2.script(request -> request.reset(code.code));
    assertThat(proxy.get("/h2").status()).isEqualTo(502);
    assertThat(http2.received()).hasSize(1);
  }

  @Test
  void postThatWasRefusedAfterItsBody_isDeliveredOnce() {
    http2.script(request -> {
      var unused =
          request.whole().thenRun(() -> request.reset(ErrorCode.REFUSED_STREAM_ERROR.code));
    });
    try (RawConnection connection = proxy.connect()) {
      assertThat(connection.request("POST", "/h2", new byte[3]).read().status()).isEqualTo(502);
    }
    assertThat(http2.received()).hasSize(1);
  }

  @Test
  void requestAboveTheLastStream_isTriedAgainOnAnotherConnection() {
    AtomicInteger count = new AtomicInteger();
    int before = http2.connections();
    http2.script(request -> {
      if (count.getAndIncrement() == 0) {
        request.goAway();
      } else {
        var unused = Http2Upstream.ok(request);
      }
    });
    assertThat(proxy.get("/h2").status()).isEqualTo(200);
    assertThat(http2.received()).hasSize(2);
    assertThat(http2.connections()).isGreaterThan(before);
  }
}
