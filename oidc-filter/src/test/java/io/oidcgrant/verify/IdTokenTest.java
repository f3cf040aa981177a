package io.oidcgrant.verify;

import static io.oidcgrant.verify.SignedTokens.ED25519;
import static io.oidcgrant.verify.SignedTokens.ISSUER;
import static io.oidcgrant.verify.SignedTokens.NOW;
import static io.oidcgrant.verify.SignedTokens.P256;
import static io.oidcgrant.verify.SignedTokens.RSA;
import static io.oidcgrant.verify.SignedTokens.claims;
import static io.oidcgrant.verify.SignedTokens.header;
import static io.oidcgrant.verify.SignedTokens.json;
import static io.oidcgrant.verify.SignedTokens.signed;
import static io.oidcgrant.verify.SignedTokens.verifier;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.util.Base64URL;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** ID tokens: OpenID Connect Core 1.0 sections 3.1.3.7 and 3.1.3.8. */
class IdTokenTest {
  private static final String CLIENT = "kong";
  private static final String ACCESS_TOKEN = "jHkWEdUXMU1BwAsC4vtUsZwnvHx2";
  private static final String REFUSED = "ANSWER_UNUSABLE: ID token";

  private static String outcome(String token, String... trusted) {
    TokenVerifier verifier = verifier(
        new TokenVerifier.Rules(true, true, Duration.ZERO, List.of(trusted)),
        NOW,
        RSA,
        P256,
        ED25519);
    return SignedTokens.detailOf(
        verifier.idToken(token, List.of(ISSUER), CLIENT, ACCESS_TOKEN), good -> "good");
  }

  /** A token with these JSON members beside the usual ones, without {@code aud}. */
  private static String with(String members) {
    String rest = json(claims(Map.of()));
    return signed(
        header("RS256", RSA), rest.substring(0, rest.length() - 1) + "," + members + "}", RSA);
  }

  private static String without(String claim) {
    Map<String, Object> changes = new LinkedHashMap<>(Map.of("aud", CLIENT));
    changes.put(claim, null);
    return signed(changes);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'aud':'kong'",
        "'aud':['kong']",
        "'aud':'kong','azp':'kong'",
        "'aud':['kong'],'azp':'kong'",
      })
  void token_forThisClient_isGood(String members) {
    assertThat(outcome(with(members.replace('\'', '"')))).isEqualTo("good");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'x':1",
        "'aud':null",
        "'aud':'other'",
        "'aud':'kon'",
        "'aud':'kong2'",
        "'aud':'Kong'",
        "'aud':[]",
        "'aud':['other']",
        "'aud':7",
        "'aud':{'kong':1}",
        "'aud':[['kong']]",
        "'aud':['kong',null]",
        "'aud':['kong',7],'azp':'kong'",
        "'aud':['kong','other'],'azp':'kong'",
        "'aud':'kong','azp':'other'",
        "'aud':'kong','azp':['kong']",
      })
  void token_forSomebodyElse_isRefused(String members) {
    assertThat(outcome(with(members.replace('\'', '"')))).startsWith(REFUSED);
  }

  @Test
  void furtherAudience_mustBeTrusted_andThePartyNamed() {
    String both = "\"aud\":[\"kong\",\"api\"]";

    assertThat(outcome(with(both + ",\"azp\":\"kong\""), "api")).isEqualTo("good");
    assertThat(outcome(with(both + ",\"azp\":\"kong\""), "ap", "API")).startsWith(REFUSED);
    assertThat(outcome(with(both), "api")).startsWith(REFUSED);
    assertThat(outcome(with(both + ",\"azp\":\"api\""), "api")).startsWith(REFUSED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"exp", "iat", "sub", "iss"})
  void requiredClaim_missing_isRefused(String claim) {
    assertThat(outcome(without(claim))).startsWith(REFUSED);
  }

  @ParameterizedTest
  @CsvSource({"exp, 0", "iat, 1", "nbf, 1"})
  void time_outsideItsRange_isRefused(String claim, long secondsFromNow) {
    assertThat(outcome(signed(Map.of("aud", CLIENT, claim, NOW.getEpochSecond() + secondsFromNow))))
        .startsWith(REFUSED);
  }

  @ParameterizedTest
  @CsvSource({
    "RS256, SHA-256",
    "RS384, SHA-384",
    "PS512, SHA-512",
    "ES256, SHA-256",
    "EdDSA, SHA-512",
    "Ed25519, SHA-512",
  })
  void accessTokenHash_isTheLeftHalf(String algorithm, String digest) throws Exception {
    JWK key = algorithm.startsWith("ES") ? P256 : algorithm.startsWith("Ed") ? ED25519 : RSA;
    byte[] hash =
        MessageDigest.getInstance(digest).digest(ACCESS_TOKEN.getBytes(StandardCharsets.US_ASCII));
    Map<String, Object> claims = claims(Map.of(
        "aud",
        CLIENT,
        "at_hash",
        Base64URL.encode(Arrays.copyOf(hash, hash.length / 2)).toString()));

    assertThat(outcome(signed(header(algorithm, key), json(claims), key))).isEqualTo("good");

    claims.put("at_hash", Base64URL.encode(hash).toString());
    assertThat(outcome(signed(header(algorithm, key), json(claims), key))).startsWith(REFUSED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"\"", "7", "[]", "\"77QmUPtjPfzWtF2AnpK9RA\""})
  void accessTokenHash_ofSomethingElse_isRefused(String literal) {
    assertThat(outcome(with("\"aud\":\"kong\",\"at_hash\":" + literal)))
        .isEqualTo(REFUSED + ": at_hash is not of the access token beside it");
  }

  @ParameterizedTest
  @ValueSource(strings = {"at+jwt", "dpop+jwt", "logout+jwt"})
  void type_thatIsNoIdToken_isRefused(String type) {
    Map<String, Object> header = header("RS256", RSA);
    header.put("typ", type);

    assertThat(outcome(signed(header, json(claims(Map.of("aud", CLIENT))), RSA)))
        .startsWith(REFUSED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"opaque", "a.b.c", "", "eyJhbGciOiJub25lIn0.e30."})
  void text_thatIsNoSignedJwt_isRefused(String token) {
    assertThat(outcome(token)).startsWith(REFUSED);
  }

  @Test
  void issuer_andSignature_count() {
    assertThat(outcome(signed(Map.of("aud", CLIENT, "iss", ISSUER + "/")))).startsWith(REFUSED);
    assertThat(outcome(signed(
            header("RS256", RSA),
            json(claims(Map.of("aud", CLIENT))),
            SignedTokens.rsa(2048, "rsa"))))
        .contains("signature is not of one of the issuer's keys");
  }
}
