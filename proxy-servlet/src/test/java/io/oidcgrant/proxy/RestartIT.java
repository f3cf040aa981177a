package io.oidcgrant.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.oidcgrant.proxy.testing.Answer;
import io.oidcgrant.proxy.testing.Configs;
import io.oidcgrant.proxy.testing.ProxyProcess;
import io.oidcgrant.proxy.testing.RawConnection;
import io.oidcgrant.proxy.testing.RawHttp2;
import io.oidcgrant.proxy.testing.RawUpstream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A restart in the middle of the day: SIGTERM while callers come at a steady pace. */
@Timeout(60)
class RestartIT {
  private static final int A_SECOND = 200;
  private static final int MOST_REQUESTS = 20 * A_SECOND;

  @TempDir
  private Path directory;

  private final RawUpstream upstream = new RawUpstream();

  @AfterEach
  void close() {
    upstream.close();
  }

  /**
   * Callers that wait for nobody: half of their requests on connections that are kept, half on new
   * ones.
   */
  private static final class Traffic implements AutoCloseable {
    private final ProxyProcess proxy;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    private final ExecutorService callers = Executors.newCachedThreadPool();
    private final Queue<RawConnection> kept = new ConcurrentLinkedQueue<>();
    private final Queue<String> broken = new ConcurrentLinkedQueue<>();
    private final Queue<Integer> readinessWhenRefused = new ConcurrentLinkedQueue<>();
    private final AtomicInteger sent = new AtomicInteger();
    private final AtomicInteger answered = new AtomicInteger();
    private final AtomicInteger toldToClose = new AtomicInteger();

    Traffic(ProxyProcess proxy) {
      this.proxy = proxy;
      var unused = clock.scheduleAtFixedRate(
          () -> {
            int number = sent.get();
            if (number < MOST_REQUESTS) {
              sent.incrementAndGet();
              callers.execute(() -> call(number));
            }
          },
          0,
          TimeUnit.SECONDS.toNanos(1) / A_SECOND,
          TimeUnit.NANOSECONDS);
    }

    private void call(int number) {
      RawConnection connection = number % 2 == 0 ? usable(kept.poll()) : null;
      if (connection == null) {
        try {
          connection = proxy.connect();
        } catch (UncheckedIOException refused) {
          if (readinessWhenRefused.isEmpty()) {
            readinessWhenRefused.add(proxy.admin("/health/ready").status());
          }
          return;
        }
      }
      try {
        Answer answer = connection.request("GET", "/a/" + number).read();
        if (answer.status() != 200 || !answer.body().equals("ok")) {
          broken.add(number + ": " + answer);
        }
        answered.incrementAndGet();
        if ("close".equalsIgnoreCase(answer.header("Connection"))) {
          toldToClose.incrementAndGet();
          connection.close();
        } else {
          kept.add(connection);
        }
      } catch (UncheckedIOException e) {
        broken.add(number + ": " + e);
        connection.close();
      }
    }

    /** One that has ended in silence is not used again, as every client does it. */
    private static RawConnection usable(RawConnection connection) {
      if (connection == null || connection.silentFor(1, 20_000)) {
        return connection;
      }
      connection.close();
      return null;
    }

    void awaitAnswers(int more) {
      int until = answered.get() + more;
      await().until(() -> answered.get() >= until);
    }

    /** Ends it, with an answer to everything that was sent. */
    void end() throws InterruptedException {
      clock.shutdown();
      callers.shutdown();
      assertThat(callers.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
    }

    @Override
    public void close() {
      clock.shutdownNow();
      callers.shutdownNow();
      kept.forEach(RawConnection::close);
    }
  }

  @Test
  void restartUnderLoad_breaksNoRequest() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    upstream.script(request -> {
      request.body();
      boolean slow = request.target().startsWith("/slow");
      assertThat(never.await(slow ? 5000 : 5, TimeUnit.MILLISECONDS)).isFalse();
      request.send(RawUpstream.OK);
    });
    String config = "services:\n" + Configs.service("a", upstream.url());
    List<RawConnection> slow = new ArrayList<>();
    try (ProxyProcess proxy =
            ProxyProcess.run(Configs.file(directory, config), "--grace", "10", "--h2c");
        Traffic traffic = new Traffic(proxy);
        RawHttp2 http2 = RawHttp2.connect(proxy.port())) {
      traffic.awaitAnswers(A_SECOND);
      int stream = http2.get("/a/slow");
      for (int i = 0; i < 10; i++) {
        slow.add(proxy.connect().request("GET", "/a/slow"));
      }
      await()
          .until(() -> upstream.received().stream()
                  .filter(request -> request.target().equals("/slow"))
                  .count()
              == 11);

      proxy.terminate();

      await().until(() -> !traffic.readinessWhenRefused.isEmpty());
      traffic.end();
      for (RawConnection connection : slow) {
        Answer answer = connection.read();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("ok");
        assertThat(answer.header("Connection")).isEqualToIgnoringCase("close");
        assertThat(connection.ended()).isTrue();
      }
      assertThat(http2.goaway()).as("NO_ERROR").isZero();
      assertThat(http2.read(stream).body()).isEqualTo("ok");
      assertThat(proxy.exitStatus()).isZero();
      assertThat(traffic.broken).isEmpty();
      assertThat(traffic.toldToClose.get()).isPositive();
      assertThat(traffic.readinessWhenRefused).containsOnly(503);
    } finally {
      slow.forEach(RawConnection::close);
    }
  }

  private static void signal(ProxyProcess proxy, String name) throws Exception {
    assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(proxy.pid()))
            .start()
            .waitFor())
        .isZero();
  }

  /** They are open to their callers, who have sent a request already. */
  @Test
  void connectionsThatWaitToBeAccepted_areAnswered() throws Exception {
    String config = "services:\n" + Configs.service("a", upstream.url());
    List<RawConnection> waiting = new ArrayList<>();
    try (ProxyProcess proxy = ProxyProcess.run(Configs.file(directory, config), "--grace", "10")) {
      assertThat(proxy.get("/a").status()).isEqualTo(200);
      signal(proxy, "STOP");
      for (int i = 0; i < 200; i++) {
        waiting.add(proxy.connect().request("GET", "/a"));
      }
      signal(proxy, "TERM");
      signal(proxy, "CONT");
      for (RawConnection connection : waiting) {
        assertThat(connection.read().status()).isEqualTo(200);
        assertThat(connection.ended()).isTrue();
      }
      assertThat(proxy.exitStatus()).isZero();
    } finally {
      waiting.forEach(RawConnection::close);
    }
  }
}
