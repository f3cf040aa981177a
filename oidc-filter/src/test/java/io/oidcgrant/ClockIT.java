package io.oidcgrant;

import static io.oidcgrant.testing.FilterBench.basic;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.oidcgrant.config.OidcGrantConfigBuilder;
import io.oidcgrant.testing.FilterBench;
import io.oidcgrant.testing.ScriptedIssuer.Reply;
import java.time.Duration;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Clocks that differ from the issuer's, and one that is set back while the filter runs. */
class ClockIT {
  private static final int LEEWAY = 5;
  private static final Duration HOUR = Duration.ofHours(1);

  private FilterBench bench;

  private void start(UnaryOperator<OidcGrantConfigBuilder> changes) {
    bench = FilterBench.start(changes);
  }

  @AfterEach
  void stop() {
    bench.close();
  }

  private int status(String... headers) {
    return bench.http().get("/", headers).status();
  }

  private String token(String claim, long fromNow) {
    return "Authorization: Bearer "
        + bench
            .issuer()
            .accessToken(Map.of(claim, bench.clock().instant().getEpochSecond() + fromNow));
  }

  @ParameterizedTest
  @CsvSource({
    "exp, -4, 200",
    "exp, -6, 401",
    "nbf, 4, 200",
    "nbf, 6, 401",
    "iat, 4, 200",
    "iat, 6, 401"
  })
  void leeway_isForEitherClock_andNoSecondLonger(String claim, long fromNow, int status) {
    start(config ->
        config.authMethods("bearer").insecureAnyAudience(true).leeway(Duration.ofSeconds(LEEWAY)));

    assertThat(status(token(claim, fromNow))).isEqualTo(status);
  }

  @Test
  void clockSetBack_keepsWhatIsRemembered_andAsksForNoMore() {
    start(config -> config);
    String user = basic("user", "canary");
    assertThat(status(user)).isEqualTo(200);
    bench.clock().advance(HOUR.negated());
    assertThat(status(user)).isEqualTo(200);
    assertThat(bench.asked()).isEqualTo(1);
    // Set right again, they end when their issuer said.
    bench.clock().advance(HOUR);
    assertThat(status(user)).isEqualTo(200);
    bench.clock().advance(HOUR);
    assertThat(status(user)).isEqualTo(200);
    assertThat(bench.asked()).isEqualTo(2);
  }

  @Test
  void clockSetBack_refusesTokensOfLater_untilItIsRight() {
    start(config ->
        config.authMethods("bearer").insecureAnyAudience(true).negativeTtl(Duration.ofMillis(50)));
    String issued = token("iat", 0);
    bench.clock().advance(HOUR.negated());
    assertThat(status(issued)).isEqualTo(401);
    bench.clock().advance(HOUR);
    await().untilAsserted(() -> assertThat(status(issued)).isEqualTo(200));
  }

  @Test
  void clockSetBack_makesNoRejectionLast() {
    Duration time = Duration.ofMillis(50);
    start(config -> config.negativeTtl(time));
    String user = basic("user", "canary");
    bench.issuer().answer(asked -> Reply.error(401, "invalid_grant"));
    assertThat(status(user)).isEqualTo(401);
    bench.clock().advance(HOUR.negated());
    bench.issuer().answer(bench.issuer()::grant);
    await().untilAsserted(() -> assertThat(status(user)).isEqualTo(200));
  }
}
