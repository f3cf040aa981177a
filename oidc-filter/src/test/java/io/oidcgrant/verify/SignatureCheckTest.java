package io.oidcgrant.verify;

import static io.oidcgrant.verify.SignedTokens.ED25519;
import static io.oidcgrant.verify.SignedTokens.ISSUER;
import static io.oidcgrant.verify.SignedTokens.NOW;
import static io.oidcgrant.verify.SignedTokens.P256;
import static io.oidcgrant.verify.SignedTokens.RSA;
import static io.oidcgrant.verify.SignedTokens.claims;
import static io.oidcgrant.verify.SignedTokens.header;
import static io.oidcgrant.verify.SignedTokens.hmac;
import static io.oidcgrant.verify.SignedTokens.json;
import static io.oidcgrant.verify.SignedTokens.rsa;
import static io.oidcgrant.verify.SignedTokens.signed;
import static io.oidcgrant.verify.SignedTokens.signedText;
import static io.oidcgrant.verify.SignedTokens.verifier;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.Algorithm;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 7515 section 5.2, RFC 8725 section 3: which signatures count, and by which keys. */
class SignatureCheckTest {
  private static final String REFUSED = "ANSWER_UNUSABLE: ";
  private static final String NO_KEY = "signature is not of one of the issuer's keys";

  private static String outcome(String token, JWK... keys) {
    return SignedTokens.detailOf(
        verifier(Duration.ZERO, keys).accessToken(token, List.of(ISSUER), false),
        good -> "good for " + good.claims().get("sub"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"})
  void rsaAlgorithm_ofTheIssuersKey_isGood(String algorithm) {
    assertThat(outcome(signed(algorithm, RSA), RSA.toPublicJWK())).isEqualTo("good for alice");
  }

  @ParameterizedTest
  @CsvSource({"ES256, P-256", "ES384, P-384", "ES512, P-521"})
  void ecAlgorithm_onItsCurve_isGood(String algorithm, String curve) {
    ECKey key = SignedTokens.ec(Curve.parse(curve), "ec");

    assertThat(outcome(signed(algorithm, key), key.toPublicJWK())).isEqualTo("good for alice");
  }

  @ParameterizedTest
  @ValueSource(strings = {"EdDSA", "Ed25519"})
  void edwardsAlgorithm_underBothNames_isGood(String algorithm) {
    assertThat(outcome(signed(algorithm, ED25519), ED25519)).isEqualTo("good for alice");
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "None", "NONE", "nOnE", "", "HS256", "RS1", "ES256K", "rs256"})
  void otherAlgorithm_withAndWithoutSignature_isRefused(String algorithm) {
    String payload = json(claims(Map.of()));
    String header = json(Map.of("alg", algorithm, "kid", "rsa"));
    String real = signedText(header, JWSAlgorithm.RS256, payload, RSA);

    assertThat(outcome(real, RSA)).startsWith(REFUSED);
    assertThat(outcome(real.substring(0, real.lastIndexOf('.') + 1), RSA)).startsWith(REFUSED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{\"kid\":\"rsa\"}", "{\"alg\":null}", "{\"alg\":[\"RS256\"]}"})
  void missingAlgorithm_isRefused(String header) {
    assertThat(outcome(signedText(header, JWSAlgorithm.RS256, json(claims(Map.of())), RSA), RSA))
        .startsWith(REFUSED);
  }

  static Stream<byte[]> publicKeyAsSecret() throws Exception {
    byte[] der = RSA.toRSAPublicKey().getEncoded();
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    String pem = "-----BEGIN PUBLIC KEY-----\n" + body + "\n-----END PUBLIC KEY-----";
    return Stream.of(
        der,
        pem.getBytes(StandardCharsets.US_ASCII),
        (pem + "\n").getBytes(StandardCharsets.US_ASCII),
        RSA.getModulus().decode(),
        RSA.toPublicJWK().toJSONString().getBytes(StandardCharsets.US_ASCII));
  }

  @ParameterizedTest
  @MethodSource("publicKeyAsSecret")
  void hs256_withThePublicKeyAsSecret_isRefused(byte[] secret) {
    assertThat(outcome(hmac(secret), RSA.toPublicJWK()))
        .isEqualTo(REFUSED + "access token: algorithm HS256 is not accepted");
  }

  @Test
  void hs256_withAnOctKeyInTheSet_isRefused() {
    byte[] secret = "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    JWK oct = new OctetSequenceKey.Builder(secret).keyID("rsa").build();

    assertThat(outcome(hmac(secret), oct, RSA))
        .isEqualTo(REFUSED + "access token: algorithm HS256 is not accepted");
  }

  @Test
  void unknownKeyId_isRefused_evenWhereAKeyWouldFit() {
    Map<String, Object> header = header("RS256", RSA);
    header.put("kid", "other\nline");

    assertThat(outcome(signed(header, json(claims(Map.of())), RSA), RSA))
        .isEqualTo(REFUSED + "access token: " + NO_KEY + " (kid other\\u000aline)");
  }

  @Test
  void noKeyId_triesTheKeysThatFit() {
    Map<String, Object> header = header("RS256", RSA);
    header.remove("kid");
    String token = signed(header, json(claims(Map.of())), RSA);

    assertThat(outcome(token, rsa(2048, "a"), P256, RSA)).isEqualTo("good for alice");
    assertThat(outcome(token, rsa(2048, "a"))).contains(NO_KEY);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"crit\":[\"x\"],\"x\":1",
        "\"crit\":[\"exp\"],\"exp\":1",
        "\"crit\":[\"b64\"],\"b64\":false",
        "\"crit\":[\"b64\"],\"b64\":true",
        "\"b64\":false",
        "\"crit\":[]",
        "\"crit\":[\"alg\"]",
        "\"crit\":\"x\"",
        "\"crit\":[\"x\",\"x\"],\"x\":1"
      })
  void critical_isRefused(String members) {
    String header = "{\"alg\":\"RS256\",\"kid\":\"rsa\"," + members + "}";

    assertThat(outcome(signedText(header, JWSAlgorithm.RS256, json(claims(Map.of())), RSA), RSA))
        .startsWith(REFUSED);
  }

  @Test
  void headerMember_thereTwice_isRefused() {
    String header = "{\"alg\":\"RS256\",\"kid\":\"rsa\",\"alg\":\"RS256\"}";

    assertThat(outcome(signedText(header, JWSAlgorithm.RS256, json(claims(Map.of())), RSA), RSA))
        .startsWith(REFUSED);
  }

  @Test
  void keyThatTheTokenBrings_isNotBelieved() {
    RSAKey own = rsa(2048, "rsa");
    for (Map<String, Object> member : List.<Map<String, Object>>of(
        Map.of("jwk", own.toPublicJWK().toJSONObject()),
        Map.of("jku", "http://127.0.0.1:1/keys"),
        Map.of("x5u", "http://127.0.0.1:1/chain"))) {
      Map<String, Object> header = header("RS256", own);
      header.putAll(member);

      assertThat(outcome(signed(header, json(claims(Map.of())), own), RSA.toPublicJWK()))
          .as(member.toString())
          .startsWith(REFUSED);
    }
  }

  static Stream<JWK> unfitKeys() {
    RSAKey key = RSA.toPublicJWK();
    return Stream.of(
        new RSAKey.Builder(key).keyUse(KeyUse.ENCRYPTION).build(),
        new RSAKey.Builder(key)
            .keyUse(null)
            .keyOperations(Set.of(KeyOperation.ENCRYPT))
            .build(),
        new RSAKey.Builder(key).algorithm(JWSAlgorithm.PS256).build(),
        new RSAKey.Builder(key).algorithm(new Algorithm("RSA-OAEP-256")).build());
  }

  @ParameterizedTest
  @MethodSource("unfitKeys")
  void keyMadeForSomethingElse_doesNotServe(JWK key) {
    assertThat(outcome(signed("RS256", RSA), key)).contains(NO_KEY);
  }

  @Test
  void keyMadeForVerifying_serves() {
    JWK key = new RSAKey.Builder(RSA.toPublicJWK())
        .keyUse(null)
        .keyOperations(Set.of(KeyOperation.VERIFY))
        .algorithm(JWSAlgorithm.RS256)
        .build();

    assertThat(outcome(signed("RS256", RSA), key)).isEqualTo("good for alice");
  }

  @Test
  void weakRsaKey_doesNotServe_evenBehindLeadingZeros() {
    RSAKey weak = rsa(1024, "weak");
    byte[] modulus = weak.getModulus().decode();
    byte[] padded = new byte[256];
    System.arraycopy(modulus, 0, padded, 256 - modulus.length, modulus.length);
    JWK disguised = new RSAKey.Builder(Base64URL.encode(padded), weak.getPublicExponent())
        .keyID("weak")
        .build();

    assertThat(outcome(signed("RS256", weak), weak.toPublicJWK())).contains(NO_KEY);
    assertThat(outcome(signed("RS256", weak), disguised)).contains(NO_KEY);
  }

  @Test
  void rsaKeyOfExponentOne_doesNotServe() {
    JWK key = new RSAKey.Builder(RSA.getModulus(), Base64URL.encode(BigInteger.ONE))
        .keyID("rsa")
        .build();

    assertThat(outcome(signed("RS256", RSA), key)).contains(NO_KEY);
  }

  @Test
  void ecKey_onTheCurveOfAnotherAlgorithm_doesNotServe() {
    assertThat(outcome(signed("ES256", P256), SignedTokens.ec(Curve.P_384, "p256")))
        .contains(NO_KEY);
  }

  @Test
  void changedToken_isRefused() {
    String token = signed("ES256", P256);
    String[] parts = token.split("\\.", -1);
    String other = signed("ES256", SignedTokens.ec(Curve.P_256, "p256"));
    String payload = Base64URL.encode(json(claims(Map.of("sub", "root")))).toString();
    byte[] zeros = new byte[64];

    assertThat(outcome(token, P256)).isEqualTo("good for alice");
    for (String changed : List.of(
        parts[0] + "." + payload + "." + parts[2],
        parts[0] + "." + parts[1] + ".",
        parts[0] + "." + parts[1] + "." + parts[2].substring(0, 40),
        parts[0] + "." + parts[1] + "." + other.substring(other.lastIndexOf('.') + 1),
        parts[0] + "." + parts[1] + "." + Base64URL.encode(zeros),
        token + "=",
        token + "AAAA",
        parts[0] + "." + parts[1] + "." + " " + parts[2])) {
      assertThat(outcome(changed, P256)).as(changed).startsWith(REFUSED);
    }
  }

  @Test
  void signature_inAnotherSpellingOfItsBytes_isRefused() {
    String token = signed("ES256", P256);
    String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    int last = alphabet.indexOf(token.charAt(token.length() - 1));
    String other = token.substring(0, token.length() - 1) + alphabet.charAt(last + 1);
    Base64URL signature = new Base64URL(token.substring(token.lastIndexOf('.') + 1));
    Base64URL otherSignature = new Base64URL(other.substring(other.lastIndexOf('.') + 1));

    assertThat(otherSignature.decode()).isEqualTo(signature.decode());
    assertThat(outcome(other, P256)).startsWith(REFUSED);
  }

  @Test
  void edwardsSignature_cutOrOfAnotherText_isRefused() {
    String token = signed("EdDSA", ED25519);
    int dot = token.lastIndexOf('.');
    byte[] signature = new Base64URL(token.substring(dot + 1)).decode();
    signature[0] ^= 1;

    assertThat(outcome(token.substring(0, dot + 1) + Base64URL.encode(signature), ED25519))
        .contains(NO_KEY);
    assertThat(outcome(
            token.substring(0, dot + 1) + Base64URL.encode(Arrays.copyOf(signature, 63)), ED25519))
        .contains(NO_KEY);
  }

  @Test
  void keysAreAskedForAnew_onceAndOnlyWhereNoneFits() {
    JWKSet old = new JWKSet(rsa(2048, "old").toPublicJWK());
    JWKSet fresh = new JWKSet(RSA.toPublicJWK());
    AtomicInteger asked = new AtomicInteger();
    TokenVerifier verifier = new TokenVerifier(
        new TokenVerifier.Rules(true, true, Duration.ZERO, List.of()),
        InstantSource.fixed(NOW),
        TokenVerifier.Keys.of(new KeySource(
            () -> CompletableFuture.completedFuture(asked.get() == 0 ? old : fresh), seen -> {
              asked.incrementAndGet();
              return CompletableFuture.completedFuture(fresh);
            })));

    assertThat(verifier.accessToken(signed("RS256", RSA), List.of(ISSUER), false))
        .succeedsWithin(Duration.ofSeconds(5));
    assertThat(verifier.accessToken(signed("RS256", RSA), List.of(ISSUER), false))
        .succeedsWithin(Duration.ofSeconds(5));
    assertThat(asked).hasValue(1);
  }

  @Test
  void signature_isNotLookedAt_whereTheGrantIgnoresIt() {
    String token = signed("RS256", rsa(2048, "rsa"));

    assertThat(SignedTokens.detailOf(
            verifier(Duration.ZERO, RSA).accessToken(token, List.of(ISSUER), true), good -> "good"))
        .isEqualTo("good");
  }
}
