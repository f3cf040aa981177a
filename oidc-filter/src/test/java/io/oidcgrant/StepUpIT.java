package io.oidcgrant;

import static org.assertj.core.api.Assertions.assertThat;

import io.oidcgrant.config.OidcGrantConfigBuilder;
import io.oidcgrant.testing.FilterBench;
import io.oidcgrant.testing.RawHttp.Answer;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Callers whose authentication does not suffice (RFC 9470), or who are of another domain. */
class StepUpIT {
  private static final String CODE = "insufficient_user_authentication";

  private FilterBench bench;

  private void start(UnaryOperator<OidcGrantConfigBuilder> changes) {
    bench = FilterBench.start(
        config -> changes.apply(config.authMethods("bearer").audienceRequired("api")));
  }

  @AfterEach
  void stop() {
    bench.close();
  }

  private String bearer(Object... changes) {
    Map<String, Object> claims = new HashMap<>(Map.of("aud", "api"));
    for (int i = 0; i < changes.length; i += 2) {
      claims.put((String) changes[i], changes[i + 1]);
    }
    return "Authorization: Bearer " + bench.issuer().accessToken(claims);
  }

  private Answer get(String... headers) {
    bench.mark();
    return bench.http().get("/a", headers);
  }

  private long now() {
    return bench.clock().instant().getEpochSecond();
  }

  @Test
  void challenge_saysWhichAuthenticationWouldDo() {
    start(
        config -> config.acrValues(List.of("gold", "urn:x:silver")).maxAge(Duration.ofMinutes(5)));
    String wanted = "Bearer realm=\"oidc\", error=\"" + CODE
        + "\", acr_values=\"gold urn:x:silver\", max_age=\"300\"";

    for (Object context : Arrays.asList("bronze", null, 1, List.of("gold"), "gold urn:x:silver")) {
      Answer answer = get(bearer("acr", context, "auth_time", now()));
      bench.refused(answer, 401, CODE);
      assertThat(answer.header("www-authenticate")).isEqualTo(wanted);
    }
    for (Object time :
        Arrays.asList(now() - 301, null, Long.toString(now()), now() + 3600, 1e300, true, -1)) {
      Answer answer = get(bearer("acr", "gold", "auth_time", time));
      bench.refused(answer, 401, CODE);
      assertThat(answer.header("www-authenticate")).isEqualTo(wanted);
    }
    assertThat(get(bearer("acr", "urn:x:silver", "auth_time", now() - 300)).status())
        .isEqualTo(200);
  }

  @Test
  void challenge_namesOnlyWhatIsDemanded() {
    start(config -> config.maxAge(Duration.ZERO));
    assertThat(get(bearer("auth_time", now() - 1)).header("www-authenticate"))
        .isEqualTo("Bearer realm=\"oidc\", error=\"" + CODE + "\", max_age=\"0\"");
    assertThat(get(bearer("auth_time", now())).status()).isEqualTo(200);
  }

  @Test
  void age_isLookedAtOnEveryRequest_withTheLeeway() {
    start(config -> config.maxAge(Duration.ofSeconds(60)).leeway(Duration.ofSeconds(5)));
    String token = bearer("auth_time", now());
    assertThat(get(token).status()).isEqualTo(200);
    bench.clock().advance(Duration.ofSeconds(65));
    assertThat(get(token).status()).isEqualTo(200);
    bench.clock().advance(Duration.ofSeconds(1));
    bench.refused(get(token), 401, CODE);
    assertThat(get(bearer("auth_time", now())).status()).isEqualTo(200);
  }

  @Test
  void callerOfAnotherDomain_isForbidden() {
    start(config -> config.domains(List.of("a.example", "b.example")));
    for (Object domain : Arrays.asList(
        "c.example", "evil-a.example", "a.example.evil", "", null, List.of("a.example"), 5)) {
      Answer answer = get(bearer("hd", domain, "email", "x@a.example"));
      bench.refused(answer, 403, "insufficient_scope");
      assertThat(answer.header("www-authenticate"))
          .isEqualTo("Bearer realm=\"oidc\", error=\"insufficient_scope\"");
    }
    assertThat(get(bearer("hd", "B.example")).status()).isEqualTo(200);
  }

  @Test
  void withoutErrorCodes_nothingIsSaidOfWhatWouldDo() {
    start(config -> config.acrValues(List.of("gold")).exposeErrorCode(false));
    Answer answer = get(bearer());

    assertThat(answer.status()).isEqualTo(401);
    assertThat(answer.header("www-authenticate")).isEqualTo("Bearer realm=\"oidc\"");
  }
}
