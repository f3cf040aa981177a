package io.oidcgrant.jose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class SigningKeyTest {
  private static final JOSEObjectType TYPE = new JOSEObjectType("dpop+jwt");

  static List<JWSAlgorithm> algorithms() {
    return SigningKey.ASYMMETRIC;
  }

  @ParameterizedTest
  @MethodSource("algorithms")
  void signsWhatOthersVerify(JWSAlgorithm algorithm) throws Exception {
    SigningKey key = SigningKey.generate(algorithm);

    JWSObject jwt = JWSObject.parse(key.sign(TYPE, Map.of("iss", "me")));

    assertThat(jwt.getHeader().getAlgorithm()).isEqualTo(algorithm);
    assertThat(jwt.getHeader().getType()).isEqualTo(TYPE);
    assertThat(jwt.getHeader().getKeyID()).isEqualTo(key.key().getKeyID()).isNotNull();
    assertThat(jwt.getPayload().toJSONObject()).isEqualTo(Map.of("iss", "me"));
    assertThat(verifies(jwt, key.publicKey())).isTrue();
    assertThat(verifies(jwt, SigningKey.generate(algorithm).publicKey())).isFalse();
  }

  @ParameterizedTest
  @MethodSource("algorithms")
  void aKeyInTheHeaderIsPublicAndBare(JWSAlgorithm algorithm) throws Exception {
    SigningKey key = SigningKey.generate(algorithm);

    JWK shown = JWSObject.parse(key.signWithKey(TYPE, Map.of())).getHeader().getJWK();

    assertThat(shown.isPrivate()).isFalse();
    assertThat(shown.toJSONObject()).isEqualTo(key.key().getRequiredParams());
    assertThat(shown.computeThumbprint().toString()).isEqualTo(key.thumbprint());
  }

  private static boolean verifies(JWSObject jwt, JWK key) throws Exception {
    if (key instanceof OctetKeyPair pair) {
      return Ed25519.verify(pair, jwt.getSigningInput(), jwt.getSignature().decode());
    }
    return jwt.verify(
        key instanceof RSAKey rsa
            ? new RSASSAVerifier(rsa.toRSAPublicKey())
            : new ECDSAVerifier(((ECKey) key).toECPublicKey()));
  }

  /** RFC 7638 section 3.1. */
  @Test
  void thumbprintIsTheOneOfTheStandard() throws Exception {
    RSAKey example = new RSAKey.Builder(
            Base64URL.from(
                "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"),
            Base64URL.from("AQAB"))
        .keyID("2011-04-29")
        .algorithm(JWSAlgorithm.RS256)
        .build();

    assertThat(example.computeThumbprint())
        .hasToString("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
  }

  /** RFC 8037 appendix A.1 to A.4. */
  @Test
  void ed25519IsTheOneOfTheStandard() throws Exception {
    OctetKeyPair example = new OctetKeyPair.Builder(
            Curve.Ed25519, Base64URL.from("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"))
        .d(Base64URL.from("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"))
        .build();

    byte[] input = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
        .getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    assertThat(new Ed25519.Signer(example)
            .sign(new com.nimbusds.jose.JWSHeader(JWSAlgorithm.EdDSA), input))
        .hasToString(
            "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg");
    assertThat(SigningKey.of(example, JWSAlgorithm.EdDSA).thumbprint())
        .isEqualTo("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
  }

  @ParameterizedTest
  @CsvSource(textBlock = """
      ES256, ES384, is for ES256
      EdDSA, RS256, is for EdDSA
      RS256, PS256, is for RS256
      """)
  void refusesAKeyThatIsForAnotherAlgorithm(String made, String asked, String why) {
    JWK key = SigningKey.generate(JWSAlgorithm.parse(made)).key();

    assertThat(SigningKey.wrong(key, JWSAlgorithm.parse(asked)))
        .hasValueSatisfying(text -> assertThat(text).contains(why).contains(asked));
  }

  @Test
  void refusesKeysThatAreWeakPublicOrForEncryption() throws Exception {
    assertThat(SigningKey.wrong(new RSAKeyGenerator(1024, true).generate(), JWSAlgorithm.RS256))
        .hasValueSatisfying(text -> assertThat(text).contains("1024 bits"));
    assertThat(SigningKey.wrong(
            SigningKey.generate(JWSAlgorithm.ES256).publicKey(), JWSAlgorithm.ES256))
        .hasValueSatisfying(text -> assertThat(text).contains("public key"));
    assertThat(SigningKey.wrong(
            new OctetSequenceKey.Builder(new byte[31]).build(), JWSAlgorithm.HS256))
        .hasValueSatisfying(text -> assertThat(text).contains("31 bytes").contains("32"));
    assertThat(SigningKey.wrong(
            new RSAKeyGenerator(2048)
                .keyUse(com.nimbusds.jose.jwk.KeyUse.ENCRYPTION)
                .generate(),
            JWSAlgorithm.RS256))
        .hasValueSatisfying(text -> assertThat(text).contains("use enc"));
    assertThatThrownBy(() ->
            SigningKey.of(new OctetSequenceKey.Builder(new byte[64]).build(), JWSAlgorithm.RS256))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("does not serve RS256");
  }

  @Test
  void printsNoKey() {
    assertThat(SigningKey.generate(JWSAlgorithm.ES256)).hasToString("SigningKey[ES256]");
  }
}
