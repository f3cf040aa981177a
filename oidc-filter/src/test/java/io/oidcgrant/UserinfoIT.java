package io.oidcgrant;

import static org.assertj.core.api.Assertions.assertThat;

import io.oidcgrant.config.IssuerKeys;
import io.oidcgrant.config.OidcGrantConfigBuilder;
import io.oidcgrant.testing.FilterBench;
import io.oidcgrant.testing.RawHttp.Answer;
import io.oidcgrant.testing.ScriptedIssuer;
import io.oidcgrant.testing.ScriptedIssuer.Reply;
import java.net.URI;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Userinfo as the check of a caller's token, and as a source of claims (OIDC Core 5.3). */
class UserinfoIT {
  private static final String OPAQUE = "Authorization: Bearer opaque";
  private static final String ALICE =
      "{\"sub\":\"alice\",\"groups\":[\"staff\"],\"given_name\":\"J\u00f6\"}";

  private ScriptedIssuer issuer;
  private FilterBench bench;

  @BeforeEach
  void startIssuer() {
    issuer = ScriptedIssuer.start();
    says(200, ALICE);
  }

  @AfterEach
  void stop() {
    if (bench != null) {
      bench.close();
    }
    issuer.close();
  }

  /** Requests without a form are for userinfo. */
  private void says(int status, String body) {
    says(Reply.json(status, body));
  }

  private void says(Reply reply) {
    issuer.answer(asked -> asked.form().isEmpty() ? reply : issuer.grant(asked));
  }

  private long askedUserinfo() {
    return issuer.asked().stream().filter(asked -> asked.form().isEmpty()).count();
  }

  private FilterBench start(UnaryOperator<OidcGrantConfigBuilder> changes) {
    bench = FilterBench.start(
        issuer,
        config -> changes.apply(config
            .authMethods("userinfo")
            .userinfoEndpoint(issuer.url() + "/token")
            .upstreamUserInfoHeader("x-userinfo")));
    return bench;
  }

  private Answer get(String... headers) {
    return bench.http().get("/a", headers);
  }

  private String told() {
    return new String(
        Base64.getDecoder().decode(bench.app().last().header("x-userinfo")),
        java.nio.charset.StandardCharsets.UTF_8);
  }

  @Test
  void acceptedToken_passes_andIsAskedAboutOnce() {
    start(config -> config
        .userinfoHeadersNames(List.of("X-Realm"))
        .userinfoHeadersValues(List.of("one"))
        .userinfoQueryArgsNames(List.of("schema"))
        .userinfoQueryArgsValues(List.of("open id")));

    assertThat(get(OPAQUE, "X-Userinfo: forged").status()).isEqualTo(200);
    assertThat(get(OPAQUE).status()).isEqualTo(200);

    assertThat(told()).contains("\"sub\":\"alice\"");
    assertThat(issuer.asked()).hasSize(1);
    assertThat(issuer.asked().get(0).header("authorization")).isEqualTo("Bearer opaque");
    assertThat(issuer.asked().get(0).header("x-realm")).isEqualTo("one");
    assertThat(issuer.asked().get(0).query()).isEqualTo("schema=open+id");
    assertThat(bench.app().last().header("x-credential-identifier")).isEqualTo("alice");
  }

  @Test
  void answer_isNotRemembered_whereThatIsOff() {
    start(config -> config.cacheUserInfo(false));

    get(OPAQUE);
    get(OPAQUE);
    assertThat(issuer.asked()).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource({"400, 401", "401, 401", "403, 401", "404, 502", "500, 503", "429, 503", "302, 502"})
  void refusal_isTheCallers_andTroubleIsNot(int status, int answered) {
    start(config -> config);
    says(status, "");

    assertThat(get(OPAQUE).status()).isEqualTo(answered);
    assertThat(bench.app().seen()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "[]", "null", "<html>", "", "{\"sub\":1}", "{\"sub\":null}"})
  void answerWithoutASubject_isNotUsed(String body) {
    start(config -> config);
    says(200, body);

    assertThat(get(OPAQUE).status()).isEqualTo(502);
    assertThat(bench.app().seen()).isEmpty();
  }

  @Test
  void answerAboutSomebodyElse_isNotUsed() {
    start(config -> config);

    assertThat(get("Authorization: Bearer " + issuer.accessToken(Map.of("sub", "bob")))
            .status())
        .isEqualTo(502);
  }

  @Test
  void signedAnswer_isVerified() {
    start(config -> config
        .userinfoAccept("application/jwt")
        .cacheUserInfo(false)
        .upstreamUserInfoJwtHeader("x-jwt"));
    String jwt = issuer.sign(Map.of("aud", "whoever"), "JWT", null);

    says(new Reply(200, Map.of("Content-Type", "application/jwt"), jwt));
    assertThat(get(OPAQUE).status()).isEqualTo(200);
    assertThat(bench.app().last().header("x-jwt")).isEqualTo(jwt);
    says(new Reply(200, Map.of("Content-Type", "application/jwt"), jwt + "A"));
    assertThat(get(OPAQUE).status()).isEqualTo(502);
    says(new Reply(
        200,
        Map.of("Content-Type", "application/jwt"),
        issuer.sign(Map.of("iss", "https://evil.example"), "JWT", null)));
    assertThat(get(OPAQUE).status()).isEqualTo(502);
  }

  @Test
  void search_addsWhatTheTokenLacks() {
    start(config -> config
        .authMethods("bearer", "password")
        .audienceRequired("api")
        .searchUserInfo(true)
        .groupsRequired("staff")
        .upstreamHeaders(
            List.of(io.oidcgrant.config.HeaderSetting.ofClaim("x_name", List.of("given_name")))));
    String header = "Authorization: Bearer " + issuer.accessToken(Map.of("aud", "api"));

    assertThat(get(header).status()).isEqualTo(200);
    assertThat(get(header).status()).isEqualTo(200);
    assertThat(bench.app().last().header("x-name")).isEqualTo("UTF-8''J%C3%B6");
    assertThat(askedUserinfo()).isEqualTo(1);
  }

  @Test
  void search_thatUserinfoRefuses_leavesTheTokenAsItIs() {
    start(config -> config.authMethods("bearer").audienceRequired("api").searchUserInfo(true));
    says(403, "");

    assertThat(get("Authorization: Bearer " + issuer.accessToken(Map.of("aud", "api")))
            .status())
        .isEqualTo(200);
    assertThat(bench.app().last().header("x-userinfo")).isNull();
  }

  @Test
  void search_inTrouble_letsNobodyPassWithLessThanIsKnown() {
    start(config -> config.authMethods("bearer").audienceRequired("api").searchUserInfo(true));
    says(500, "");

    assertThat(get("Authorization: Bearer " + issuer.accessToken(Map.of("aud", "api")))
            .status())
        .isEqualTo(503);
  }

  @Test
  void search_withoutMemory_asksEveryTime() {
    start(config -> config
        .authMethods("bearer")
        .audienceRequired("api")
        .searchUserInfo(true)
        .cacheUserInfo(false));
    String header = "Authorization: Bearer " + issuer.accessToken(Map.of("aud", "api"));

    get(header);
    get(header);
    assertThat(askedUserinfo()).isEqualTo(2);
    assertThat(told()).contains("staff");
  }

  @ParameterizedTest
  @ValueSource(strings = {"userinfo", "introspection", "bearer"})
  void tokenOfAnIssuerApart_isNotShownToOurs(String method) {
    try (ScriptedIssuer other = ScriptedIssuer.start()) {
      start(config -> config
          .authMethods(method)
          .insecureAnyAudience(true)
          .searchUserInfo(true)
          .introspectionEndpoint(issuer.url() + "/token")
          .issuerJwks(List.of(new IssuerKeys(other.url(), URI.create(other.url() + "/keys")))));
      other.clock(bench.clock());

      assertThat(get("Authorization: Bearer " + other.accessToken(Map.of())).status())
          .isEqualTo(method.equals("bearer") ? 200 : 401);
      assertThat(issuer.asked()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"%C4%8A", "a%20b", "%C3%A9"})
  void tokenThatCannotBeOne_isRefusedHere(String encoded) {
    start(config -> config);

    assertThat(bench.http().get("/a?access_token=" + encoded).status()).isEqualTo(400);
    assertThat(issuer.asked()).isEmpty();
  }
}
