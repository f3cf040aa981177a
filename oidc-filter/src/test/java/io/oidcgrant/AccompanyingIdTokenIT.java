package io.oidcgrant;

import static org.assertj.core.api.Assertions.assertThat;

import io.oidcgrant.config.HeaderSetting;
import io.oidcgrant.config.IssuerKeys;
import io.oidcgrant.config.OidcGrantConfigBuilder;
import io.oidcgrant.testing.FilterBench;
import io.oidcgrant.testing.ScriptedIssuer;
import io.oidcgrant.testing.ScriptedIssuer.Reply;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An ID token beside a caller's access token says more of the same user, and of nobody else. */
class AccompanyingIdTokenIT {
  private ScriptedIssuer issuer;
  private ScriptedIssuer other;
  private FilterBench bench;

  @BeforeEach
  void startIssuers() {
    issuer = ScriptedIssuer.start();
    other = ScriptedIssuer.start();
  }

  @AfterEach
  void stop() {
    bench.close();
    issuer.close();
    other.close();
  }

  private void start(UnaryOperator<OidcGrantConfigBuilder> changes) {
    bench = FilterBench.start(
        issuer,
        config -> changes.apply(config
            .authMethods("bearer")
            .audienceRequired("api")
            .idTokenParamName("x_id_token")
            .upstreamIdTokenHeader("x-id")
            .upstreamHeaders(List.of(HeaderSetting.ofClaim("x-mail", List.of("email"))))));
    other.clock(bench.clock());
  }

  private String access(Map<String, ?> changes) {
    Map<String, Object> claims = new HashMap<>(Map.of("aud", "api", "azp", "app"));
    claims.putAll(changes);
    return "Authorization: Bearer " + issuer.accessToken(claims);
  }

  private static Map<String, Object> identity(Map<String, ?> changes) {
    Map<String, Object> claims = new HashMap<>(Map.of("email", "a@b.example"));
    claims.putAll(changes);
    return claims;
  }

  @ParameterizedTest
  @CsvSource({"gateway", "app"})
  void idTokenOfTheSameUser_isToldOn_andHidden(String audience) {
    start(config -> config);
    String id = issuer.idToken(audience, identity(Map.of()));

    assertThat(bench.http().get("/a", access(Map.of()), "X-ID-Token: " + id).status())
        .isEqualTo(200);
    assertThat(bench.app().last().header("x-mail")).isEqualTo("a@b.example");
    assertThat(bench.app().last().header("x-id")).isEqualTo(id);
    assertThat(bench.app().last().header("x-id-token")).isNull();

    assertThat(bench.http().get("/a?b=1&x_id_token=" + id, access(Map.of())).status())
        .isEqualTo(200);
    assertThat(bench.app().last().header("x-mail")).isEqualTo("a@b.example");
  }

  @Test
  void withoutOne_nothingIsTold() {
    start(config -> config);

    assertThat(bench.http().get("/a", access(Map.of()), "X-Mail: forged").status())
        .isEqualTo(200);
    assertThat(bench.app().last().header("x-mail")).isNull();
  }

  @ParameterizedTest
  @CsvSource({"sub, bob", "aud, somebody", "exp, 1", "iss, https://evil.example"})
  void idTokenThatDoesNotBelong_isRefused(String claim, String value) {
    start(config -> config);
    String id = issuer.idToken(
        "gateway",
        identity(Map.of(claim, claim.equals("exp") ? (Object) Integer.valueOf(1) : value)));

    assertThat(bench.http().get("/a", access(Map.of()), "X-ID-Token: " + id).status())
        .isEqualTo(401);
    assertThat(bench.app().seen()).isEmpty();
  }

  @Test
  void idTokenOfAnotherAcceptedIssuer_saysNothingOfThisUser() {
    start(config ->
        config.issuerJwks(List.of(new IssuerKeys(other.url(), URI.create(other.url() + "/keys")))));
    String id = other.idToken("app", identity(Map.of("email", "boss@b.example")));

    assertThat(bench.http().get("/a", access(Map.of()), "X-ID-Token: " + id).status())
        .isEqualTo(401);
    assertThat(bench.app().seen()).isEmpty();
  }

  @Test
  void accessTokenThatNamesNobody_takesNobodysIdToken() {
    bench = FilterBench.start(
        issuer,
        config -> config
            .authMethods("introspection")
            .audienceRequired("api")
            .idTokenParamName("x_id_token")
            .introspectionEndpoint(issuer.url() + "/token"));
    issuer.answer(Reply.json(200, "{\"active\":true,\"aud\":\"api\",\"client_id\":\"app\"}"));
    String id = issuer.idToken("app", identity(Map.of("sub", "boss")));

    assertThat(bench
            .http()
            .get("/a", "Authorization: Bearer opaque", "X-ID-Token: " + id)
            .status())
        .isEqualTo(401);
    assertThat(bench.app().seen()).isEmpty();
  }

  @Test
  void two_areAmbiguous() {
    start(config -> config);
    String id = issuer.idToken("gateway", identity(Map.of()));

    assertThat(bench
            .http()
            .get("/a", access(Map.of()), "X-ID-Token: " + id, "X_ID_Token: " + id)
            .status())
        .isEqualTo(400);
  }
}
