package io.oidcgrant;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.oauth2.sdk.dpop.DefaultDPoPProofFactory;
import com.nimbusds.oauth2.sdk.token.DPoPAccessToken;
import com.nimbusds.openid.connect.sdk.Nonce;
import io.oidcgrant.testing.FilterBench;
import io.oidcgrant.testing.RawHttp.Answer;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens that callers bring and that are bound to a key of theirs. */
class PossessionIT {
  private static final ECKey KEY = key();

  private FilterBench bench;

  private static ECKey key() {
    try {
      return new ECKeyGenerator(Curve.P_256).generate();
    } catch (com.nimbusds.jose.JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  private void start(String dpop, String mtls) {
    bench = FilterBench.start(config -> config
        .authMethods("bearer")
        .audienceRequired("api")
        .proofOfPossessionDpop(dpop)
        .proofOfPossessionMtls(mtls));
  }

  @AfterEach
  void stop() {
    bench.close();
  }

  private String token(Map<String, ?> changes) {
    Map<String, Object> claims = new java.util.HashMap<>(Map.of("aud", "api"));
    claims.putAll(changes);
    return bench.issuer().accessToken(claims);
  }

  private String bound() throws Exception {
    return token(Map.of("cnf", Map.of("jkt", KEY.computeThumbprint().toString(), "more", "x")));
  }

  private static String url(String path) {
    return "http://localhost" + path;
  }

  private String proof(String method, String url, String token, Instant at, String nonce)
      throws Exception {
    return new DefaultDPoPProofFactory(KEY, JWSAlgorithm.ES256)
        .createDPoPJWT(
            new com.nimbusds.oauth2.sdk.id.JWTID(16),
            method,
            URI.create(url),
            Date.from(at),
            token == null ? null : new DPoPAccessToken(token),
            nonce == null ? null : new Nonce(nonce))
        .serialize();
  }

  private String proof(String token) throws Exception {
    return proof("GET", url("/a"), token, bench.clock().instant(), null);
  }

  private Answer get(String token, String... headers) {
    List<String> all = new java.util.ArrayList<>(List.of("Authorization: DPoP " + token));
    all.addAll(List.of(headers));
    bench.mark();
    return bench.http().get("/a", all.toArray(String[]::new));
  }

  private void refused(Answer answer, String error) {
    bench.refused(answer, 401, null == error ? "invalid_token" : error);
  }

  @ParameterizedTest
  @ValueSource(strings = {"off", "optional", "strict"})
  void boundToken_asAPlainBearer_isRefused_whateverTheMode(String mode) throws Exception {
    start(mode, mode);
    String certificate =
        token(Map.of("cnf", Map.of("x5t#S256", "UbMo05lOdhH9cKTDFdFR3TL5JkFk3aQTPwlUYzubnXI")));
    for (String token : List.of(bound(), certificate)) {
      for (String header : List.of("Authorization: Bearer ", "Access-Token: ")) {
        bench.mark();
        Answer answer = bench.http().get("/a", header + token, "DPoP: " + proof(token));
        refused(answer, "invalid_token");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"optional", "strict"})
  void boundToken_withAGoodProof_passes_asAPlainBearerWithoutTheProof(String mode)
      throws Exception {
    start(mode, "off");
    String token = bound();

    Answer answer = get(token, "DPOP: " + proof(token));

    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    assertThat(bench.app().last().header("authorization")).isEqualTo("Bearer " + token);
    assertThat(bench.app().last().header("dpop")).isNull();
    bench.nothingSecret(answer);
  }

  @Test
  void unboundToken_passesAsABearerWhereProofsAreOptional_neverAsDpop() throws Exception {
    start("optional", "optional");
    String token = token(Map.of());
    bench.mark();
    assertThat(bench.http().get("/a", "Authorization: Bearer " + token).status())
        .isEqualTo(200);

    refused(get(token, "DPoP: " + proof(token)), "invalid_token");
  }

  @Test
  void unboundToken_isRefusedWhereProofsAreDemanded() {
    start("strict", "off");
    bench.mark();

    refused(bench.http().get("/a", "Authorization: Bearer " + token(Map.of())), "invalid_token");
  }

  @Test
  void proofOfAnotherRequest_isRefused() throws Exception {
    start("strict", "off");
    String token = bound();
    Instant now = bench.clock().instant();

    for (String proof : List.of(
        proof("POST", url("/a"), token, now, null),
        proof("GET", url("/b"), token, now, null),
        proof("GET", "http://other.example/a", token, now, null),
        proof("GET", url("/a").replace("http:", "https:"), token, now, null),
        proof("GET", url("/a"), null, now, null),
        proof("GET", url("/a"), token(Map.of("x", 1)), now, null),
        proof("GET", url("/a"), token, now.minusSeconds(3600), null),
        proof("GET", url("/a"), token, now.plusSeconds(3600), null))) {
      refused(get(token, "DPoP: " + proof), "invalid_dpop_proof");
    }
    assertThat(get(token, "DPoP: " + proof("GET", url("/a"), token, now.plusSeconds(10), null))
            .status())
        .isEqualTo(200);
    assertThat(get(token, "DPoP: " + proof("GET", url("/a"), token, now.minusSeconds(10), null))
            .status())
        .isEqualTo(200);
  }

  @Test
  void proofOfAnotherKey_isRefused() throws Exception {
    start("strict", "off");
    String other = token(Map.of("cnf", Map.of("jkt", key().computeThumbprint().toString())));

    refused(get(other, "DPoP: " + proof(other)), "invalid_token");
  }

  @Test
  void noProofOrTwo_areRefused() throws Exception {
    start("strict", "off");
    String token = bound();

    refused(get(token), "invalid_dpop_proof");
    bench.refused(
        get(token, "DPoP: " + proof(token), "DPoP: " + proof(token)), 400, "invalid_request");
    refused(get(token, "DPoP: " + proof(token) + ", " + proof(token)), "invalid_dpop_proof");
  }

  @Test
  void proof_passesOnce_alsoOfManyAtOnce() throws Exception {
    start("strict", "off");
    String token = bound();
    String proof = proof(token);
    assertThat(get(token, "DPoP: " + proof).status()).isEqualTo(200);
    refused(get(token, "DPoP: " + proof), "invalid_dpop_proof");

    String raced = proof(token);
    List<CompletableFuture<Integer>> answers = IntStream.range(0, 20)
        .mapToObj(i -> CompletableFuture.supplyAsync(() -> bench
            .http()
            .get("/a", "Authorization: DPoP " + token, "DPoP: " + raced)
            .status()))
        .toList();
    assertThat(answers.stream().map(CompletableFuture::join).filter(status -> status == 200))
        .hasSize(1);
  }

  @Test
  void proofThatFails_isNotUsedUp() throws Exception {
    start("strict", "off");
    String token = bound();
    String proof = proof(token);
    bench.mark();
    bench.http().send("POST", "/a", new byte[0], "Authorization: DPoP " + token, "DPoP: " + proof);
    assertThat(bench.seen()).isZero();

    assertThat(get(token, "DPoP: " + proof).status()).isEqualTo(200);
  }

  @Test
  void nonces_areDemandedAndFollowed() throws Exception {
    bench = FilterBench.start(config -> config
        .authMethods("bearer")
        .audienceRequired("api")
        .proofOfPossessionDpop("strict")
        .dpopUseNonce(true));
    String token = bound();

    Answer challenge = get(token, "DPoP: " + proof(token));
    refused(challenge, "use_dpop_nonce");
    assertThat(challenge.headers().get("dpop-nonce")).hasSize(1);
    String nonce = challenge.header("dpop-nonce");

    Instant now = bench.clock().instant();
    String followed = proof("GET", url("/a"), token, now, nonce);
    assertThat(get(token, "DPoP: " + followed).status()).isEqualTo(200);
    refused(get(token, "DPoP: " + followed), "invalid_dpop_proof");
    refused(
        get(token, "DPoP: " + proof("GET", url("/a"), token, now, nonce + "x")), "use_dpop_nonce");
    bench.clock().advance(Duration.ofSeconds(299));
    String token2 = bound();
    assertThat(
            get(token2, "DPoP: " + proof("GET", url("/a"), token2, now, nonce)).status())
        .isEqualTo(200);
    bench.clock().advance(Duration.ofSeconds(1));
    refused(get(token2, "DPoP: " + proof("GET", url("/a"), token2, now, nonce)), "use_dpop_nonce");
  }

  @ParameterizedTest
  @CsvSource({"optional, true", "strict, false"})
  void challenge_withoutACredential_offersWhatWouldWork(String mode, boolean bearer) {
    start(mode, "off");
    bench.mark();

    Answer answer = bench.http().get("/a");

    bench.refused(answer, 401, null);
    List<String> challenges = answer.headers().get("www-authenticate");
    assertThat(challenges)
        .anySatisfy(
            challenge -> assertThat(challenge).startsWith("DPoP ").contains("algs=\"ES256 "));
    assertThat(challenges.stream().anyMatch(challenge -> challenge.startsWith("Bearer ")))
        .isEqualTo(bearer);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "\"x\"",
        "{\"jkt\":7}",
        "{\"jkt\":\"short\"}",
        "{\"jkt\":null}",
        "{\"x5t\":\"abc\"}",
        "{\"jwk\":{}}",
        "{\"x5t#S256\":\"UbMo05lOdhH9cKTDFdFR3TL5JkFk3aQTPwlUYzubnXI=\"}"
      })
  void confirmation_thatIsNotUnderstood_isRefused(String confirmation) throws Exception {
    start("optional", "optional");
    Object parsed = com.nimbusds.jose.util.JSONObjectUtils.parse("{\"cnf\":" + confirmation + "}")
        .get("cnf");
    bench.mark();

    refused(
        bench.http().get("/a", "Authorization: Bearer " + token(Map.of("cnf", parsed))),
        "invalid_token");
  }

  @Test
  void proofForThePublicAddress_isGoodBehindATrustedPeerOnly() throws Exception {
    bench = FilterBench.start(config -> config
        .authMethods("bearer")
        .audienceRequired("api")
        .proofOfPossessionDpop("strict")
        .trustedIps("127.0.0.0/8"));
    String token = bound();
    Instant now = bench.clock().instant();
    String proof = proof("GET", "https://API.example:443/a", token, now, null);

    assertThat(get(
                token,
                "DPoP: " + proof,
                "X-Forwarded-Proto: https",
                "X-Forwarded-Host: api.example")
            .status())
        .isEqualTo(200);
    bench.close();
    start("strict", "off");
    String again = bound();
    String other = proof("GET", "https://api.example/a", again, bench.clock().instant(), null);
    refused(
        get(again, "DPoP: " + other, "X-Forwarded-Proto: https", "X-Forwarded-Host: api.example"),
        "invalid_dpop_proof");
  }
}
