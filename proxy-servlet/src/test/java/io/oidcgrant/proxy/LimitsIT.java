package io.oidcgrant.proxy;

import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.oidcgrant.proxy.testing.Answer;
import io.oidcgrant.proxy.testing.Configs;
import io.oidcgrant.proxy.testing.ProxyProcess;
import io.oidcgrant.proxy.testing.RawConnection;
import io.oidcgrant.proxy.testing.RawUpstream;
import io.oidcgrant.proxy.testing.StubIssuer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What callers may not do to the listener, and where it is counted. */
class LimitsIT {
  private static final int CONNECTIONS = 260;

  @TempDir
  private static Path directory;

  private static RawUpstream upstream;
  private static StubIssuer issuer;
  private static ProxyProcess proxy;

  @BeforeAll
  static void start() {
    upstream = new RawUpstream();
    issuer = new StubIssuer();
    String grant =
        Configs.grant(issuer.url(), "credential_body_limit: 1024").replace("[header]", "[body]");
    Path config = Configs.file(
        directory,
        "services:\n"
            + Configs.service("up", upstream.url())
            + Configs.service("searched", upstream.url(), grant));
    proxy = ProxyProcess.run(
        config,
        "--max-header-bytes",
        "4096",
        "--max-header-count",
        "20",
        "--max-connections",
        String.valueOf(CONNECTIONS),
        "--header-timeout",
        "1",
        "--min-body-rate",
        "100",
        "--idle-timeout",
        "3");
    proxy.port();
  }

  @AfterAll
  static void stop() {
    proxy.close();
    issuer.close();
    upstream.close();
  }

  @BeforeEach
  void fresh() {
    upstream.reset();
  }

  private static String metrics() {
    Answer answer = proxy.admin("/metrics");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Content-Type")).startsWith("text/plain");
    return answer.body();
  }

  private static double metric(String name) {
    Matcher line = Pattern.compile("(?m)^" + Pattern.quote(name) + " (\\S+)$").matcher(metrics());
    assertThat(line.find()).as(name).isTrue();
    return Double.parseDouble(line.group(1));
  }

  private static double met(String limit) {
    return metric("oidc_proxy_limit_total{limit=\"" + limit + "\"}");
  }

  private static void awaitMet(String limit, double times) {
    await().atMost(5, SECONDS).until(() -> met(limit) >= times);
  }

  private static void awaitConnections(int count) {
    await().atMost(8, SECONDS).until(() -> metric("oidc_proxy_connections") <= count);
  }

  private static double seconds(Runnable task) {
    long start = System.nanoTime();
    task.run();
    return NANOSECONDS.toMillis(System.nanoTime() - start) / 1000.0;
  }

  /** Sends one byte to each every 100 ms, until every one has been answered or ended. */
  private static void dribble(List<RawConnection> slow, RawConnection blank) {
    List<RawConnection> open = new ArrayList<>(slow);
    for (int i = 0; i < 60 && !open.isEmpty(); i++) {
      int millis = 100 / open.size();
      open.removeIf(
          each -> !each.silentFor(millis, 20_000) || !sent(each, each == blank ? '\n' : 'a'));
    }
    assertThat(open).isEmpty();
  }

  private static boolean sent(RawConnection connection, char piece) {
    try {
      connection.output().write(piece);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void slowHeadsAndBodies_areAnswered408AtTheDeadline_whateverDribbles() {
    double heads = met("slow_head");
    double bodies = met("slow_body");
    List<RawConnection> slow = new ArrayList<>();
    try (RawConnection second = proxy.connect();
        RawConnection blank = proxy.connect()) {
      assertThat(second.request("GET", "/up").read().status()).isEqualTo(200);
      slow.add(second.send("GET /up HTTP/1.1\r\nHost: localhost\r\nX-A: a"));
      slow.add(blank.send("\r\n"));
      slow.add(proxy.connect().send("POST /up HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\nX: "));
      slow.add(proxy.connect().request("POST", "/up", "Content-Length: 100000"));
      slow.add(
          proxy.connect().request("POST", "/up", "Transfer-Encoding: chunked").send("40\r\n"));
      slow.add(proxy
          .connect()
          .request(
              "POST",
              "/searched",
              "Content-Type: application/x-www-form-urlencoded",
              "Content-Length: 500"));
      assertThat(seconds(() -> dribble(slow, blank))).isBetween(0.9, 4.0);
      for (RawConnection each : slow) {
        Answer answer = each.read();
        assertThat(answer.status()).isEqualTo(408);
        assertThat(answer.body()).contains("request_timeout");
        assertThat(answer.header("Connection")).isEqualTo("close");
        assertThat(each.ended()).isTrue();
      }
    } finally {
      slow.forEach(RawConnection::close);
    }
    assertThat(met("slow_head")).isEqualTo(heads + 3);
    assertThat(met("slow_body")).isEqualTo(bodies + 3);
    assertThat(upstream.received())
        .allSatisfy(
            request -> assertThat(request.line().startsWith("GET") || request.text() == null)
                .isTrue());
  }

  /** One that has been told to go may not stay by talking on. */
  @Test
  void silentConnections_endWhenTheyAreIdle_notBefore_refusedOnesSooner() {
    double slow = met("slow_head");
    double idle = met("idle");
    try (RawConnection silent = proxy.connect();
        RawConnection quiet = proxy.connect();
        RawConnection refused = proxy.connect()) {
      assertThat(refused.send("GET /up HTTP/9.9\r\n\r\n").read().status()).isEqualTo(505);
      assertThat(quiet.request("GET", "/up").read().status()).isEqualTo(200);
      double took = seconds(() -> {
        while (silent.silentFor(50, 20_000) && sent(refused, 'a')) {
          // on it talks
        }
        assertThat(sent(refused, 'a')).isFalse();
        assertThat(silent.ended()).isTrue();
        assertThat(quiet.ended()).isTrue();
      });
      assertThat(took).isBetween(2.5, 5.0);
    }
    awaitMet("idle", idle + 2);
    assertThat(met("slow_head")).isEqualTo(slow);
  }

  @Test
  void callersBeside200SlowOnes_doNotNotice() {
    awaitConnections(30);
    double before = met("slow_head");
    List<RawConnection> slow = new ArrayList<>();
    try {
      IntStream.range(0, 200).forEach(i -> slow.add(proxy.connect()));
      slow.subList(0, 100).forEach(each -> each.send("GET /up HTTP/1.1\r\nX-"));
      slow.subList(100, 200)
          .forEach(each -> each.request("POST", "/up", "Content-Length: 1000").send("a"));
      // Two may have had to wait for the machine.
      assertThat(IntStream.range(0, 20)
              .filter(i ->
                  seconds(() -> assertThat(proxy.get("/up").status()).isEqualTo(200)) > 0.5)
              .count())
          .isLessThanOrEqualTo(2);
      slow.forEach(each -> assertThat(each.read().status()).isEqualTo(408));
    } finally {
      slow.forEach(RawConnection::close);
    }
    assertThat(met("slow_head")).isEqualTo(before + 100);
  }

  /** A steady body, an upstream that throttles one, and two that are polled. */
  @Test
  void whoeverIsNotSlowHimself_lives_howeverLongItTakes() throws InterruptedException {
    double before = met("slow_body");
    byte[] large = new byte[24 << 20];
    CountDownLatch late = new CountDownLatch(1);
    upstream.script(request -> {
      if (!request.target().endsWith("steady")) {
        assertThat(late.await(20, SECONDS)).isTrue();
      }
      request.body();
      request.send(RawUpstream.OK);
    });
    try (RawConnection steady = proxy.connect();
        RawConnection throttled = proxy.connect();
        RawConnection bare = proxy.connect();
        RawConnection whole = proxy.connect()) {
      bare.request("GET", "/up");
      whole.request("POST", "/up", new byte[100]);
      Thread sender = new Thread(() -> throttled.request("POST", "/up", large));
      sender.start();
      steady.request("POST", "/up/steady", "Content-Length: 5000");
      for (int i = 0; i < 50; i++) {
        assertThat(steady.silentFor(100, 20_000)).isTrue();
        steady.send(new byte[100]);
      }
      assertThat(steady.read().status()).isEqualTo(200);
      assertThat(bare.silentFor(1, 20_000)).isTrue();
      late.countDown();
      assertThat(bare.read().status()).isEqualTo(200);
      assertThat(whole.read().status()).isEqualTo(200);
      assertThat(throttled.read().status()).isEqualTo(200);
      sender.join(20_000);
    }
    assertThat(upstream.received())
        .extracting(request -> request.text().length())
        .containsExactlyInAnyOrder(0, 100, 5000, large.length);
    assertThat(met("slow_body")).isEqualTo(before);
  }

  @Test
  void connectionAfterTheLast_waits_andTheAdminListenerDoesNot() {
    awaitConnections(0);
    double before = met("connections");
    List<RawConnection> all = new ArrayList<>();
    try (RawConnection next = connectAll(all)) {
      next.request("GET", "/up");
      assertThat(next.silentFor(500, 20_000)).isTrue();
      assertThat(proxy.admin("/health/live").status()).isEqualTo(200);
      assertThat(met("connections")).isGreaterThan(before);
      assertThat(metric("oidc_proxy_connections")).isEqualTo(CONNECTIONS);
      all.get(0).close();
      assertThat(next.read().status()).isEqualTo(200);
    } finally {
      all.forEach(RawConnection::close);
    }
  }

  private static RawConnection connectAll(List<RawConnection> all) {
    IntStream.range(0, CONNECTIONS).forEach(i -> all.add(proxy.connect()));
    await().until(() -> metric("oidc_proxy_connections") == CONNECTIONS);
    return proxy.connect();
  }

  @Test
  void tooMuchOfAHead_isRefused_andCounted() {
    String[] many = IntStream.range(0, 20).mapToObj(i -> "X-" + i + ": 1").toArray(String[]::new);
    double bytes = met("header_bytes");
    double target = met("target");
    double count = met("header_count");
    double refused = metric("oidc_proxy_requests_total{status_class=\"4xx\"}");
    assertThat(proxy.get("/up", "X-Long: " + "a".repeat(5000)).status()).isEqualTo(431);
    assertThat(proxy.get("/up/" + "a".repeat(5000)).status()).isEqualTo(414);
    assertThat(proxy.get("/up", many).status()).isEqualTo(431);
    assertThat(proxy.get("/up", Arrays.copyOf(many, 18)).status()).isEqualTo(200);
    awaitMet("header_bytes", bytes + 1);
    awaitMet("target", target + 1);
    awaitMet("header_count", count + 1);
    assertThat(metric("oidc_proxy_requests_total{status_class=\"4xx\"}")).isEqualTo(refused + 3);
    assertThat(upstream.received()).hasSize(1);
  }

  @Test
  void tooManyTrailers_endTheRequest() {
    double count = met("header_count");
    try (RawConnection caller = proxy.connect()) {
      caller.request("POST", "/up", "Transfer-Encoding: chunked");
      caller.send("1\r\na\r\n0\r\n");
      IntStream.range(0, 21).forEach(i -> caller.send("T" + i + ": 1\r\n"));
      caller.send("\r\n");
      assertThat(caller.read().status()).isEqualTo(431);
    }
    assertThat(met("header_count")).isEqualTo(count + 1);
  }

  @Test
  void bodyTooLongToSearch_isCounted() {
    double before = met("body_search");
    try (RawConnection caller = proxy.connect()) {
      caller.request(
          "POST", "/searched", new byte[2000], "Content-Type: application/x-www-form-urlencoded");
      assertThat(caller.read().status()).isEqualTo(413);
    }
    awaitMet("body_search", before + 1);
  }

  @Test
  void metrics_tellRequestsAndTheJvm_andNothingOfARequest() {
    String counted = "oidc_proxy_requests_total{status_class=\"2xx\"}";
    double before = metric(counted);
    assertThat(proxy.get("/up/canary-path?canary-query", "X-A: canary-header").status())
        .isEqualTo(200);
    await().until(() -> metric(counted) == before + 1);
    String all = metrics();
    assertThat(all)
        .contains(
            "oidc_proxy_requests_in_flight 0.0",
            "oidc_proxy_request_seconds_bucket{le=\"0.025\"}",
            "oidc_proxy_request_seconds_count",
            "jvm_memory_used_bytes",
            "jvm_threads_live_threads")
        .doesNotContain("canary");
    assertThat(proxy.admin("POST", "/metrics").status()).isEqualTo(405);
    assertThat(proxy.get("/metrics").status()).isEqualTo(404);
  }
}
