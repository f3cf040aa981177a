package io.oidcgrant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jose.util.JSONObjectUtils;
import io.oidcgrant.config.OidcGrantConfigBuilder;
import io.oidcgrant.testing.FaultyServer;
import io.oidcgrant.testing.FaultyServer.Fault;
import io.oidcgrant.testing.FilterBench;
import io.oidcgrant.testing.RawHttp.Answer;
import io.oidcgrant.testing.ScriptedIssuer;
import io.oidcgrant.testing.ScriptedIssuer.Reply;
import java.nio.charset.StandardCharsets;
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
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Forms, arguments, times and troubles of introspection (RFC 7662, RFC 9701). */
class IntrospectionOptionsIT {
  private static final String SIGNED = "application/token-introspection+jwt";
  private static final String OPAQUE = "Authorization: Bearer opaque";

  private ScriptedIssuer issuer;
  private FilterBench bench;

  @BeforeEach
  void startIssuer() {
    issuer = ScriptedIssuer.start();
    says(Map.of());
  }

  @AfterEach
  void stop() {
    if (bench != null) {
      bench.close();
    }
    issuer.close();
  }

  private void start(UnaryOperator<OidcGrantConfigBuilder> changes) {
    bench = FilterBench.start(
        issuer,
        config -> changes.apply(config
            .authMethods("introspection")
            .audienceRequired("api")
            .introspectionEndpoint(issuer.url() + "/token")));
  }

  private static Map<String, Object> members(Map<String, ?> changes) {
    Map<String, Object> members = new HashMap<>(Map.of("active", true, "aud", "api", "sub", "al"));
    members.putAll(changes);
    return members;
  }

  private void says(Map<String, ?> changes) {
    issuer.answer(Reply.json(200, JSONObjectUtils.toJSONString(members(changes))));
  }

  private void saysJwt(String mediaType, String jwt) {
    issuer.answer(new Reply(200, Map.of("Content-Type", mediaType), jwt));
  }

  /** An answer of RFC 9701. */
  private String signed(Object inner, String type) {
    Map<String, Object> claims = new HashMap<>();
    claims.put("aud", "gateway");
    claims.put("token_introspection", inner);
    return issuer.sign(claims, type, null);
  }

  private Answer get(String... headers) {
    bench.mark();
    return bench.http().get("/a", headers);
  }

  private long now() {
    return bench.clock().instant().getEpochSecond();
  }

  @ParameterizedTest
  @ValueSource(strings = {"token-introspection+jwt", "JWT"})
  void olderForm_takesBothTypes(String type) {
    start(config -> config.introspectionAccept("application/jwt"));
    saysJwt("application/jwt", signed(members(Map.of()), type));

    assertThat(get(OPAQUE).status()).isEqualTo(200);
    assertThat(issuer.asked().get(0).header("accept")).isEqualTo("application/jwt");
  }

  @Test
  void olderForm_mayHaveTheMembersAtTheTop() {
    start(config -> config.introspectionAccept("application/jwt").cacheIntrospection(false));
    // Its aud is that of the answer and of the token at once.
    saysJwt(
        "application/jwt",
        issuer.sign(Map.of("active", true, "aud", List.of("gateway", "api")), "JWT", null));
    assertThat(get(OPAQUE).status()).isEqualTo(200);
    saysJwt(
        "application/jwt",
        issuer.sign(Map.of("active", false, "aud", List.of("gateway", "api")), "JWT", null));
    bench.refused(get(OPAQUE), 401, "invalid_token");
  }

  @Test
  void plainForm_takesNoJwt() {
    start(config -> config);
    saysJwt(SIGNED, signed(members(Map.of()), "token-introspection+jwt"));

    bench.refused(get(OPAQUE), 502, null);
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/jwt", SIGNED})
  void answerWithoutASignature_isNotUsed(String accept) {
    start(config -> config.introspectionAccept(accept));
    Map<String, Object> payload =
        Map.of("iss", issuer.url(), "aud", "gateway", "token_introspection", members(Map.of()));
    saysJwt(
        accept,
        Base64URL.encode("{\"alg\":\"none\",\"typ\":\"token-introspection+jwt\"}") + "."
            + Base64URL.encode(JSONObjectUtils.toJSONString(payload)) + ".");

    bench.refused(get(OPAQUE), 502, null);
  }

  @Test
  void signedAnswer_whosePartIsNoObject_isNotUsed() {
    start(config -> config.introspectionAccept(SIGNED));
    for (Object inner : List.of("active", true, List.of(members(Map.of())))) {
      saysJwt(SIGNED, signed(inner, "token-introspection+jwt"));
      bench.refused(get(OPAQUE), 502, null);
    }
  }

  @Test
  void signedAnswer_thatSaysInactive_isTheCallers() {
    start(config -> config.introspectionAccept(SIGNED));
    saysJwt(SIGNED, signed(Map.of("active", false), "token-introspection+jwt"));

    bench.refused(get(OPAQUE), 401, "invalid_token");
  }

  @Test
  void signedAnswer_thatACallerGotHoldOf_isNoTokenAnywhere() {
    bench = FilterBench.start(
        issuer,
        config -> config
            .authMethods("bearer", "introspection")
            .introspectionEndpoint(issuer.url() + "/token")
            .audienceRequired("gateway"));
    issuer.answer(Reply.json(200, "{\"active\":false}"));

    bench.refused(
        get("Authorization: Bearer " + signed(members(Map.of()), "token-introspection+jwt")),
        401,
        "invalid_token");
  }

  @ParameterizedTest
  @CsvSource({"exp, 0, 401", "exp, 1, 200", "nbf, 1, 401", "nbf, 0, 200"})
  void times_holdToTheSecond(String member, int offset, int status) {
    start(config -> config);
    says(Map.of(member, now() + offset));

    assertThat(get(OPAQUE).status()).isEqualTo(status);
    assertThat(bench.seen()).isEqualTo(status == 200 ? 1 : 0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"exp", "nbf"})
  void timeThatIsNone_isRefused(String member) {
    start(config -> config);
    says(Map.of(member, "tomorrow"));

    assertThat(get(OPAQUE).status()).isEqualTo(401);
    assertThat(bench.seen()).isZero();
  }

  @Test
  void expiryOfTheAnswer_holdsForWhatIsRemembered() {
    start(config -> config);
    says(Map.of("exp", now() + 60));
    assertThat(get(OPAQUE).status()).isEqualTo(200);
    issuer.answer(Reply.json(200, "{\"active\":false}"));
    bench.clock().advance(Duration.ofSeconds(59));
    assertThat(get(OPAQUE).status()).isEqualTo(200);
    assertThat(issuer.asked()).hasSize(1);
    bench.clock().advance(Duration.ofSeconds(1));

    bench.refused(get(OPAQUE), 401, "invalid_token");
    assertThat(issuer.asked()).hasSize(2);
  }

  @Test
  void jwt_endsWhenTheIssuerSaysSo_orItselfSo() {
    start(config -> config.authMethods("bearer").introspectJwtTokens(true));
    says(Map.of("exp", now() + 60));
    String header = "Authorization: Bearer " + issuer.accessToken(Map.of("aud", "api"));
    assertThat(get(header).status()).isEqualTo(200);
    issuer.answer(Reply.json(200, "{\"active\":false}"));
    bench.clock().advance(Duration.ofSeconds(60));

    bench.refused(get(header), 401, "invalid_token");
  }

  @Test
  void jwtWithABadSignature_isNotAskedAbout() {
    start(config -> config.authMethods("bearer").introspectJwtTokens(true));
    String token = issuer.accessToken(Map.of("aud", "api"));

    bench.refused(
        get("Authorization: Bearer " + token.substring(0, token.length() - 6) + "AAAAAA"),
        401,
        "invalid_token");
    assertThat(issuer.asked()).isEmpty();
  }

  @Test
  void argument_isTakenFromTheBodyToo_whichGoesOn() {
    start(config -> config.introspectionPostArgsClient(List.of("site")));

    Answer answer = bench
        .http()
        .send(
            "POST",
            "/a",
            "x=1&site=s%26t".getBytes(StandardCharsets.UTF_8),
            OPAQUE,
            "Content-Type: application/x-www-form-urlencoded");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(issuer.asked().get(0).value("site")).isEqualTo("s&t");
    assertThat(bench.app().last().body()).isEqualTo("x=1&site=s%26t");
  }

  @Test
  void argumentThatIsThereTwice_isRefused_andNobodyAsked() {
    start(config -> config
        .introspectionPostArgsClient(List.of("site"))
        .introspectionPostArgsClientHeaders(List.of("X-Device")));

    bench.refused(bench.http().get("/a?site=1&site=2", OPAQUE), 400, "invalid_request");
    bench.refused(get(OPAQUE, "X-Device: 1", "X-Device: 2"), 400, "invalid_request");
    assertThat(issuer.asked()).isEmpty();
  }

  @Test
  void answer_isRememberedForTheSameHeaderAlone() {
    start(config -> config
        .introspectionHeadersClient(List.of("X-Tenant"))
        .introspectionPostArgsClientHeaders(List.of("X-Device")));
    for (String header : List.of("X-Tenant: 1", "X-Tenant: 2", "X-Device: 1", "X-Device: 2")) {
      assertThat(get(OPAQUE, header).status()).isEqualTo(200);
      assertThat(get(OPAQUE, header).status()).isEqualTo(200);
    }
    assertThat(issuer.asked()).hasSize(4);
  }

  @Test
  void withoutMemory_everyRequestAsks_soRevocationIsSeen() {
    start(config -> config.cacheIntrospection(false));
    assertThat(get(OPAQUE).status()).isEqualTo(200);
    issuer.answer(Reply.json(200, "{\"active\":false}"));

    bench.refused(get(OPAQUE), 401, "invalid_token");
    assertThat(issuer.asked()).hasSize(2);
  }

  static Stream<Arguments> faults() {
    return Stream.of(
        Arguments.of("silence", (Fault) FaultyServer::silence, 504),
        Arguments.of("drip", (Fault) FaultyServer::drip, 504),
        Arguments.of("flood", (Fault) FaultyServer::flood, 502),
        Arguments.of("notHttp", (Fault) FaultyServer::notHttp, 503),
        Arguments.of("html", FaultyServer.answering(() -> "<html>canary</html>"), 502));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("faults")
  void serverInTrouble_letsNobodyPass_andNothingOut(String name, Fault fault, int status) {
    try (FaultyServer server = FaultyServer.start(fault)) {
      start(config -> config
          .timeout(Duration.ofSeconds(1))
          .introspectionEndpoint(server.url() + "/introspect"));
      bench.refused(get(OPAQUE), status, null);
      server.now(FaultyServer.answering(() -> JSONObjectUtils.toJSONString(members(Map.of()))));

      await().atMost(Duration.ofSeconds(10)).until(() -> get(OPAQUE).status() == 200);
    }
  }
}
