package io.oidcgrant.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.oidcgrant.proxy.testing.Answer;
import io.oidcgrant.proxy.testing.Configs;
import io.oidcgrant.proxy.testing.ProxyProcess;
import io.oidcgrant.proxy.testing.RawConnection;
import io.oidcgrant.proxy.testing.RawUpstream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The stop on SIGTERM: nobody who was let in is turned out. */
class DrainIT {
  @TempDir
  private Path directory;

  private final RawUpstream upstream = new RawUpstream();
  private final CountDownLatch release = new CountDownLatch(1);
  private final List<RawConnection> connections = new ArrayList<>();

  @BeforeEach
  void upstreamWaits() {
    upstream.script(request -> {
      request.body();
      release.await();
      request.send(RawUpstream.OK);
    });
  }

  @AfterEach
  void closeAll() {
    release.countDown();
    connections.forEach(RawConnection::close);
    upstream.close();
  }

  private ProxyProcess start(String grace) {
    String config = "services:\n" + Configs.service("a", upstream.url());
    return ProxyProcess.run(
        Configs.file(directory, config), "--grace", grace, "--access-log", "on");
  }

  private RawConnection connect(ProxyProcess proxy) {
    RawConnection connection = proxy.connect();
    connections.add(connection);
    return connection;
  }

  private void awaitUpstream(int requests) {
    await().until(() -> upstream.received().size() == requests);
  }

  private static void awaitDraining(ProxyProcess proxy) {
    await().untilAsserted(() -> {
      Answer ready = proxy.admin("/health/ready");
      assertThat(ready.status()).isEqualTo(503);
      assertThat(ready.body()).contains("\"reason\":\"draining\"");
    });
  }

  @Test
  void requestsInFlight_areAllAnswered_andReadinessTells() {
    try (ProxyProcess proxy = start("20")) {
      assertThat(proxy.admin("/health/ready").status()).isEqualTo(200);
      for (int i = 0; i < 50; i++) {
        connect(proxy).request("GET", "/a/" + i);
      }
      awaitUpstream(50);
      proxy.terminate();
      awaitDraining(proxy);
      assertThat(proxy.admin("/health/live").status()).isEqualTo(200);
      release.countDown();
      for (RawConnection connection : connections) {
        Answer answer = connection.read();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("ok");
        assertThat(answer.header("Connection")).isEqualToIgnoringCase("close");
        assertThat(connection.ended()).isTrue();
      }
      assertThat(proxy.exitStatus()).isZero();
    }
  }

  @Test
  void requestOnAnIdleConnection_whileOthersAreInFlight_isAnsweredAndToldToClose() {
    try (ProxyProcess proxy = start("20")) {
      RawConnection idle = connect(proxy);
      assertThat(idle.request("GET", "/none").read().status()).isEqualTo(404);
      connect(proxy).request("GET", "/a");
      awaitUpstream(1);
      proxy.terminate();
      awaitDraining(proxy);
      Answer late = idle.request("GET", "/none").read();
      assertThat(late.status()).isEqualTo(404);
      assertThat(late.header("Connection")).isEqualToIgnoringCase("close");
      assertThat(idle.ended()).isTrue();
      release.countDown();
      assertThat(connections.get(1).read().status()).isEqualTo(200);
      assertThat(proxy.exitStatus()).isZero();
    }
  }

  /** It may have been sent before its caller could learn of the stop. */
  @Test
  void requestOnAnIdleConnection_soonAfter_isAnswered() {
    try (ProxyProcess proxy = start("20")) {
      RawConnection idle = connect(proxy);
      assertThat(idle.request("GET", "/none").read().status()).isEqualTo(404);
      long start = System.nanoTime();
      proxy.terminate();
      awaitDraining(proxy);
      assertThat(idle.silentFor(500, 20_000)).isTrue();
      Answer late = idle.request("GET", "/none").read();
      assertThat(late.status()).isEqualTo(404);
      assertThat(late.header("Connection")).isEqualToIgnoringCase("close");
      assertThat(idle.ended()).isTrue();
      assertThat(proxy.exitStatus()).isZero();
      assertThat(System.nanoTime() - start).isLessThan(5_000_000_000L);
    }
  }

  @Test
  void bodiesUnderWay_goOnToTheirEnds() throws Exception {
    try (ProxyProcess proxy = start("20")) {
      RawConnection upload = connect(proxy);
      upload.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n01234");
      awaitUpstream(1);
      proxy.terminate();
      awaitDraining(proxy);
      upload.send("56789");
      await().until(() -> "0123456789".equals(upstream.only().text()));
      release.countDown();
      assertThat(upload.read().status()).isEqualTo(200);
      assertThat(proxy.exitStatus()).isZero();
    }
  }

  @Test
  void requestLongerThanTheGrace_doesNotKeepTheProxy_andIsInTheAccessLog() {
    try (ProxyProcess proxy = start("1")) {
      connect(proxy).request("GET", "/a");
      awaitUpstream(1);
      long start = System.nanoTime();
      proxy.terminate();
      assertThat(proxy.exitStatus()).isZero();
      assertThat(System.nanoTime() - start).isBetween(1_000_000_000L, 6_000_000_000L);
      assertThat(proxy.log().lines().filter(line -> line.contains(" path=/a ")))
          .singleElement()
          .asString()
          .contains(" status=503 ", " duration_ms=", " route=a ", " reason=unavailable ");
      assertThat(proxy.log()).doesNotContain("UpstreamTrouble");
    }
  }

  @Test
  void nothingInFlight_endsAtOnce() {
    try (ProxyProcess proxy = start("20")) {
      assertThat(connect(proxy).request("GET", "/none").read().status()).isEqualTo(404);
      long start = System.nanoTime();
      proxy.terminate();
      assertThat(proxy.exitStatus()).isZero();
      assertThat(System.nanoTime() - start).isLessThan(5_000_000_000L);
    }
  }
}
