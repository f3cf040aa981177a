package io.oidcgrant.verify;

import static io.oidcgrant.verify.SignedTokens.ISSUER;
import static io.oidcgrant.verify.SignedTokens.NOW;
import static io.oidcgrant.verify.SignedTokens.P256;
import static io.oidcgrant.verify.SignedTokens.RSA;
import static io.oidcgrant.verify.SignedTokens.hmac;
import static io.oidcgrant.verify.SignedTokens.json;
import static io.oidcgrant.verify.SignedTokens.signed;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.RSAPrivateKeySpec;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** RFC 7517 section 4, RFC 8725 section 3.5: keys of a published set that must not serve. */
@Timeout(60)
class HostileKeysIT {
  private final PublishedKeys published = new PublishedKeys();

  HostileKeysIT() throws IOException {}

  @AfterEach
  void stop() {
    published.close();
  }

  private String outcome(String token, String keys) {
    JWKSet set = published.fetched(keys);
    TokenVerifier verifier = new TokenVerifier(
        new TokenVerifier.Rules(true, true, Duration.ZERO, List.of()),
        InstantSource.fixed(NOW),
        TokenVerifier.Keys.of(KeySource.fixed(set)));
    return SignedTokens.detailOf(
        verifier.accessToken(token, List.of(ISSUER), false),
        good -> "good for " + good.claims().get("sub"));
  }

  /** The public key with other members. */
  private static String key(JWK key, String... members) {
    Map<String, Object> changed = new HashMap<>(key.toPublicJWK().toJSONObject());
    changed.remove("use");
    for (int i = 0; i < members.length; i += 2) {
      changed.put(members[i], members[i + 1]);
    }
    return json(changed).replace("\"[", "[").replace("]\"", "]").replace("\\\"", "\"");
  }

  private static String encoded(long value) {
    return Base64URL.encode(BigInteger.valueOf(value)).toString();
  }

  /** What the two exponents of the key's modulus are inverse to each other by. */
  private static BigInteger order() {
    return RSA.getFirstPrimeFactor()
        .decodeToBigInteger()
        .subtract(BigInteger.ONE)
        .multiply(RSA.getSecondPrimeFactor().decodeToBigInteger().subtract(BigInteger.ONE));
  }

  private static String signedWith(BigInteger privateExponent) throws GeneralSecurityException {
    String good = signed("RS256", RSA);
    String input = good.substring(0, good.lastIndexOf('.'));
    Signature signature = Signature.getInstance("SHA256withRSA");
    signature.initSign(KeyFactory.getInstance("RSA")
        .generatePrivate(
            new RSAPrivateKeySpec(RSA.getModulus().decodeToBigInteger(), privateExponent)));
    signature.update(input.getBytes(StandardCharsets.US_ASCII));
    return input + "." + Base64URL.encode(signature.sign());
  }

  static Stream<Arguments> unfit() throws GeneralSecurityException {
    RSAKey weak = SignedTokens.rsa(1024, "weak");
    String good = signed("RS256", RSA);
    String onCurve = signed("ES256", P256);
    BigInteger y = P256.getY().decodeToBigInteger();
    BigInteger huge = BigInteger.ONE.shiftLeft(64).nextProbablePrime();
    return Stream.of(
        Arguments.of("use for encryption", good, key(RSA, "use", "enc")),
        Arguments.of("use of its own", good, key(RSA, "use", "tls")),
        Arguments.of("use in capitals", good, key(RSA, "use", "SIG")),
        Arguments.of("to encrypt", good, key(RSA, "key_ops", "[\"encrypt\"]")),
        Arguments.of("to sign", good, key(RSA, "key_ops", "[\"sign\"]")),
        Arguments.of(
            "use against operations", good, key(RSA, "use", "sig", "key_ops", "[\"encrypt\"]")),
        Arguments.of(
            "operations against use", good, key(RSA, "use", "enc", "key_ops", "[\"verify\"]")),
        Arguments.of("another length of the hash", good, key(RSA, "alg", "RS512")),
        Arguments.of("another padding", good, key(RSA, "alg", "PS256")),
        Arguments.of("algorithm of encryption", good, key(RSA, "alg", "RSA-OAEP-256")),
        Arguments.of("algorithm none", good, key(RSA, "alg", "none")),
        Arguments.of("algorithm in small letters", good, key(RSA, "alg", "rs256")),
        Arguments.of("RSA of 1024 bits", signed("RS256", weak), key(weak)),
        Arguments.of("exponent 0", good, key(RSA, "e", encoded(0))),
        Arguments.of("exponent 1", signedWith(BigInteger.ONE), key(RSA, "e", encoded(1))),
        Arguments.of("exponent 2", good, key(RSA, "e", encoded(2))),
        Arguments.of(
            "exponent beyond measure",
            signedWith(huge.modInverse(order())),
            key(RSA, "e", Base64URL.encode(huge).toString())),
        Arguments.of("no exponent", good, key(RSA, "e", "")),
        Arguments.of("no modulus", good, key(RSA, "n", "")),
        Arguments.of("modulus 0", good, key(RSA, "n", encoded(0))),
        Arguments.of("modulus that is none", good, key(RSA, "n", "!!!!")),
        Arguments.of("RSA under another kty", good, key(RSA, "kty", "EC")),
        Arguments.of("kty of no kind", good, key(RSA, "kty", "rsa")),
        Arguments.of(
            "point off the curve",
            onCurve,
            key(P256, "y", Base64URL.encode(y.xor(BigInteger.ONE)).toString())),
        Arguments.of("point at zero", onCurve, key(P256, "x", encoded(0), "y", encoded(0))),
        Arguments.of("point on another curve", onCurve, key(P256, "crv", "P-384")),
        Arguments.of("curve of no name", onCurve, key(P256, "crv", "P-224")),
        Arguments.of("key id of another", good, key(RSA, "kid", "other")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("unfit")
  void keyThatIsUnfit_doesNotServe_andDoesNotStandInTheWay(String what, String token, String key) {
    assertThat(outcome(token, key))
        .startsWith("ANSWER_UNUSABLE: access token: signature is not of");
    assertThat(outcome(signed("RS256", RSA), key + "," + key(RSA))).isEqualTo("good for alice");
  }

  @Test
  void hs256_withTheOctKeyOfTheSet_isRefused() {
    byte[] secret = "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    String oct = "{\"kty\":\"oct\",\"kid\":\"rsa\",\"alg\":\"HS256\",\"use\":\"sig\",\"k\":\""
        + Base64URL.encode(secret) + "\"}";

    assertThat(outcome(hmac(secret), oct + "," + key(RSA)))
        .isEqualTo("ANSWER_UNUSABLE: access token: algorithm HS256 is not accepted");
    assertThat(outcome(signed("RS256", RSA), oct)).contains("signature is not of");
  }
}
