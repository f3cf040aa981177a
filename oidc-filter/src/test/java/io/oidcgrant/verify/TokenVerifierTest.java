package io.oidcgrant.verify;

import static io.oidcgrant.verify.SignedTokens.ISSUER;
import static io.oidcgrant.verify.SignedTokens.NOW;
import static io.oidcgrant.verify.SignedTokens.RSA;
import static io.oidcgrant.verify.SignedTokens.claims;
import static io.oidcgrant.verify.SignedTokens.header;
import static io.oidcgrant.verify.SignedTokens.json;
import static io.oidcgrant.verify.SignedTokens.signed;
import static io.oidcgrant.verify.SignedTokens.verifier;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Access tokens: RFC 7519 section 4.1, and what passes as opaque. */
class TokenVerifierTest {
  private static final String REFUSED = "ANSWER_UNUSABLE: access token";

  private static String outcome(TokenVerifier verifier, String token) {
    return SignedTokens.detailOf(
        verifier.accessToken(token, List.of(ISSUER), false),
        good -> "good until " + good.expiresAt().map(Instant::getEpochSecond).orElse(0L));
  }

  private static String outcome(String token) {
    return outcome(verifier(Duration.ZERO, RSA), token);
  }

  /** The outcome with one claim written as {@code literal}. */
  private static String outcomeOf(String claim, String literal) {
    String rest = json(claims(java.util.Collections.singletonMap(claim, null)));
    String payload = rest.substring(0, rest.length() - 1) + ",\"" + claim + "\":" + literal + "}";
    return outcome(signed(header("RS256", RSA), payload, RSA));
  }

  @ParameterizedTest
  @CsvSource({
    "exp,   0,           0, false",
    "exp,   1,           0, true",
    "exp,  -1,           0, false",
    "exp, -29,          30, true",
    "exp, -30,          30, false",
    "nbf,   0,           0, true",
    "nbf,   1,           0, false",
    "nbf,  30,          30, true",
    "nbf,  31,          30, false",
    "iat,   0,           0, true",
    "iat,   1,           0, false",
    "iat,  30,          30, true",
    "iat,  31,          30, false",
    "nbf, 3600,         30, false",
    "iat, 3600,         30, false",
  })
  void time_atItsBoundary(String claim, long secondsFromNow, long leeway, boolean good) {
    String token = signed(Map.of(claim, NOW.getEpochSecond() + secondsFromNow));

    String outcome = outcome(verifier(Duration.ofSeconds(leeway), RSA), token);

    assertThat(outcome).startsWith(good ? "good" : REFUSED);
  }

  @Test
  void exp_endsToTheNanosecond() {
    TokenVerifier.Rules rules =
        new TokenVerifier.Rules(true, true, Duration.ofSeconds(30), List.of());
    Instant end = NOW.plusSeconds(300 + 30);
    String token = signed(Map.of());

    assertThat(outcome(verifier(rules, end.minusNanos(1), RSA), token)).startsWith("good");
    assertThat(outcome(verifier(rules, end, RSA), token)).startsWith(REFUSED);
  }

  static Stream<String> noTimes() {
    return Stream.of(
        "\"1790000300\"",
        "null",
        "[]",
        "{}",
        "true",
        "1e300",
        "-1",
        "9223372036854775808",
        "-0.5",
        "9223372036854775807",
        "253402300800",
        "1e400");
  }

  @ParameterizedTest
  @MethodSource("noTimes")
  void time_thatIsNoNumberOrOutOfRange_isRefused(String literal) {
    for (String claim : List.of("exp", "nbf", "iat")) {
      assertThat(outcomeOf(claim, literal)).as(claim).startsWith(REFUSED);
    }
  }

  @Test
  void time_withAFraction_isGood() {
    assertThat(outcomeOf("exp", "1790000000.5")).isEqualTo("good until 1790000000");
    assertThat(outcomeOf("nbf", "1790000000.5")).startsWith(REFUSED);
    assertThat(outcomeOf("iat", "1.79e9")).startsWith("good");
  }

  @Test
  void exp_missing_isGoodAndUnknown() {
    assertThat(outcome(signed(java.util.Collections.singletonMap("exp", null))))
        .isEqualTo("good until 0");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"https://idp.example/realms/one/\"",
        "\"https://IDP.example/realms/one\"",
        "\"https://idp.example/realms/One\"",
        "\"https://idp.example/realms/on\"",
        "\"http://idp.example/realms/one\"",
        "\"\"",
        "[\"https://idp.example/realms/one\"]",
        "null",
        "1"
      })
  void issuer_thatIsNotTheSameToTheLetter_isRefused(String literal) {
    assertThat(outcomeOf("iss", literal)).startsWith(REFUSED + ": invalid issuer (");
  }

  @Test
  void issuer_missing_isRefused() {
    assertThat(outcome(signed(java.util.Collections.singletonMap("iss", null))))
        .startsWith(REFUSED + ": invalid issuer (absent)");
  }

  @Test
  void issuer_oneOfSeveral_isGood() {
    assertThat(verifier(Duration.ZERO, RSA)
            .accessToken(signed(Map.of()), List.of("https://other.example", ISSUER), false))
        .succeedsWithin(Duration.ofSeconds(5));
  }

  @ParameterizedTest
  @CsvSource({
    "JWT, true",
    "jwt, true",
    "at+jwt, true",
    "AT+JWT, true",
    "application/at+jwt, true",
    "dpop+jwt, false",
    "logout+jwt, false",
    "secevent+jwt, false",
  })
  void type_ofAnAccessToken(String type, boolean good) {
    Map<String, Object> header = header("RS256", RSA);
    header.put("typ", type);

    assertThat(outcome(signed(header, json(claims(Map.of())), RSA)))
        .startsWith(good ? "good" : REFUSED + " is a token of another type");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"opaque", "a.b", "a.b.c", "2YotnFZFEjr1zCsicMWpAA", "v1.x.y.z", "..", "."})
  void opaqueToken_passesWithoutClaims(String token) {
    var verified = verifier(Duration.ZERO).accessToken(token, List.of(ISSUER), false);

    assertThat(verified).succeedsWithin(Duration.ofSeconds(5)).satisfies(good -> {
      assertThat(good.claims()).isEmpty();
      assertThat(good.expiresAt()).isEmpty();
    });
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "[]", "\"x\"", "1", "", "{", "{\"iss\":", "{} {}"})
  void payload_thatIsNoObject_isRefused(String payload) {
    assertThat(outcome(signed(header("RS256", RSA), payload, RSA))).startsWith(REFUSED);
  }

  @Test
  void payload_nestedTooDeep_isRefused() {
    String deep = "{\"a\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}";

    assertThat(outcome(signed(header("RS256", RSA), deep, RSA))).startsWith(REFUSED);
  }

  @Test
  void nullClaim_isLeftOut() {
    String payload = json(claims(Map.of())).replace("}", ",\"email\":null}");

    assertThat(verifier(Duration.ZERO, RSA)
            .accessToken(signed(header("RS256", RSA), payload, RSA), List.of(ISSUER), false))
        .succeedsWithin(Duration.ofSeconds(5))
        .satisfies(good -> assertThat(good.claims()).containsOnlyKeys("iss", "sub", "iat", "exp"));
  }

  @Test
  void claims_areNotLookedAt_whereThatIsOff() {
    TokenVerifier verifier =
        verifier(new TokenVerifier.Rules(true, false, Duration.ZERO, List.of()), NOW, RSA);

    assertThat(outcome(verifier, signed(Map.of("iss", "x", "exp", "soon")))).startsWith("good");
    assertThat(outcome(verifier, signed("RS256", SignedTokens.rsa(2048, "rsa"))))
        .startsWith(REFUSED);
  }

  @Test
  void foreignText_isEscapedInTheMessage() {
    assertThat(outcome(signed(Map.of("iss", "x\r\nERROR forged"))))
        .contains("(x\\u000d\\u000aERROR forged)");
  }
}
