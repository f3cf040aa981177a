package io.oidcgrant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.SignedJWT;
import io.oidcgrant.config.OidcGrantConfigBuilder;
import io.oidcgrant.testing.FaultyServer;
import io.oidcgrant.testing.FaultyServer.Fault;
import io.oidcgrant.testing.FilterBench;
import io.oidcgrant.testing.RawHttp.Answer;
import io.oidcgrant.testing.ScriptedIssuer;
import io.oidcgrant.testing.ScriptedIssuer.Asked;
import io.oidcgrant.testing.ScriptedIssuer.Reply;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What userinfo is asked with, for whom, and what happens where it is in trouble. */
class UserinfoOptionsIT {
  private static final String OPAQUE = "Authorization: Bearer opaque";
  private static final String JOHN = FilterBench.basic("john", "doe-canary");

  private ScriptedIssuer issuer;
  private FilterBench bench;

  @BeforeEach
  void startIssuer() {
    issuer = ScriptedIssuer.start();
    says(Reply.json(200, "{\"sub\":\"alice\",\"groups\":[\"staff\"],\"roles\":[\"clerk\"]}"));
  }

  @AfterEach
  void stop() {
    if (bench != null) {
      bench.close();
    }
    issuer.close();
  }

  /** Requests without a form are for userinfo. */
  private void says(Reply reply) {
    issuer.answer(asked -> asked.form().isEmpty() ? reply : issuer.grant(asked));
  }

  private List<Asked> askedUserinfo() {
    return issuer.asked().stream().filter(asked -> asked.form().isEmpty()).toList();
  }

  private void start(UnaryOperator<OidcGrantConfigBuilder> changes) {
    bench = FilterBench.start(
        issuer,
        config -> changes.apply(
            config.authMethods("userinfo").userinfoEndpoint(issuer.url() + "/token")));
  }

  private Answer get(String... headers) {
    bench.mark();
    return bench.http().get("/a", headers);
  }

  @Test
  void whatTheCallerSends_isCopied_andPartOfTheKey() {
    start(config -> config
        .userinfoEndpoint(issuer.url() + "/token?v=1")
        .userinfoAccept("application/jwt")
        .userinfoHeadersClient(List.of("X-Tenant"))
        .userinfoQueryArgsClient(List.of("site")));

    for (String target : List.of("/a?site=a%26b", "/a?site=a%26b", "/a?site=c")) {
      assertThat(bench.http().get(target, OPAQUE, "X-Tenant: t").status()).isEqualTo(200);
    }
    assertThat(get(OPAQUE, "X-Tenant: other").status()).isEqualTo(200);

    List<Asked> asked = askedUserinfo();
    assertThat(asked)
        .extracting(Asked::query)
        .containsExactly("v=1&site=a%26b", "v=1&site=c", "v=1");
    assertThat(asked.get(0).header("x-tenant")).isEqualTo("t");
    assertThat(asked.get(0).header("accept")).isEqualTo("application/jwt");
  }

  @Test
  void argumentThatIsThereTwice_isRefused_andNobodyAsked() {
    start(config -> config.userinfoQueryArgsClient(List.of("site")));
    bench.mark();

    bench.refused(bench.http().get("/a?site=1&site=2", OPAQUE), 400, "invalid_request");
    assertThat(issuer.asked()).isEmpty();
  }

  @Test
  void refusedToken_isNotAskedAboutAgainAndAgain() {
    start(config -> config);
    says(Reply.json(401, ""));
    for (int i = 0; i < 100; i++) {
      bench.refused(get(OPAQUE), 401, "invalid_token");
    }
    assertThat(issuer.asked()).hasSize(1);
  }

  @Test
  void jwtThatSaysItIsOver_isRefused_whateverUserinfoSays() {
    start(config -> config);
    long now = bench.clock().instant().getEpochSecond();

    bench.refused(
        get("Authorization: Bearer " + issuer.accessToken(Map.of("exp", now))),
        401,
        "invalid_token");
  }

  @Test
  void answerWithoutASignature_isNotUsed() {
    start(config -> config.userinfoAccept("application/jwt"));
    says(new Reply(
        200,
        Map.of("Content-Type", "application/jwt"),
        Base64URL.encode("{\"alg\":\"none\"}") + "."
            + Base64URL.encode("{\"iss\":\"" + issuer.url() + "\",\"sub\":\"alice\"}") + "."));

    bench.refused(get(OPAQUE), 502, null);
  }

  @Test
  void search_afterThePasswordGrant_decidesOnGroupsAndRoles() {
    start(config -> config
        .authMethods("password")
        .searchUserInfo(true)
        .groupsRequired("staff")
        .rolesRequired("clerk"));

    assertThat(get(JOHN).status()).isEqualTo(200);
    assertThat(get(JOHN).status()).isEqualTo(200);
    assertThat(askedUserinfo()).hasSize(1);
    assertThat(askedUserinfo().get(0).header("authorization"))
        .isEqualTo(bench.app().last().header("authorization"));
    says(Reply.json(200, "{\"sub\":\"alice\",\"groups\":[\"staff\"]}"));
    bench.refused(get(FilterBench.basic("jane", "doe-canary")), 403, "insufficient_scope");
  }

  @Test
  void search_aboutSomebodyElse_isNotUsed_forAnyCredential() {
    start(config ->
        config.authMethods("bearer", "password").audienceRequired("api").searchUserInfo(true));
    says(Reply.json(200, "{\"sub\":\"bob\",\"groups\":[\"staff\"]}"));

    bench.refused(
        get("Authorization: Bearer " + issuer.accessToken(Map.of("aud", "api"))), 502, null);
    bench.refused(get(JOHN), 502, null);
  }

  @Test
  void search_withATokenBoundToOurKey_provesIt() throws Exception {
    start(config -> config
        .authMethods("password")
        .tokenEndpointDpop(true)
        .userinfoEndpoint(issuer.url() + "/token?v=1")
        .searchUserInfo(true)
        .groupsRequired("staff"));
    issuer.answer(asked -> {
      if (asked.form().isEmpty()) {
        return Reply.json(200, "{\"sub\":\"alice\",\"groups\":[\"staff\"]}");
      }
      String thumbprint = thumbprint(asked.header("dpop"));
      Map<String, Object> change = new HashMap<>(Map.of("token_type", "DPoP"));
      change.put("access_token", issuer.accessToken(Map.of("cnf", Map.of("jkt", thumbprint))));
      return Reply.json(200, issuer.tokens(change));
    });

    assertThat(get(JOHN).status()).isEqualTo(200);

    Asked asked = askedUserinfo().get(0);
    assertThat(asked.header("authorization")).startsWith("DPoP ey");
    SignedJWT proof = SignedJWT.parse(asked.header("dpop"));
    String token = asked.header("authorization").substring("DPoP ".length());
    assertThat(proof.getJWTClaimsSet().getStringClaim("htm")).isEqualTo("GET");
    assertThat(proof.getJWTClaimsSet().getStringClaim("htu")).isEqualTo(issuer.url() + "/token");
    assertThat(proof.getJWTClaimsSet().getStringClaim("ath"))
        .isEqualTo(Base64URL.encode(java.security.MessageDigest.getInstance("SHA-256")
                .digest(token.getBytes(java.nio.charset.StandardCharsets.US_ASCII)))
            .toString());
    assertThat(SignedJWT.parse(token).getJWTClaimsSet().getJSONObjectClaim("cnf"))
        .containsEntry("jkt", thumbprint(asked.header("dpop")));
  }

  private static String thumbprint(String proof) {
    try {
      return SignedJWT.parse(proof).getHeader().getJWK().computeThumbprint().toString();
    } catch (java.text.ParseException | com.nimbusds.jose.JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  static Stream<Arguments> faults() {
    return Stream.of(
        Arguments.of("silence", (Fault) FaultyServer::silence, 504),
        Arguments.of("flood", (Fault) FaultyServer::flood, 502),
        Arguments.of("html", FaultyServer.answering(() -> "<html>canary</html>"), 502));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("faults")
  void serverInTrouble_letsNobodyPass(String name, Fault fault, int status) {
    try (FaultyServer server = FaultyServer.start(fault)) {
      start(config ->
          config.timeout(Duration.ofSeconds(1)).userinfoEndpoint(server.url() + "/userinfo"));
      bench.refused(get(OPAQUE), status, null);
      server.now(FaultyServer.answering(() -> "{\"sub\":\"alice\"}"));

      await().atMost(Duration.ofSeconds(10)).until(() -> get(OPAQUE).status() == 200);
    }
  }
}
