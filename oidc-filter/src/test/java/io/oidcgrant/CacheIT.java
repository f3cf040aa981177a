package io.oidcgrant;

import static io.oidcgrant.testing.FilterBench.basic;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.oidcgrant.config.OidcGrantConfigBuilder;
import io.oidcgrant.testing.EchoApp;
import io.oidcgrant.testing.EchoApp.Seen;
import io.oidcgrant.testing.FilterBench;
import io.oidcgrant.testing.RawHttp;
import io.oidcgrant.testing.RawHttp.Answer;
import io.oidcgrant.testing.ScriptedIssuer.Asked;
import io.oidcgrant.testing.ScriptedIssuer.Reply;
import io.oidcgrant.testing.TestCertificates;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How often the issuer is asked, and for whom. */
class CacheIT {
  private static final String USER = basic("user", "canary");
  private static final Duration INSTANT = Duration.ofNanos(1);

  @TempDir
  private static Path directory;

  private FilterBench bench;

  private void start(UnaryOperator<OidcGrantConfigBuilder> changes) {
    bench = FilterBench.start(changes);
  }

  @AfterEach
  void stop() {
    bench.close();
  }

  private Answer get(String... headers) {
    return bench.http().get("/", headers);
  }

  /** Served with tokens; {@code asked} token requests so far. */
  private String served(int asked, String... headers) {
    Answer answer = get(headers);
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    assertThat(bench.asked()).as("token requests").isEqualTo(asked);
    bench.nothingSecret(answer);
    return bench.app().last().header("authorization");
  }

  private void rejected(int asked, String... headers) {
    int seen = bench.seen();
    Answer answer = get(headers);
    assertThat(answer.status()).isEqualTo(401);
    assertThat(answer.header("www-authenticate")).contains("error=\"invalid_token\"");
    assertThat(bench.asked()).as("token requests").isEqualTo(asked);
    assertThat(bench.seen()).isEqualTo(seen);
    bench.nothingSecret(answer);
  }

  /** Redeems each refresh token once. */
  private void rotateStrictly() {
    Set<String> spent = ConcurrentHashMap.newKeySet();
    bench
        .issuer()
        .answer(asked -> spent.add(asked.value("refresh_token"))
            ? bench.issuer().grant(asked)
            : Reply.error(400, "invalid_grant"));
  }

  @Test
  void refreshToken_ofManyAtOnce_isRedeemedOnceEvenIfTheFirstGoesAway() throws Exception {
    start(config -> config);
    int others = 100;
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    Set<String> spent = ConcurrentHashMap.newKeySet();
    bench.issuer().answer(request -> {
      boolean first = spent.add(request.value("refresh_token"));
      asked.countDown();
      waitFor(release);
      return first ? bench.issuer().grant(request) : Reply.error(400, "invalid_grant");
    });
    ExecutorService callers = Executors.newFixedThreadPool(others);
    try {
      try (Socket leader =
          new Socket(InetAddress.getLoopbackAddress(), bench.app().port())) {
        leader
            .getOutputStream()
            .write("GET / HTTP/1.1\r\nHost: a\r\nRefresh-Token: canary\r\n\r\n".getBytes(UTF_8));
        waitFor(asked);
      }
      List<Future<Answer>> answers = new ArrayList<>();
      for (int i = 0; i < others; i++) {
        answers.add(callers.submit(() -> get("Refresh-Token: canary")));
      }
      await().atMost(Duration.ofSeconds(10)).until(() -> bench.app().connections() >= others);
      release.countDown();
      for (Future<Answer> answer : answers) {
        assertThat(answer.get(20, TimeUnit.SECONDS).status()).isEqualTo(200);
      }
    } finally {
      release.countDown();
      callers.shutdownNow();
    }
    assertThat(bench.asked()).isEqualTo(1);
    assertThat(bench.app().seen().stream()
            .map(seen -> seen.header("refresh-token"))
            .distinct())
        .hasSize(1);
    bench.servesAgain();
  }

  private static void waitFor(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Test
  void rejection_ofManyAtOnce_isOneRequest() throws Exception {
    start(config -> config);
    CountDownLatch release = new CountDownLatch(1);
    bench.issuer().answer(request -> {
      waitFor(release);
      return Reply.error(400, "invalid_grant");
    });
    ExecutorService callers = Executors.newFixedThreadPool(20);
    try {
      List<Future<Answer>> answers = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        answers.add(callers.submit(() -> get(USER)));
      }
      await().atMost(Duration.ofSeconds(10)).until(() -> bench.app().connections() >= 20);
      release.countDown();
      for (Future<Answer> answer : answers) {
        bench.refused(answer.get(20, TimeUnit.SECONDS), 401, "invalid_token");
      }
    } finally {
      release.countDown();
      callers.shutdownNow();
    }
    assertThat(bench.asked()).isEqualTo(1);
    bench.servesAgain();
  }

  @Test
  void wrongPassword_ofARememberedUser_isRejectedAndTheRightOneStillServed() {
    start(config -> config);
    bench
        .issuer()
        .answer(asked -> "canary".equals(asked.value("password"))
            ? bench.issuer().grant(asked)
            : Reply.error(400, "invalid_grant"));
    String token = served(1, USER);
    rejected(2, basic("user", "canary2"));
    rejected(2, basic("user", "canary2"));
    rejected(3, basic("user", "Canary"));
    rejected(4, basic("User", "canary2"));
    assertThat(served(4, USER)).isEqualTo(token);
    bench.servesAgain();
  }

  @Test
  void replacedRefreshToken_withinGrace_isAnsweredAndThenAskedForOnce() {
    start(config -> config.rotationGrace(Duration.ofSeconds(30)));
    rotateStrictly();
    String old = "Refresh-Token: canary";
    String token = served(1, old);
    String next = "Refresh-Token: " + bench.app().last().header("refresh-token");
    bench.clock().advance(Duration.ofSeconds(30).minus(INSTANT));
    assertThat(served(1, old)).isEqualTo(token);
    bench.clock().advance(INSTANT);
    rejected(2, old);
    rejected(2, old);
    assertThat(served(3, next)).isNotEqualTo(token);
    bench.servesAgain();
  }

  @Test
  void refreshToken_thatIsKept_livesAsLongAsTheAccessToken() {
    start(config -> config.refreshAhead(Duration.ZERO));
    bench
        .issuer()
        .answer(asked -> Reply.json(200, bench.issuer().tokens(Map.of("refresh_token", "canary"))));
    served(1, "Refresh-Token: canary");
    bench.clock().advance(Duration.ofMinutes(5).minus(INSTANT));
    served(1, "Refresh-Token: canary");
    bench.clock().advance(INSTANT);
    served(2, "Refresh-Token: canary");
  }

  /** Seconds after which the tokens are asked for again, by what limits them. */
  @ParameterizedTest
  @ValueSource(strings = {"expires_in", "exp", "cache_ttl", "cache_ttl_max", "cache_ttl_min"})
  void tokens_areForgottenAtTheirEnd(String limit) {
    start(config -> {
      config.refreshAhead(Duration.ZERO).cacheTtl(Duration.ofSeconds(70));
      return switch (limit) {
        case "cache_ttl_max" -> config.cacheTtlMax(Duration.ofSeconds(40));
        case "cache_ttl_min" -> config.cacheTtlMin(Duration.ofSeconds(400));
        default -> config;
      };
    });
    bench
        .issuer()
        .answer(asked -> Reply.json(
            200,
            switch (limit) {
              case "exp" ->
                bench
                    .issuer()
                    .tokens(Map.of(
                        "access_token",
                        bench
                            .issuer()
                            .accessToken(
                                Map.of("exp", bench.clock().instant().getEpochSecond() + 100))));
              case "cache_ttl" -> "{\"access_token\":\"opaque\",\"token_type\":\"Bearer\"}";
              default -> bench.issuer().tokens(Map.of());
            }));
    int seconds = switch (limit) {
      case "exp" -> 100;
      case "cache_ttl" -> 70;
      case "cache_ttl_max" -> 40;
      // Not past the token's own exp.
      case "cache_ttl_min" -> 300;
      default -> 300;
    };
    assertThat(get(USER).status()).isEqualTo(200);
    bench.clock().advance(Duration.ofSeconds(seconds).minus(INSTANT));
    assertThat(get(USER).status()).isEqualTo(200);
    assertThat(bench.asked()).isEqualTo(1);
    bench.clock().advance(INSTANT);
    assertThat(get(USER).status()).isEqualTo(200);
    assertThat(bench.asked()).isEqualTo(2);
  }

  @Test
  void rejection_isForgottenAfterNegativeTtl() {
    start(config -> config.negativeTtl(Duration.ofMillis(200)));
    bench.issuer().answer(Reply.error(400, "invalid_grant"));
    rejected(1, USER);
    bench.issuer().answer(bench.issuer()::grant);
    await().atMost(Duration.ofSeconds(5)).until(() -> get(USER).status() == 200);
    assertThat(bench.asked()).isEqualTo(2);
  }

  @Test
  void rejection_withoutNegativeTtl_isNotRemembered() {
    start(config -> config.negativeTtl(Duration.ZERO));
    bench.issuer().answer(Reply.error(400, "invalid_grant"));
    rejected(1, USER);
    rejected(2, USER);
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 401, 500, 503})
  void trouble_thatIsNotOfTheCaller_isNotRemembered(int status) {
    start(config -> config);
    bench.issuer().answer(Reply.error(status, status == 400 ? "invalid_scope" : "invalid_client"));
    bench.refused(get(USER), 503, null);
    bench.issuer().answer(bench.issuer()::grant);
    served(2, USER);
  }

  @Test
  void tokens_closeToTheirEnd_areRenewedWhileTheOldOnesServe() {
    start(config -> config.refreshAhead(Duration.ofSeconds(10)));
    String old = served(1, USER);
    bench.clock().advance(Duration.ofSeconds(290).minus(INSTANT));
    assertThat(served(1, USER)).isEqualTo(old);
    bench.clock().advance(INSTANT);
    CountDownLatch release = new CountDownLatch(1);
    bench.issuer().answer(asked -> {
      waitFor(release);
      return bench.issuer().grant(asked);
    });
    for (int i = 0; i < 3; i++) {
      assertThat(get(USER).status()).isEqualTo(200);
      assertThat(bench.app().last().header("authorization")).isEqualTo(old);
    }
    release.countDown();
    await().atMost(Duration.ofSeconds(5)).until(() -> {
      get(USER);
      return !bench.app().last().header("authorization").equals(old);
    });
    assertThat(bench.asked()).isEqualTo(2);
  }

  @Test
  void renewal_thatFails_leavesTheOldOnesAndIsTriedAgain() {
    start(config -> config.refreshAhead(Duration.ofSeconds(10)));
    String old = served(1, USER);
    bench.issuer().answer(Reply.error(503, "down"));
    bench.clock().advance(Duration.ofSeconds(291));
    assertThat(get(USER).status()).isEqualTo(200);
    await()
        .atMost(Duration.ofSeconds(5))
        .until(() ->
            bench.log().lines().stream().anyMatch(line -> line.contains("could not be renewed")));
    assertThat(served(2, USER)).isEqualTo(old);
    bench.issuer().answer(bench.issuer()::grant);
    bench.clock().advance(Duration.ofSeconds(2));
    assertThat(get(USER).status()).isEqualTo(200);
    await().atMost(Duration.ofSeconds(5)).until(() -> {
      get(USER);
      return !bench.app().last().header("authorization").equals(old);
    });
    assertThat(bench.asked()).isEqualTo(3);
  }

  @Test
  void renewal_thatIsRejected_endsTheOldOnes() {
    start(config -> config.refreshAhead(Duration.ofSeconds(10)));
    served(1, USER);
    bench.issuer().answer(Reply.error(400, "invalid_grant"));
    bench.clock().advance(Duration.ofSeconds(291));
    assertThat(get(USER).status()).isEqualTo(200);
    await().atMost(Duration.ofSeconds(5)).until(() -> get(USER).status() == 401);
    assertThat(bench.asked()).isEqualTo(2);
  }

  @Test
  void keys_ofDifferentCredentials_areNeverTheSame() {
    start(config -> config);
    List<String> targets = List.of(
        "/?username=a&password=b:canary",
        "/?username=a:b&password=canary",
        "/?client_id=a&client_secret=b:canary",
        "/?client_id=a:b&client_secret=canary",
        "/?refresh_token=a:b:canary",
        "/?refresh_token=canary",
        "/?username=a&password=b:Canary");
    for (int time = 0; time < 2; time++) {
      for (String target : targets) {
        assertThat(bench.http().get(target).status()).isEqualTo(200);
      }
    }
    assertThat(bench.asked()).isEqualTo(targets.size());
    assertThat(bench.app().seen().stream()
            .map(seen -> seen.header("authorization"))
            .distinct())
        .hasSize(targets.size());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "salt",
        "no salt",
        "scope",
        "audiences in one",
        "client",
        "secret",
        "arguments",
        "ssl_verify",
        "ca_certificates_file",
        "insecure_http_issuer"
      })
  void tokens_areSharedByFiltersOfOnePolicyAndOneSalt(String difference) {
    start(config -> config.cacheTokensSalt("salt").audience("a", "b"));
    served(1, USER);
    OidcGrantConfigBuilder config =
        FilterBench.config(bench.issuer()).cacheTokensSalt("salt").audience("a", "b");
    switch (difference) {
      case "no salt" -> config.cacheTokensSalt(null);
      case "scope" -> config.scopes("openid", "more");
      case "audiences in one" -> config.audience("a, b");
      case "ssl_verify" -> config.sslVerify(false);
      case "ca_certificates_file" ->
        config.caCertificatesFile(new TestCertificates(directory).anchor().toString());
      case "insecure_http_issuer" -> config.insecureHttpIssuer(true);
      case "client" -> config.clientId("other");
      case "secret" -> config.clientSecret("other-canary");
      case "arguments" -> config.tokenPostArgsNames("a").tokenPostArgsValues("b");
      default -> {}
    }
    try (EchoApp app = EchoApp.start(new OidcGrantFilter(config.build(), bench.runtime()))) {
      assertThat(new RawHttp(app.port()).get("/", USER).status()).isEqualTo(200);
    }
    assertThat(bench.asked()).isEqualTo(difference.equals("salt") ? 1 : 2);
  }

  @Test
  void parametersOfTheCaller_arePartOfTheKey() {
    start(config -> config.tokenPostArgsClient("audience"));
    for (String target : List.of("/?audience=a", "/?audience=b", "/", "/?audience=a")) {
      assertThat(bench.http().get(target, USER).status()).isEqualTo(200);
    }
    assertThat(bench.issuer().asked().stream().map(asked -> asked.value("audience")))
        .containsExactly("a", "b", null);
  }

  @Test
  void cacheTokensOff_asksForEveryRequest() {
    start(config -> config.cacheTokens(false));
    assertThat(List.of(served(1, USER), served(2, USER))).doesNotHaveDuplicates();
    assertThat(bench.app().seen().stream().map(Seen::method)).containsOnly("GET");
    assertThat(bench.issuer().asked().stream().map(Asked::query)).containsOnlyNulls();
  }
}
