package io.oidcgrant.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.SignedJWT;
import io.oidcgrant.jose.SigningKey;
import io.oidcgrant.protocol.Failure;
import io.oidcgrant.protocol.Failure.Kind;
import io.oidcgrant.protocol.GrantException;
import io.oidcgrant.verify.DpopProofCheck.Proof;
import io.oidcgrant.verify.DpopProofCheck.Request;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class DpopProofCheckTest {
  private static final Instant NOW = Instant.ofEpochSecond(1_790_000_000L);
  private static final String TOKEN = "the.access.token";
  private static final String URL = "https://api.example/orders";
  private static final DpopProofCheck CHECK = new DpopProofCheck(Duration.ofMinutes(5));
  private static final SigningKey KEY = SigningKey.generate(JWSAlgorithm.ES256);
  private static final JOSEObjectType TYPE = new JOSEObjectType("dpop+jwt");

  private static Map<String, Object> claims() {
    Map<String, Object> claims = new HashMap<>();
    claims.put("jti", "one");
    claims.put("htm", "GET");
    claims.put("htu", URL);
    claims.put("iat", NOW.getEpochSecond());
    claims.put("ath", ath(TOKEN));
    return claims;
  }

  private static String ath(String token) {
    try {
      return Base64URL.encode(java.security.MessageDigest.getInstance("SHA-256")
              .digest(token.getBytes(StandardCharsets.US_ASCII)))
          .toString();
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Map<String, Object> with(String name, Object value) {
    Map<String, Object> claims = claims();
    if (value == null) {
      claims.remove(name);
    } else {
      claims.put(name, value);
    }
    return claims;
  }

  private static Proof check(String proof) {
    return CHECK.check(new Request(List.of(proof), "GET", URL, TOKEN), KEY.thumbprint(), true, NOW);
  }

  private static Failure failure(Request request) {
    GrantException thrown = catchThrowableOfType(
        GrantException.class, () -> CHECK.check(request, KEY.thumbprint(), true, NOW));
    assertThat(thrown).as("refusal").isNotNull();
    return thrown.failure();
  }

  private static Failure failure(String proof) {
    return failure(new Request(List.of(proof), "GET", URL, TOKEN));
  }

  private static void invalid(String proof, String why) {
    Failure failure = failure(proof);
    assertThat(failure.kind()).isEqualTo(Kind.INVALID_DPOP_PROOF);
    assertThat(failure.detail()).contains(why);
  }

  static List<JWSAlgorithm> algorithms() {
    return SigningKey.ASYMMETRIC;
  }

  @ParameterizedTest
  @MethodSource("algorithms")
  void goodProof_ofEveryAlgorithm(JWSAlgorithm algorithm) {
    SigningKey key = SigningKey.generate(algorithm);

    Proof proof = CHECK.check(
        new Request(List.of(key.signWithKey(TYPE, claims())), "GET", URL, TOKEN),
        key.thumbprint(),
        true,
        NOW);

    assertThat(proof).isEqualTo(new Proof(key.thumbprint(), "one", URL, null));
  }

  private static final String STANDARDS_KEY = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
  private static final String STANDARDS_HEADER =
      "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4"
          + "dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpi"
          + "VFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.";

  /** RFC 9449 section 7.1: with {@code ath}. */
  @Test
  void theStandardsProofForAProtectedResource_isGood() {
    String proof = STANDARDS_HEADER
        + "eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5l"
        + "eGFtcGxlLm9yZy9wcm90ZWN0ZWRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJa"
        + "M0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPP"
        + "ToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA";

    Proof good = CHECK.check(
        new Request(
            List.of(proof),
            "GET",
            "https://resource.example.org/protectedresource",
            "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU"),
        STANDARDS_KEY,
        true,
        Instant.ofEpochSecond(1562262618));

    assertThat(good.id()).isEqualTo("e1j3V_bKic8-LAEB");
  }

  /** RFC 9449 sections 4.1 and 5: for a token endpoint, where there is no token to be hashed. */
  @ParameterizedTest
  @CsvSource({
    "MjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg",
    "MjY1Mjk2fQ.pAqut2IRDm_De6PR93SYmGBPXpwrAk90e8cP2hjiaG5QsGSuKDYW7_X620BxqhvYC8ynrrvZLTk41mSRroapUA"
  })
  void theStandardsProofsForATokenEndpoint_areSignedByTheirKey_andNoneForAToken(String end)
      throws Exception {
    String proof = STANDARDS_HEADER
        + "eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4"
        + "YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYy" + end;
    SignedJWT jwt = SignedJWT.parse(proof);
    long iat = ((Number) jwt.getPayload().toJSONObject().get("iat")).longValue();

    assertThat(SignatureCheck.signedBy(jwt, jwt.getHeader().getJWK())).isTrue();
    assertThat(jwt.getHeader().getJWK().computeThumbprint()).hasToString(STANDARDS_KEY);
    GrantException refused = catchThrowableOfType(
        GrantException.class,
        () -> CHECK.check(
            new Request(List.of(proof), "POST", "https://server.example.com/token", TOKEN),
            STANDARDS_KEY,
            true,
            Instant.ofEpochSecond(iat)));
    assertThat(refused.failure().detail()).contains("ath is missing");
  }

  @Test
  void proof_tellsItsNonce() {
    assertThat(check(KEY.signWithKey(TYPE, with("nonce", "n"))).nonce()).isEqualTo("n");
    invalid(KEY.signWithKey(TYPE, with("nonce", 1)), "nonce");
  }

  @ParameterizedTest
  @CsvSource({
    "htm, get",
    "htm, POST",
    "htu, https://other.example/orders",
    "htu, https://api.example/other",
    "htu, http://api.example/orders",
    "htu, https://api.example:8443/orders",
    "htu, https://api.example/a/../orders",
    "htu, /orders",
    "htu, ''",
    "jti, ''",
    "ath, fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy359IKCAqksmQoA",
    "ath, ''"
  })
  void claim_thatIsNotOfThisRequest_isRefused(String name, String value) {
    invalid(KEY.signWithKey(TYPE, with(name, value)), name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"jti", "htm", "htu", "iat", "ath"})
  void claim_thatIsMissingOrOfAnotherType_isRefused(String name) {
    invalid(KEY.signWithKey(TYPE, with(name, null)), name);
    invalid(KEY.signWithKey(TYPE, with(name, List.of("x"))), name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://API.Example/orders",
        "https://api.example:443/orders",
        "https://api.example/orders?x=1#y",
        "https://api.example/%6frders",
        "HTTPS://api.example/orders"
      })
  void target_isComparedInItsNormalForm(String target) {
    assertThat(check(KEY.signWithKey(TYPE, with("htu", target))).target()).isEqualTo(URL);
  }

  @ParameterizedTest
  @CsvSource({"-299, true", "-300, false", "60, true", "61, false", "-3600, false", "3600, false"})
  void iat_mustBeNear(int seconds, boolean good) {
    String proof = KEY.signWithKey(TYPE, with("iat", NOW.getEpochSecond() + seconds));
    if (good) {
      assertThat(check(proof)).isNotNull();
    } else {
      invalid(proof, "iat");
    }
  }

  @Test
  void iat_mayBeAFraction_butNotAnythingElse() {
    assertThat(check(KEY.signWithKey(TYPE, with("iat", NOW.getEpochSecond() + 0.5))))
        .isNotNull();
    for (Object strange : List.of("1790000000", -9.2e18, 1e300, true)) {
      invalid(KEY.signWithKey(TYPE, with("iat", strange)), "iat");
    }
  }

  @Test
  void jti_mayBeLong_butNotEndless() {
    assertThat(check(KEY.signWithKey(TYPE, with("jti", "x".repeat(256))))).isNotNull();
    invalid(KEY.signWithKey(TYPE, with("jti", "x".repeat(257))), "jti");
  }

  @Test
  void anotherKey_isRefusedAsABindingFault() {
    String other = SigningKey.generate(JWSAlgorithm.ES256).signWithKey(TYPE, claims());

    assertThat(failure(other).kind()).isEqualTo(Kind.REJECTED);
  }

  @Test
  void signatureOfAnotherKey_isRefused() throws Exception {
    ECKey other = new ECKeyGenerator(Curve.P_256).generate();
    JWSObject forged = new JWSObject(
        new JWSHeader.Builder(JWSAlgorithm.ES256)
            .type(TYPE)
            .jwk(KEY.publicKey())
            .build(),
        new Payload(claims()));
    forged.sign(new ECDSASigner(other));

    invalid(forged.serialize(), "signature");
  }

  @ParameterizedTest
  @ValueSource(strings = {"JWT", "at+jwt", "jwt", ""})
  void type_mustBeThatOfAProof(String type) throws Exception {
    JWSHeader.Builder header = new JWSHeader.Builder(JWSAlgorithm.ES256).jwk(KEY.publicKey());
    if (!type.isEmpty()) {
      header.type(new JOSEObjectType(type));
    }
    JWSObject proof = new JWSObject(header.build(), new Payload(claims()));
    proof.sign(new ECDSASigner(KEY.key().toECKey()));

    invalid(proof.serialize(), "typ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"typ\":\"dpop+jwt\",\"alg\":\"none\"}",
        "{\"typ\":\"dpop+jwt\",\"alg\":\"HS256\",\"jwk\":{\"kty\":\"oct\",\"k\":\"AAAA\"}}",
        "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\"}",
        "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":7}",
        "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}}",
        "{\"typ\":\"dpop+jwt\",\"alg\":\"RS256\",\"jwk\":{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}}",
        "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"crit\":[\"x\"],\"jwk\":KEY}",
        "{\"typ\":\"dpop+jwt\",\"alg\":\"RS256\",\"jwk\":KEY}",
        "{\"typ\":\"dpop+jwt\",\"alg\":\"ES384\",\"jwk\":KEY}",
        "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":PRIVATE}",
        "[]",
        "null"
      })
  void header_thatCannotBeOfAProof_isRefused(String header) {
    String text = header
        .replace("KEY", KEY.publicKey().toJSONString())
        .replace("PRIVATE", KEY.key().toJSONString());
    String proof = Base64URL.encode(text) + "."
        + new Payload(claims()).toBase64URL() + "."
        + Base64URL.encode(new byte[64]);

    assertThat(failure(proof).kind()).isIn(Kind.INVALID_DPOP_PROOF, Kind.REJECTED);
  }

  /** Signed by the very key that it shows. */
  @Test
  void privateKeyInAGoodProof_isRefused() throws Exception {
    String header =
        "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":" + KEY.key().toJSONString() + "}";
    String input = Base64URL.encode(header) + "." + new Payload(claims()).toBase64URL();
    Base64URL signature = new ECDSASigner(KEY.key().toECKey())
        .sign(new JWSHeader(JWSAlgorithm.ES256), input.getBytes(StandardCharsets.US_ASCII));

    assertThat(failure(input + "." + signature).kind()).isEqualTo(Kind.INVALID_DPOP_PROOF);
  }

  /** RFC 9449 section 4.3, step 7: also members that have no place in a key of this kind. */
  @ParameterizedTest
  @ValueSource(strings = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
  void secretMemberInTheKey_isRefused(String member) throws Exception {
    String jwk = KEY.publicKey().toJSONString();
    String header = "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":"
        + jwk.substring(0, jwk.length() - 1) + ",\"" + member + "\":\"AQAB\"}}";

    invalid(signedText(header, new Payload(claims()).toBase64URL()), "");
  }

  private static String signedText(String header, Base64URL payload) throws Exception {
    String input = Base64URL.encode(header) + "." + payload;
    return input + "."
        + new ECDSASigner(KEY.key().toECKey())
            .sign(new JWSHeader(JWSAlgorithm.ES256), input.getBytes(StandardCharsets.US_ASCII));
  }

  @Test
  void memberThatIsThereTwice_isRefused() throws Exception {
    String header =
        "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":" + KEY.publicKey().toJSONString() + "}";
    String payload = new Payload(claims()).toString();
    assertThat(check(signedText(header, Base64URL.encode(payload)))).isNotNull();

    invalid(signedText(header, Base64URL.encode("{\"htm\":\"GET\"," + payload.substring(1))), "");
    invalid(
        signedText(
            header.replace("{\"typ\"", "{\"alg\":\"ES256\",\"typ\""), Base64URL.encode(payload)),
        "");
  }

  @Test
  void oneLineWithOneProof_isDemanded() {
    String proof = KEY.signWithKey(TYPE, claims());

    assertThat(failure(new Request(List.of(), "GET", URL, TOKEN)).kind())
        .isEqualTo(Kind.INVALID_DPOP_PROOF);
    assertThat(failure(new Request(List.of(proof, proof), "GET", URL, TOKEN))
            .kind()
            .status())
        .isEqualTo(400);
    for (String strange : List.of(
        proof + ", " + proof,
        proof + ".",
        "." + proof,
        proof + "=",
        "{\"payload\":\"x\"}",
        "",
        "x".repeat(9000),
        proof.replace('.', ' '))) {
      invalid(strange, "");
    }
  }
}
