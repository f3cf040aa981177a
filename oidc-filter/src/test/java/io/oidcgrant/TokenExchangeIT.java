package io.oidcgrant;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import io.oidcgrant.config.OidcGrantConfigBuilder;
import io.oidcgrant.config.TokenExchangeSettings;
import io.oidcgrant.config.TokenExchangeSettings.Conditions;
import io.oidcgrant.config.TokenExchangeSettings.SubjectIssuer;
import io.oidcgrant.testing.FilterBench;
import io.oidcgrant.testing.ScriptedIssuer;
import io.oidcgrant.testing.ScriptedIssuer.Asked;
import io.oidcgrant.testing.ScriptedIssuer.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Callers' tokens that are exchanged for ours before all else (RFC 8693). */
class TokenExchangeIT {
  private static final String ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";

  private ScriptedIssuer own;
  private ScriptedIssuer foreign;
  private FilterBench bench;

  @BeforeEach
  void startIssuers() {
    own = ScriptedIssuer.start();
    foreign = ScriptedIssuer.start();
    exchanged(Map.of());
  }

  @AfterEach
  void stop() {
    if (bench != null) {
      bench.close();
    }
    own.close();
    foreign.close();
  }

  /** A good answer; {@code changes} replaces members, null removes them. */
  private void exchanged(Map<String, ?> changes) {
    Map<String, Object> all = new HashMap<>(Map.of(
        "access_token",
        own.accessToken(Map.of("aud", "api", "sub", "al")),
        "issued_token_type",
        ACCESS_TOKEN));
    all.put("refresh_token", null);
    all.putAll(changes);
    own.answer(Reply.json(200, own.tokens(all)));
  }

  private FilterBench start(
      TokenExchangeSettings settings, UnaryOperator<OidcGrantConfigBuilder> changes) {
    bench = FilterBench.start(
        own,
        config -> changes.apply(
            config.authMethods("bearer").audienceRequired("api").tokenExchange(settings)));
    // Without it what is signed later is from the future, and refused for that.
    foreign.clock(bench.clock());
    return bench;
  }

  private FilterBench start() {
    return start(settings(ofForeign(true)), config -> config);
  }

  private SubjectIssuer ofForeign(boolean verified) {
    return new SubjectIssuer(
        foreign.url(), Optional.empty(), verified, Optional.empty(), List.of());
  }

  private static TokenExchangeSettings settings(SubjectIssuer... issuers) {
    return new TokenExchangeSettings(
        List.of(issuers), Optional.empty(), Optional.empty(), true, Optional.empty());
  }

  private int status(String token) {
    return bench.http().get("/a", "Authorization: Bearer " + token).status();
  }

  @Test
  void foreignToken_isExchanged_andTheApplicationSeesTheNewOne() {
    start();
    String token = foreign.accessToken(Map.of());

    assertThat(status(token)).isEqualTo(200);
    assertThat(status(token)).isEqualTo(200);

    Asked asked = own.asked().get(0);
    assertThat(own.asked()).hasSize(1);
    assertThat(asked.value("grant_type"))
        .isEqualTo("urn:ietf:params:oauth:grant-type:token-exchange");
    assertThat(asked.value("subject_token")).isEqualTo(token);
    assertThat(asked.value("subject_token_type")).isEqualTo(ACCESS_TOKEN);
    assertThat(asked.value("scope")).isEqualTo("openid");
    assertThat(bench.app().last().header("authorization")).startsWith("Bearer ey");
    assertThat(bench.app().last().header("authorization")).isNotEqualTo("Bearer " + token);
    assertThat(bench.app().last().header("x-credential-identifier")).isEqualTo("al");
  }

  @Test
  void request_asksForWhatIsConfigured() {
    start(
        new TokenExchangeSettings(
            List.of(ofForeign(true)),
            Optional.of(List.of("read", "write")),
            Optional.of(List.of("one", "two")),
            true,
            Optional.empty()),
        config -> config.tokenPostArgsNames("audience", "x").tokenPostArgsValues("replaced", "1"));

    assertThat(status(foreign.accessToken(Map.of()))).isEqualTo(200);
    assertThat(own.asked().get(0).value("scope")).isEqualTo("read write");
    assertThat(own.asked().get(0).form().get("audience")).containsExactly("one", "two");
    assertThat(own.asked().get(0).value("x")).isEqualTo("1");
  }

  @Test
  void tokenThatIsNotGood_costsNoCall() throws Exception {
    start();
    RSAKey other = new RSAKeyGenerator(2048).keyID(foreign.key().getKeyID()).generate();
    long now = System.currentTimeMillis() / 1000;

    assertThat(status(foreign.sign(Map.of(), "JWT", other))).isEqualTo(401);
    assertThat(status(foreign.accessToken(Map.of("exp", now - 1)))).isEqualTo(401);
    assertThat(status(foreign.accessToken(Map.of("nbf", now + 3600)))).isEqualTo(401);
    Map<String, Object> endless = new HashMap<>();
    endless.put("exp", null);
    assertThat(status(foreign.accessToken(endless))).isEqualTo(401);
    assertThat(own.asked()).isEmpty();
    assertThat(bench.app().seen()).isEmpty();
  }

  @Test
  void tokenOfNoListedIssuer_isVerifiedAsAnyOther() {
    start();

    assertThat(status(own.accessToken(Map.of("aud", "api")))).isEqualTo(200);
    assertThat(status(own.accessToken(Map.of("iss", "https://evil.example", "aud", "api"))))
        .isEqualTo(401);
    assertThat(own.asked()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"read, false", "read write, false", "write, true", "readwrite, true", ", true"})
  void ownToken_isExchanged_whereItLacksAScope(String scope, boolean exchanges) {
    start(
        settings(new SubjectIssuer(
            own.url(),
            Optional.of(new Conditions(List.of(), List.of(), List.of(), List.of("read"))),
            true,
            Optional.empty(),
            List.of())),
        config -> config);
    Map<String, Object> claims = new HashMap<>(Map.of("aud", "api"));
    claims.put("scope", scope);

    assertThat(status(own.accessToken(claims))).isEqualTo(200);
    assertThat(own.asked()).hasSize(exchanges ? 1 : 0);
  }

  @Test
  void tokenForOthers_isNotExchanged_whereAnAudienceIsRequired() {
    start(
        settings(new SubjectIssuer(
            foreign.url(), Optional.empty(), true, Optional.empty(), List.of("gateway"))),
        config -> config);

    assertThat(status(foreign.accessToken(Map.of("aud", "other")))).isEqualTo(403);
    assertThat(own.asked()).isEmpty();
    assertThat(status(foreign.accessToken(Map.of("aud", List.of("x", "gateway")))))
        .isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({
    "issued_token_type, ",
    "issued_token_type, urn:ietf:params:oauth:token-type:refresh_token",
    "token_type, N_A",
    "token_type, mac",
    "access_token, a.b.c",
    "access_token, opaque",
  })
  void answerThatIsNoToken_isNotUsed(String member, String value) {
    start();
    Map<String, Object> change = new HashMap<>();
    change.put(member, value);
    exchanged(change);

    assertThat(status(foreign.accessToken(Map.of()))).isEqualTo(502);
    assertThat(bench.app().seen()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "400, invalid_request, 401",
    "400, invalid_grant, 401",
    "400, invalid_target, 403",
    "403, access_denied, 403",
    "401, invalid_client, 503",
    "400, unauthorized_client, 503",
    "500, server_error, 503",
  })
  void refusal_isWhoseItIs(int status, String code, int answered) {
    start();
    own.answer(Reply.error(status, code));

    assertThat(status(foreign.accessToken(Map.of()))).isEqualTo(answered);
    assertThat(bench.app().seen()).isEmpty();
  }

  @Test
  void manyAtOnce_exchangeOnce() {
    start();
    String token = foreign.accessToken(Map.of());

    // Not on the common pool: with few processors it would be full of waiting callers.
    ExecutorService callers = Executors.newFixedThreadPool(30);
    try {
      List<CompletableFuture<Integer>> all = new ArrayList<>();
      for (int i = 0; i < 30; i++) {
        all.add(CompletableFuture.supplyAsync(() -> status(token), callers));
      }
      assertThat(all).allMatch(answer -> answer.join() == 200);
    } finally {
      callers.shutdownNow();
    }
    assertThat(own.asked()).hasSize(1);
  }

  @Test
  void exchangedToken_livesNoLongerThanTheOneItCameFrom_norThanSaid() {
    start(
        new TokenExchangeSettings(
            List.of(ofForeign(true)),
            Optional.empty(),
            Optional.empty(),
            true,
            Optional.of(Duration.ofSeconds(20))),
        config -> config);
    long now = bench.clock().instant().getEpochSecond();
    String brief = foreign.accessToken(Map.of("iat", now, "exp", now + 5));
    String lasting = foreign.accessToken(Map.of("iat", now, "exp", now + 500));

    assertThat(status(brief)).isEqualTo(200);
    assertThat(status(lasting)).isEqualTo(200);
    bench.clock().advance(Duration.ofSeconds(6));
    assertThat(status(brief)).isEqualTo(401);
    assertThat(status(lasting)).isEqualTo(200);
    assertThat(own.asked()).hasSize(2);
    bench.clock().advance(Duration.ofSeconds(15));
    assertThat(status(lasting)).isEqualTo(200);
    assertThat(own.asked()).hasSize(3);
  }

  @Test
  void withoutMemory_everyRequestExchanges() {
    start(
        new TokenExchangeSettings(
            List.of(ofForeign(true)), Optional.empty(), Optional.empty(), false, Optional.empty()),
        config -> config);
    String token = foreign.accessToken(Map.of());

    status(token);
    status(token);
    assertThat(own.asked()).hasSize(2);
  }

  @Test
  void boundToken_isNotExchangedIntoAPlainOne() {
    start();
    String bound = foreign.accessToken(
        Map.of("cnf", Map.of("jkt", "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I")));

    assertThat(status(bound)).isEqualTo(401);
    assertThat(bench.app().seen()).isEmpty();
  }
}
