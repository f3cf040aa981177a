package io.oidcgrant;

import static io.oidcgrant.testing.FilterBench.basic;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.oidcgrant.testing.FaultyServer;
import io.oidcgrant.testing.FaultyServer.Fault;
import io.oidcgrant.testing.FilterBench;
import io.oidcgrant.testing.RawHttp.Answer;
import io.oidcgrant.testing.ScriptedIssuer.Reply;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What callers get while the issuer does not work, and that it costs nobody else. */
class IssuerFaultsIT {
  private static final Duration TIMEOUT = Duration.ofSeconds(1);
  private static final String USER = basic("user", "canary");

  private static Arguments fault(String name, Fault fault, int status) {
    return Arguments.of(name, fault, status);
  }

  static Stream<Arguments> faults() {
    return Stream.of(
        fault("silence", FaultyServer::silence, 504),
        fault("headers alone", FaultyServer::headersAlone, 504),
        fault("drip", FaultyServer::drip, 504),
        fault("flood", FaultyServer::flood, 502),
        fault("empty reply", FaultyServer::emptyReply, 503),
        fault("reset", FaultyServer::reset, 503),
        fault("not HTTP", FaultyServer::notHttp, 503),
        fault("cut off", FaultyServer::cutOff, 503),
        fault("bad chunk", FaultyServer::badChunk, 503));
  }

  /** Within the deadline and a second. */
  private static Answer inTime(Supplier<Answer> call) {
    long start = System.nanoTime();
    Answer answer = call.get();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(TIMEOUT.plusSeconds(1));
    return answer;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("faults")
  void tokenEndpoint_thatFails_isAskedOnceAndLetGo(String name, Fault fault, int status) {
    try (FaultyServer server = FaultyServer.start(fault)) {
      FilterBench.start(config -> config.timeout(TIMEOUT).tokenEndpoint(server.url() + "/token"))
          .during(bench -> {
            Answer answer = inTime(() -> bench.http().get("/", "Refresh-Token: canary"));
            bench.refused(answer, status, null);
            assertThat(answer.header("retry-after") != null).isEqualTo(status == 503);
            assertThat(server.requests()).isEqualTo(1);
            await().atMost(Duration.ofSeconds(5)).until(() -> server.open() == 0);
            server.now(FaultyServer.answering(() -> bench.issuer().tokens(Map.of())));
            assertThat(bench.http().get("/", "Refresh-Token: canary").status()).isEqualTo(200);
            assertThat(server.requests()).isEqualTo(2);
          });
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("faults")
  void keys_thatFail_spendNoCredential(String name, Fault fault, int status) {
    try (FaultyServer server = FaultyServer.start(fault)) {
      FilterBench.start(config -> config.timeout(TIMEOUT).jwksEndpoint(server.url() + "/keys"))
          .during(bench -> {
            await().atMost(Duration.ofSeconds(5)).until(() -> server.requests() > 0);
            Answer answer = inTime(() -> bench.http().get("/", "Refresh-Token: canary"));
            bench.refused(answer, status == 504 ? 504 : 503, null);
            assertThat(bench.asked()).as("credentials that were spent").isZero();
            bench.clock().advance(Duration.ofSeconds(6));
            server.now(FaultyServer.answering(
                () -> "{\"keys\":[" + bench.issuer().key().toPublicJWK() + "]}"));
            bench.servesAgain();
          });
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("faults")
  void discovery_thatFails_isUnavailable(String name, Fault fault, int status) {
    try (FaultyServer server = FaultyServer.start(fault)) {
      FilterBench.start(config -> config.timeout(TIMEOUT).issuer(server.url())).during(bench -> {
        Answer answer = inTime(() -> bench.http().get("/", USER));
        assertThat(answer.status()).isIn(503, 504);
        bench.refused(answer, answer.status(), null);
        await()
            .atMost(Duration.ofSeconds(5))
            .until(() -> bench.log().lines().stream()
                .anyMatch(line -> line.startsWith("ERROR discovery of issuer")));
        int requests = server.requests();
        bench.refused(inTime(() -> bench.http().get("/", USER)), 503, null);
        assertThat(server.requests()).as("none between two attempts").isEqualTo(requests);
      });
    }
  }

  @Test
  void issuer_thatRefusesConnections_isUnavailableAtOnce() throws IOException {
    int port;
    try (ServerSocket gone = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = gone.getLocalPort();
    }
    FilterBench.start(
            config -> config.timeout(TIMEOUT).tokenEndpoint("http://127.0.0.1:" + port + "/token"))
        .during(bench -> {
          Answer answer = inTime(() -> bench.http().get("/", USER));
          bench.refused(answer, 503, null);
          assertThat(answer.header("retry-after")).isEqualTo("5");
        });
  }

  @Test
  void rememberedTokens_areServedWhileTheIssuerHangs() throws Exception {
    try (FaultyServer server = FaultyServer.start(FaultyServer::silence);
        FilterBench bench = FilterBench.start(
            config -> config.timeout(TIMEOUT).tokenEndpoint(server.url() + "/token"))) {
      server.now(FaultyServer.answering(() -> bench.issuer().tokens(Map.of())));
      assertThat(bench.http().get("/", USER).status()).isEqualTo(200);
      server.now(FaultyServer::silence);
      int cold = 40;
      ExecutorService callers = Executors.newFixedThreadPool(cold);
      try {
        List<Future<Answer>> answers = new ArrayList<>();
        for (int i = 0; i < cold; i++) {
          String caller = basic("cold" + i, "canary");
          answers.add(callers.submit(() -> bench.http().get("/", caller)));
        }
        await().atMost(Duration.ofSeconds(5)).until(() -> server.requests() > 1);
        for (int i = 0; i < 20; i++) {
          assertThat(bench.http().get("/", USER).status()).isEqualTo(200);
        }
        for (Future<Answer> answer : answers) {
          assertThat(answer.get(10, TimeUnit.SECONDS).status()).isEqualTo(504);
        }
      } finally {
        callers.shutdownNow();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"429 seconds", "429 date", "503 seconds"})
  void retryAfter_isObeyedAndPassedOn(String kind) {
    FilterBench.start().during(bench -> {
      String value = kind.endsWith("date")
          ? DateTimeFormatter.RFC_1123_DATE_TIME.format(
              bench.clock().instant().plusSeconds(30).atOffset(ZoneOffset.UTC))
          : "30";
      int status = Integer.parseInt(kind.substring(0, 3));
      bench.issuer().answer(new Reply(status, Map.of("Retry-After", value), "canary"));
      pausing(bench, bench.http().get("/", USER), "30");
      bench.issuer().answer(bench.issuer()::grant);
      pausing(bench, bench.http().get("/", USER), "30");
      bench.clock().advance(Duration.ofSeconds(30).minusNanos(1));
      pausing(bench, bench.http().get("/", basic("other", "canary")), "1");
      bench.clock().advance(Duration.ofNanos(1));
      assertThat(bench.http().get("/", USER).status()).isEqualTo(200);
      assertThat(bench.asked()).isEqualTo(2);
      bench.servesAgain();
    });
  }

  private static void pausing(FilterBench bench, Answer answer, String seconds) {
    bench.refused(answer, 503, null);
    assertThat(answer.header("retry-after")).isEqualTo(seconds);
    assertThat(bench.asked()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"-1", "soon", "0", "Wed, 21 Oct 2015 07:28:00 GMT", "99999999999999999999"})
  void retryAfter_thatMeansNothing_pausesNobody(String value) {
    FilterBench.start().during(bench -> {
      bench.issuer().answer(new Reply(429, Map.of("Retry-After", value), ""));
      bench.refused(bench.http().get("/", USER), 503, null);
      bench.servesAgain();
    });
  }

  @Test
  void retryAfter_ofHours_pausesForMinutes() {
    FilterBench.start().during(bench -> {
      bench.issuer().answer(new Reply(429, Map.of("Retry-After", "999999999"), ""));
      pausing(bench, bench.http().get("/", USER), "600");
      bench.clock().advance(Duration.ofMinutes(10));
      bench.servesAgain();
    });
  }

  @ParameterizedTest
  @ValueSource(ints = {500, 502, 503, 504, 599})
  void serverError_isUnavailableAndNotRetried(int status) {
    FilterBench.start().during(bench -> {
      bench
          .issuer()
          .answer(new Reply(status, Map.of("Content-Type", "text/html"), "<html>canary</html>"));
      Answer answer = bench.http().get("/", "Refresh-Token: canary");
      bench.refused(answer, 503, null);
      assertThat(answer.header("retry-after")).isEqualTo("5");
      assertThat(bench.asked()).isEqualTo(1);
      bench.servesAgain();
    });
  }
}
