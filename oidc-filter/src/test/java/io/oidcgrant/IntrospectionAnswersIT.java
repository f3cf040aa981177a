package io.oidcgrant;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import io.oidcgrant.config.OidcGrantConfigBuilder;
import io.oidcgrant.testing.FilterBench;
import io.oidcgrant.testing.RawHttp.Answer;
import io.oidcgrant.testing.ScriptedIssuer;
import io.oidcgrant.testing.ScriptedIssuer.Asked;
import io.oidcgrant.testing.ScriptedIssuer.Reply;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What introspection is asked, and what of its answers is believed (RFC 7662, RFC 9701). */
class IntrospectionAnswersIT {
  private static final String SIGNED = "application/token-introspection+jwt";
  private static final String OPAQUE = "Authorization: Bearer opaque";

  private ScriptedIssuer issuer;
  private FilterBench bench;

  @BeforeEach
  void startIssuer() {
    issuer = ScriptedIssuer.start();
    active(Map.of());
  }

  @AfterEach
  void stop() {
    if (bench != null) {
      bench.close();
    }
    issuer.close();
  }

  private FilterBench start(java.util.function.UnaryOperator<OidcGrantConfigBuilder> changes) {
    bench = FilterBench.start(
        issuer,
        config -> changes.apply(config
            .authMethods("introspection")
            .audienceRequired("api")
            .introspectionEndpoint(issuer.url() + "/token")));
    return bench;
  }

  private void active(Map<String, ?> changes) {
    issuer.answer(Reply.json(200, json(changes)));
  }

  private static Map<String, Object> members(Map<String, ?> changes) {
    Map<String, Object> members = new HashMap<>(Map.of("active", true, "aud", "api", "sub", "al"));
    members.putAll(changes);
    return members;
  }

  private static String json(Map<String, ?> changes) {
    return com.nimbusds.jose.util.JSONObjectUtils.toJSONString(members(changes));
  }

  private void signed(Map<String, ?> changes, String type, RSAKey with) {
    Map<String, Object> claims = new HashMap<>();
    claims.put("aud", "gateway");
    claims.put("sub", null);
    claims.put("token_introspection", members(Map.of("scope", "read")));
    claims.putAll(changes);
    issuer.answer(new Reply(200, Map.of("Content-Type", SIGNED), issuer.sign(claims, type, with)));
  }

  private Answer get(String... headers) {
    return bench.http().get("/a", headers);
  }

  @Test
  void everyOption_isPartOfTheRequest() {
    start(config -> config
        .introspectionHint("refresh_token")
        .introspectionTokenParamName("tok")
        .introspectionHeadersNames(List.of("X-Realm"))
        .introspectionHeadersValues(List.of("one"))
        .introspectionHeadersClient(List.of("X-Tenant"))
        .introspectionPostArgsNames(List.of("resource"))
        .introspectionPostArgsValues(List.of("r 1"))
        .introspectionPostArgsClient(List.of("site"))
        .introspectionPostArgsClientHeaders(List.of("X-Device")));

    assertThat(bench
            .http()
            .get("/a?site=s%201", OPAQUE, "X-Tenant: t", "X-Device: d")
            .status())
        .isEqualTo(200);

    Asked asked = issuer.asked().get(0);
    assertThat(asked.value("tok")).isEqualTo("opaque");
    assertThat(asked.value("token_type_hint")).isEqualTo("refresh_token");
    assertThat(asked.value("resource")).isEqualTo("r 1");
    assertThat(asked.value("site")).isEqualTo("s 1");
    assertThat(asked.value("X-Device")).isEqualTo("d");
    assertThat(asked.header("x-realm")).isEqualTo("one");
    assertThat(asked.header("x-tenant")).isEqualTo("t");
    assertThat(asked.header("accept")).isEqualTo("application/json");
  }

  @Test
  void answer_isRemembered_forTheSameQuestionAlone() {
    start(config -> config.introspectionPostArgsClient(List.of("site")));

    for (String target : List.of("/a?site=1", "/a?site=1", "/a?site=2", "/a")) {
      assertThat(bench.http().get(target, OPAQUE).status()).isEqualTo(200);
    }
    assertThat(issuer.asked()).hasSize(3);
  }

  @Test
  void signedAnswer_isVerified_andToldOn() {
    start(config -> config
        .introspectionAccept(SIGNED)
        .upstreamIntrospectionJwtHeader("x-jwt")
        .upstreamIntrospectionHeader("x-said")
        .scopesRequired("read"));
    signed(Map.of(), "token-introspection+jwt", null);

    assertThat(get(OPAQUE).status()).isEqualTo(200);
    assertThat(issuer.asked().get(0).header("accept")).isEqualTo(SIGNED);
    assertThat(bench.app().last().header("x-jwt")).startsWith("ey");
    assertThat(new String(
            java.util.Base64.getDecoder().decode(bench.app().last().header("x-said")),
            java.nio.charset.StandardCharsets.UTF_8))
        .contains("\"scope\":\"read\"");
    // What is about a token is none.
    assertThat(
            get("Authorization: Bearer " + bench.app().last().header("x-jwt")).status())
        .isIn(401, 200);
  }

  @ParameterizedTest
  @CsvSource({
    "aud, other",
    "aud, ",
    "iss, https://evil.example",
    "iss, ",
    "exp, 1",
    "token_introspection, "
  })
  void signedAnswer_withAWrongClaim_isNotUsed(String claim, String value) {
    start(config -> config.introspectionAccept(SIGNED));
    Map<String, Object> change = new HashMap<>();
    change.put(claim, claim.equals("exp") ? Integer.valueOf(1) : value);
    signed(change, "token-introspection+jwt", null);

    assertThat(get(OPAQUE).status()).isEqualTo(502);
    assertThat(bench.app().seen()).isEmpty();
  }

  @Test
  void signedAnswer_ofAnotherTypeOrKey_orNotSigned_isNotUsed() throws Exception {
    start(config -> config.introspectionAccept(SIGNED).cacheIntrospection(false));
    RSAKey foreign = new RSAKeyGenerator(2048).keyID(issuer.key().getKeyID()).generate();

    signed(Map.of(), "JWT", null);
    assertThat(get(OPAQUE).status()).isEqualTo(502);
    signed(Map.of(), "token-introspection+jwt", foreign);
    assertThat(get(OPAQUE).status()).isEqualTo(502);
    active(Map.of());
    assertThat(get(OPAQUE).status()).isEqualTo(502);
    issuer.answer(new Reply(200, Map.of("Content-Type", SIGNED), "e30.e30."));
    assertThat(get(OPAQUE).status()).isEqualTo(502);
    assertThat(bench.app().seen()).isEmpty();
  }

  @Test
  void signedAnswer_isNoAccessToken() {
    bench = FilterBench.start(
        issuer, config -> config.authMethods("bearer").audienceRequired("gateway"));
    String jwt = issuer.sign(
        Map.of("aud", "gateway", "token_introspection", Map.of("active", true)),
        "token-introspection+jwt",
        null);

    assertThat(get("Authorization: Bearer " + jwt).status()).isEqualTo(401);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"active\":\"true\",\"aud\":\"api\"}",
        "{\"active\":1,\"aud\":\"api\"}",
        "{\"aud\":\"api\"}",
        "[]",
        "null",
        "<html>",
        ""
      })
  void answerThatDoesNotSayActive_isNotUsed(String body) {
    start(config -> config);
    issuer.answer(Reply.json(200, body));

    assertThat(get(OPAQUE).status()).isIn(401, 502);
    assertThat(bench.app().seen()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"400, 503", "401, 503", "403, 503", "404, 503", "500, 503", "429, 503", "302, 502"})
  void refusal_isNeverTheCallers(int status, int answered) {
    start(config -> config);
    issuer.answer(Reply.error(status, "invalid_client"));

    assertThat(get(OPAQUE).status()).isEqualTo(answered);
  }

  @Test
  void inactiveToken_askedForAHundredTimes_costsFewCalls() {
    start(config -> config);
    issuer.answer(Reply.json(200, "{\"active\":false}"));

    for (int i = 0; i < 100; i++) {
      assertThat(get(OPAQUE).status()).isEqualTo(401);
    }
    assertThat(issuer.asked()).hasSize(1);
  }

  @Test
  void jwt_isAskedAboutToo_whereThatIsOn() {
    start(config -> config
        .authMethods("bearer")
        .introspectJwtTokens(true)
        .cacheIntrospection(false)
        .scopesRequired("read"));
    String header =
        "Authorization: Bearer " + issuer.accessToken(Map.of("aud", "api", "scope", "read write"));

    active(Map.of("scope", "read"));
    assertThat(get(header).status()).isEqualTo(200);
    // Newer, and less.
    active(Map.of("scope", "none"));
    assertThat(get(header).status()).isEqualTo(403);
    issuer.answer(Reply.json(200, "{\"active\":false}"));
    assertThat(get(header).status()).isEqualTo(401);
    assertThat(issuer.asked()).hasSize(3);
  }

  @Test
  void whatTheIssuerSaysOfTheBinding_holdsForAJwtToo() {
    start(config -> config.authMethods("bearer").introspectJwtTokens(true));
    active(Map.of("cnf", Map.of("jkt", "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I")));

    assertThat(get("Authorization: Bearer " + issuer.accessToken(Map.of("aud", "api")))
            .status())
        .isEqualTo(401);
    assertThat(bench.app().seen()).isEmpty();
  }
}
