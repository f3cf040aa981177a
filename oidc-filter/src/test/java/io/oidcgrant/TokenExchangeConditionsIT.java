package io.oidcgrant;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import io.oidcgrant.config.TokenExchangeSettings;
import io.oidcgrant.config.TokenExchangeSettings.Conditions;
import io.oidcgrant.config.TokenExchangeSettings.SubjectIssuer;
import io.oidcgrant.testing.FilterBench;
import io.oidcgrant.testing.ScriptedIssuer;
import io.oidcgrant.testing.ScriptedIssuer.Reply;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which tokens are exchanged, with whose keys, and for what (RFC 8693). */
class TokenExchangeConditionsIT {
  private static final List<String> NONE = List.of();

  private ScriptedIssuer own;
  private ScriptedIssuer foreign;
  private FilterBench bench;

  @BeforeEach
  void startIssuers() {
    own = ScriptedIssuer.start();
    foreign = ScriptedIssuer.start();
    exchanged(own, Map.of());
  }

  @AfterEach
  void stop() {
    if (bench != null) {
      bench.close();
    }
    own.close();
    foreign.close();
  }

  private void exchanged(ScriptedIssuer signer, Map<String, ?> changes) {
    Map<String, Object> claims = new HashMap<>(Map.of("aud", "api", "sub", "al"));
    claims.putAll(changes);
    Map<String, Object> members = new HashMap<>(Map.of(
        "access_token",
        signer.accessToken(claims),
        "issued_token_type",
        "urn:ietf:params:oauth:token-type:access_token"));
    members.put("refresh_token", null);
    own.answer(Reply.json(200, own.tokens(members)));
  }

  private void start(
      Optional<List<String>> scopes, Optional<List<String>> audience, SubjectIssuer... issuers) {
    bench = FilterBench.start(
        own,
        config -> config
            .authMethods("bearer")
            .audienceRequired("api")
            .tokenExchange(new TokenExchangeSettings(
                List.of(issuers), scopes, audience, true, Optional.empty())));
    foreign.clock(bench.clock());
  }

  private void start(SubjectIssuer... issuers) {
    start(Optional.empty(), Optional.empty(), issuers);
  }

  private SubjectIssuer ofOwn(boolean verified, Conditions conditions) {
    return new SubjectIssuer(own.url(), Optional.of(conditions), verified, Optional.empty(), NONE);
  }

  private SubjectIssuer ofForeign(boolean verified, Optional<URI> keys) {
    return new SubjectIssuer(foreign.url(), Optional.empty(), verified, keys, NONE);
  }

  private int status(String token) {
    bench.mark();
    return bench.http().get("/a", "Authorization: Bearer " + token).status();
  }

  private static RSAKey keyNamed(String id) throws com.nimbusds.jose.JOSEException {
    return new RSAKeyGenerator(2048).keyID(id).generate();
  }

  @ParameterizedTest
  @CsvSource({
    "has_audience, api other, true",
    "has_audience, api, false",
    "missing_audience, api, true",
    "missing_audience, api other, false",
    "has_scopes, read other, true",
    "has_scopes, readother, false",
    "has_scopes, '', false",
    "missing_scopes, read, true",
    "missing_scopes, read other, false",
  })
  void ownToken_isExchanged_whereTheConditionHolds(String kind, String held, boolean exchanges) {
    List<String> wanted = List.of("other");
    start(ofOwn(
        true,
        new Conditions(
            kind.equals("has_audience") ? wanted : NONE,
            kind.equals("missing_audience") ? wanted : NONE,
            kind.equals("has_scopes") ? wanted : NONE,
            kind.equals("missing_scopes") ? wanted : NONE)));
    boolean audience = kind.endsWith("audience");

    assertThat(status(own.accessToken(Map.of(
            "aud", audience ? List.of(held.split(" ")) : List.of("api"),
            "scope", audience ? "read" : held))))
        .isEqualTo(200);
    assertThat(own.asked()).hasSize(exchanges ? 1 : 0);
  }

  @Test
  void allConditions_mustHoldAtOnce() {
    start(ofOwn(true, new Conditions(List.of("api"), NONE, List.of("read"), List.of("write"))));

    assertThat(status(own.accessToken(Map.of("aud", "api", "scope", "read write"))))
        .isEqualTo(200);
    assertThat(status(own.accessToken(Map.of("aud", "api", "scope", "admin")))).isEqualTo(200);
    assertThat(own.asked()).isEmpty();
    assertThat(status(own.accessToken(Map.of("aud", "api", "scope", "read")))).isEqualTo(200);
    assertThat(own.asked()).hasSize(1);
  }

  @Test
  void emptyLists_askForNothing() {
    start(Optional.of(NONE), Optional.of(NONE), ofForeign(true, Optional.empty()));

    assertThat(status(foreign.accessToken(Map.of()))).isEqualTo(200);
    assertThat(own.asked().get(0).form()).doesNotContainKeys("scope", "audience");
  }

  @Test
  void withoutVerification_theTokenEndpointDecides_butTimesHold() throws Exception {
    start(ofForeign(false, Optional.empty()));
    RSAKey other = keyNamed(foreign.key().getKeyID());
    long now = bench.clock().instant().getEpochSecond();

    assertThat(status(foreign.sign(Map.of(), "JWT", other))).isEqualTo(200);
    assertThat(own.asked()).hasSize(1);
    assertThat(status(foreign.sign(Map.of("exp", now), "JWT", other))).isEqualTo(401);
    assertThat(status(foreign.sign(Map.of("nbf", now + 3600), "JWT", other))).isEqualTo(401);
    assertThat(own.asked()).hasSize(1);
    own.answer(Reply.error(400, "invalid_grant"));
    bench.mark();
    bench.refused(
        bench.http().get("/a", "Authorization: Bearer " + foreign.sign(Map.of(), "JWT", other)),
        401,
        "invalid_token");
  }

  @Test
  void keysAtTheirOwnAddress_areTheOnlyOnes() {
    try (ScriptedIssuer elsewhere = ScriptedIssuer.start()) {
      start(ofForeign(true, Optional.of(URI.create(elsewhere.url() + "/keys"))));
      elsewhere.clock(bench.clock());

      assertThat(status(foreign.accessToken(Map.of()))).isEqualTo(401);
      assertThat(own.asked()).isEmpty();
      assertThat(status(elsewhere.accessToken(Map.of("iss", foreign.url())))).isEqualTo(200);
      assertThat(foreign.discoveries()).isZero();
    }
  }

  @Test
  void tokenSignedByTheWrongOneOfTwoIssuers_isRefused() {
    start(
        ofForeign(true, Optional.empty()),
        ofOwn(true, new Conditions(NONE, NONE, NONE, List.of("read"))));

    assertThat(status(own.accessToken(Map.of("iss", foreign.url())))).isEqualTo(401);
    assertThat(status(foreign.accessToken(Map.of("iss", own.url(), "aud", "api"))))
        .isEqualTo(401);
    assertThat(own.asked()).isEmpty();
    assertThat(bench.app().seen()).isEmpty();
  }

  @Test
  void newTokenOfAnotherIssuer_orOver_isNotUsed() {
    start(ofForeign(true, Optional.empty()));
    exchanged(foreign, Map.of());
    assertThat(status(foreign.accessToken(Map.of()))).isEqualTo(502);
    exchanged(own, Map.of("exp", bench.clock().instant().getEpochSecond()));
    assertThat(status(foreign.accessToken(Map.of()))).isEqualTo(502);
    assertThat(bench.app().seen()).isEmpty();
  }

  @Test
  void rulesOfTheRoute_areForTheNewToken() {
    start(ofForeign(true, Optional.empty()));
    exchanged(own, Map.of("aud", "other"));

    assertThat(status(foreign.accessToken(Map.of("aud", "api")))).isEqualTo(403);
    assertThat(bench.app().seen()).isEmpty();
  }

  @Test
  void boundToken_presentedPlainly_isRefused_andNothingGetsOut() {
    start(ofForeign(true, Optional.empty()));
    bench.mark();

    bench.refused(
        bench
            .http()
            .get(
                "/a",
                "Authorization: Bearer "
                    + foreign.accessToken(Map.of(
                        "cnf", Map.of("x5t#S256", "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I")))),
        401,
        "invalid_token");
  }
}
