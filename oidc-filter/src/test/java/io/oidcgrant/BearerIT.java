package io.oidcgrant;

import static org.assertj.core.api.Assertions.assertThat;

import io.oidcgrant.config.OidcGrantConfigBuilder;
import io.oidcgrant.testing.FilterBench;
import io.oidcgrant.testing.RawHttp.Answer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Access tokens that callers bring. */
class BearerIT {
  private FilterBench bench;

  private void start(UnaryOperator<OidcGrantConfigBuilder> changes) {
    bench = FilterBench.start(
        config -> changes.apply(config.authMethods("bearer").audienceRequired("api")));
  }

  @AfterEach
  void stop() {
    bench.close();
  }

  private String token(Object... changes) {
    Map<String, Object> claims = new HashMap<>(Map.of("aud", "api"));
    for (int i = 0; i < changes.length; i += 2) {
      claims.put((String) changes[i], changes[i + 1]);
    }
    return bench.issuer().accessToken(claims);
  }

  private Answer get(String target, String... headers) {
    bench.mark();
    return bench.http().get(target, headers);
  }

  @Test
  void token_isVerifiedOnce_andGoesOn_fromEveryPlace() {
    start(config -> config);
    String token = token();
    for (String header : List.of(
        "Authorization: Bearer ",
        "authorization: bearer ",
        "Access-Token: ",
        "X-Access-Token: ",
        "X-Access-Token: Bearer ")) {
      assertThat(get("/a", header + token).status()).as(header).isEqualTo(200);
      assertThat(bench.app().last().header("authorization")).isEqualTo("Bearer " + token);
      assertThat(bench.app().last().header("access-token")).isNull();
      assertThat(bench.app().last().header("x-access-token")).isNull();
      assertThat(bench.asked()).isZero();
    }
    assertThat(get("/a?x=1&access_token=" + token).status()).isEqualTo(200);
    assertThat(bench.app().last().query()).isEqualTo("x=1");
    assertThat(bench.app().last().header("authorization")).isEqualTo("Bearer " + token);
    assertThat(bench.issuer().keyFetches()).isEqualTo(1);
  }

  @Test
  void otherHeaderName_isTheOnlyOneLookedAt() {
    start(config -> config.bearerTokenHeaderName("x_api_token"));

    assertThat(get("/a", "X-Api-Token: " + token()).status()).isEqualTo(200);
    bench.refused(get("/a", "Authorization: Bearer " + token()), 401, null);
  }

  @Test
  void twoDifferentTokens_areRefused() {
    start(config -> config);

    bench.refused(
        get("/a?access_token=" + token("x", 1), "Authorization: Bearer " + token("x", 2)),
        400,
        "invalid_request");
    bench.refused(
        get("/a", "Authorization: Bearer " + token("x", 1), "Access-Token: " + token("x", 2)),
        400,
        "invalid_request");
    bench.refused(get("/a", "Authorization: Bearer"), 400, "invalid_request");
    bench.refused(get("/a", "Authorization: Bearer a b"), 400, "invalid_request");
  }

  @ParameterizedTest
  @CsvSource({
    "iss, https://other.example",
    "iss, ''",
    "exp, 5",
    "exp, '1790000000'",
    "nbf, 99999999999",
    "iat, 99999999999"
  })
  void token_thatIsNotGood_isRefused(String claim, String value) {
    start(config -> config);
    Object typed = value.matches("\\d+") && !value.startsWith("179") ? Long.valueOf(value) : value;

    bench.refused(get("/a", "Authorization: Bearer " + token(claim, typed)), 401, "invalid_token");
    Answer without = get("/a", "Authorization: Bearer " + token(claim, null));
    if (claim.equals("iss") || claim.equals("exp")) {
      bench.refused(without, 401, "invalid_token");
    } else {
      assertThat(without.status()).isEqualTo(200);
    }
  }

  @Test
  void expiry_isLookedAtOnEveryRequest() {
    start(config -> config);
    String token = token();
    assertThat(get("/a", "Authorization: Bearer " + token).status()).isEqualTo(200);
    bench.clock().advance(Duration.ofSeconds(299));
    assertThat(get("/a", "Authorization: Bearer " + token).status()).isEqualTo(200);
    bench.clock().advance(Duration.ofSeconds(1));

    bench.refused(get("/a", "Authorization: Bearer " + token), 401, "invalid_token");
  }

  @ParameterizedTest
  @ValueSource(strings = {"opaque", "a.b.c", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0."})
  void whatIsNoSignedJwt_isRefused(String token) {
    start(config -> config);

    bench.refused(get("/a", "Authorization: Bearer " + token), 401, "invalid_token");
  }

  @Test
  void audience_mustBeOurs() {
    start(config -> config.audienceRequired("api", "both one"));
    for (Object good : List.of("api", List.of("x", "api"), List.of("one", "both"))) {
      assertThat(get("/a", "Authorization: Bearer " + token("aud", good)).status())
          .as(good.toString())
          .isEqualTo(200);
    }
    for (Object bad : List.of("API", "apis", "ap", List.of("x"), List.of("one"), 7, Map.of())) {
      bench.refused(
          get("/a", "Authorization: Bearer " + token("aud", bad)), 403, "insufficient_scope");
    }
    bench.refused(
        get("/a", "Authorization: Bearer " + token("aud", null)), 403, "insufficient_scope");
  }

  @Test
  void rulesOfTheRoute_runOnEveryRequest() {
    start(config -> config
        .scopesRequired("read write", "admin")
        .rolesRequired("clerk")
        .rolesClaim("realm_access", "roles", "2")
        .claimsForbidden("evil"));
    Map<String, ?> roles = Map.of("roles", List.of("x", "clerk"));
    assertThat(get(
                "/a",
                "Authorization: Bearer " + token("scope", "write read", "realm_access", roles))
            .status())
        .isEqualTo(200);
    for (String scope : List.of("read", "readwrite", "Read Write", "")) {
      Answer lacking =
          get("/a", "Authorization: Bearer " + token("scope", scope, "realm_access", roles));
      bench.refused(lacking, 403, "insufficient_scope");
      assertThat(lacking.header("www-authenticate")).contains(", scope=\"read write\"");
    }
    bench.refused(
        get(
            "/a",
            "Authorization: Bearer "
                + token("scope", "admin", "realm_access", Map.of("roles", List.of("clerk")))),
        403,
        "insufficient_scope");
    String evil = token("scope", "admin", "realm_access", roles, "evil", false);
    for (int i = 0; i < 2; i++) {
      bench.refused(get("/a", "Authorization: Bearer " + evil), 403, "insufficient_scope");
    }
  }

  @Test
  void keysThatRotate_areFetchedOnce() {
    start(config -> config.rediscoveryLifetime(Duration.ZERO));
    assertThat(get("/a", "Authorization: Bearer " + token()).status()).isEqualTo(200);
    bench.issuer().rotateKey();

    assertThat(get("/a", "Authorization: Bearer " + token()).status()).isEqualTo(200);
    assertThat(get("/b", "Authorization: Bearer " + token()).status()).isEqualTo(200);
    assertThat(bench.issuer().keyFetches()).isEqualTo(2);
  }
}
