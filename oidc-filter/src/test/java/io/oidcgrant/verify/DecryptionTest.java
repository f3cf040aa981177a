package io.oidcgrant.verify;

import static io.oidcgrant.verify.SignedTokens.ISSUER;
import static io.oidcgrant.verify.SignedTokens.NOW;
import static io.oidcgrant.verify.SignedTokens.claims;
import static io.oidcgrant.verify.SignedTokens.header;
import static io.oidcgrant.verify.SignedTokens.json;
import static io.oidcgrant.verify.SignedTokens.signed;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.CompressionAlgorithm;
import com.nimbusds.jose.EncryptionMethod;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.JWEEncrypter;
import com.nimbusds.jose.JWEHeader;
import com.nimbusds.jose.JWEObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.AESEncrypter;
import com.nimbusds.jose.crypto.DirectEncrypter;
import com.nimbusds.jose.crypto.ECDHEncrypter;
import com.nimbusds.jose.crypto.PasswordBasedEncrypter;
import com.nimbusds.jose.crypto.RSAEncrypter;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import java.text.ParseException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Encrypted access tokens (RFC 7516): opened, they are good only where signed inside. */
@Timeout(20)
class DecryptionTest {
  private static final RSAKey RSA = encryption(SignedTokens.rsa(2048, "enc-rsa"));
  private static final ECKey EC = encryption(SignedTokens.ec(Curve.P_256, "enc-ec"));
  private static final JWEAlgorithm RSA_OAEP_256 = JWEAlgorithm.RSA_OAEP_256;
  private static final EncryptionMethod GCM = EncryptionMethod.A256GCM;
  private static final String NOT_OPENED = "ANSWER_UNUSABLE: encrypted token cannot be opened";

  private static RSAKey encryption(RSAKey key) {
    return new RSAKey.Builder(key).keyUse(KeyUse.ENCRYPTION).build();
  }

  private static ECKey encryption(ECKey key) {
    return new ECKey.Builder(key).keyUse(KeyUse.ENCRYPTION).build();
  }

  private static TokenVerifier verifier(JWK... decryption) {
    return new TokenVerifier(
        new TokenVerifier.Rules(true, true, Duration.ZERO, List.of()),
        InstantSource.fixed(NOW),
        new TokenVerifier.Keys(
            issuer -> List.of(KeySource.fixed(new JWKSet(SignedTokens.RSA))),
            issuer -> List.of(),
            List.of(decryption)));
  }

  private static String outcome(TokenVerifier verifier, String token) {
    return SignedTokens.detailOf(
        verifier.accessToken(token, List.of(ISSUER), false),
        good -> good.claims().isEmpty() ? "opaque" : "good");
  }

  private static String outcome(String token) {
    return outcome(verifier(EC, RSA), token);
  }

  private static JWEHeader.Builder nested(JWEAlgorithm algorithm, EncryptionMethod method) {
    return new JWEHeader.Builder(algorithm, method).contentType("JWT");
  }

  private static String encrypted(JWEHeader.Builder header, String inside, JWEEncrypter encrypter) {
    JWEObject jwe = new JWEObject(header.build(), new Payload(inside));
    try {
      jwe.encrypt(encrypter);
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
    return jwe.serialize();
  }

  private static JWEEncrypter to(JWK key) {
    try {
      return key instanceof RSAKey rsa ? new RSAEncrypter(rsa) : new ECDHEncrypter((ECKey) key);
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String encrypted(String inside) {
    return encrypted(nested(RSA_OAEP_256, GCM), inside, to(RSA));
  }

  /** The token with another header, which no longer fits the rest. */
  private static String withHeader(String token, UnaryOperator<String> change) {
    int dot = token.indexOf('.');
    String header = new Base64URL(token.substring(0, dot)).decodeToString();
    return Base64URL.encode(change.apply(header)) + token.substring(dot);
  }

  @SuppressWarnings("deprecation") // RSA-OAEP is what many issuers send
  static Stream<Arguments> accepted() {
    return Stream.of(
            JWEAlgorithm.RSA_OAEP,
            JWEAlgorithm.RSA_OAEP_256,
            JWEAlgorithm.ECDH_ES,
            JWEAlgorithm.ECDH_ES_A128KW,
            JWEAlgorithm.ECDH_ES_A192KW,
            JWEAlgorithm.ECDH_ES_A256KW)
        .flatMap(algorithm -> Stream.of(
                EncryptionMethod.A128GCM,
                EncryptionMethod.A192GCM,
                EncryptionMethod.A256GCM,
                EncryptionMethod.A128CBC_HS256,
                EncryptionMethod.A192CBC_HS384,
                EncryptionMethod.A256CBC_HS512)
            .map(method -> Arguments.of(algorithm, method)));
  }

  @ParameterizedTest
  @MethodSource("accepted")
  void signedInside_isGood(JWEAlgorithm algorithm, EncryptionMethod method) {
    JWK key = algorithm.getName().startsWith("RSA") ? RSA : EC;
    String inside = signed(Map.of());

    assertThat(outcome(encrypted(nested(algorithm, method).keyID(key.getKeyID()), inside, to(key))))
        .isEqualTo("good");
    assertThat(outcome(encrypted(nested(algorithm, method), inside, to(key)))).isEqualTo("good");
  }

  @ParameterizedTest
  @ValueSource(strings = {"jwt", "JWT"})
  void contentType_isComparedWithoutCase(String type) {
    assertThat(outcome(encrypted(
            new JWEHeader.Builder(RSA_OAEP_256, GCM).contentType(type), signed(Map.of()), to(RSA))))
        .isEqualTo("good");
  }

  static Stream<Arguments> insides() throws ParseException {
    String claims = json(claims(Map.of()));
    String jws = signed(Map.of());
    return Stream.of(
        Arguments.of("a plain JWT", new PlainJWT(JWTClaimsSet.parse(claims)).serialize()),
        Arguments.of("claims", claims),
        Arguments.of("a JWE of a JWS", encrypted(jws)),
        Arguments.of("a JWS without its signature", jws.substring(0, jws.lastIndexOf('.') + 1)),
        Arguments.of("two parts", jws.substring(0, jws.lastIndexOf('.'))),
        Arguments.of("nothing", ""),
        Arguments.of("a JWS and a space", jws + " "));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("insides")
  void whatIsNotSignedInside_isRefused(String what, String inside) {
    assertThat(outcome(encrypted(inside))).isEqualTo(NOT_OPENED);
  }

  @Test
  void foreignSignatureInside_isRefused() {
    RSAKey foreign = SignedTokens.rsa(2048, "rsa");
    String forged = signed(header("RS256", foreign), json(claims(Map.of())), foreign);

    assertThat(outcome(encrypted(forged)))
        .startsWith("ANSWER_UNUSABLE: access token: signature is not of one of the issuer's keys");
    assertThat(outcome(encrypted(signed(Map.of("iss", "https://other.example")))))
        .startsWith("ANSWER_UNUSABLE: access token: invalid issuer");
  }

  @SuppressWarnings("deprecation") // to see it refused
  static Stream<Arguments> closed() throws JOSEException {
    String jws = signed(Map.of());
    RSAKey foreign = SignedTokens.rsa(2048, "enc-rsa");
    String good = encrypted(jws);
    return Stream.of(
        Arguments.of("RSA1_5", encrypted(nested(JWEAlgorithm.RSA1_5, GCM), jws, to(RSA))),
        Arguments.of(
            "dir",
            encrypted(nested(JWEAlgorithm.DIR, GCM), jws, new DirectEncrypter(new byte[32]))),
        Arguments.of(
            "A128KW",
            encrypted(nested(JWEAlgorithm.A128KW, GCM), jws, new AESEncrypter(new byte[16]))),
        Arguments.of(
            "PBES2 with two milliards of rounds",
            withHeader(
                encrypted(
                    nested(JWEAlgorithm.PBES2_HS256_A128KW, GCM),
                    jws,
                    new PasswordBasedEncrypter("password", 16, 1000)),
                header -> header.replace("\"p2c\":1000", "\"p2c\":2000000000"))),
        Arguments.of(
            "zip of much",
            encrypted(
                nested(RSA_OAEP_256, GCM).compressionAlgorithm(CompressionAlgorithm.DEF),
                "a".repeat(50_000_000),
                to(RSA))),
        Arguments.of(
            "zip of a signed token",
            encrypted(
                nested(RSA_OAEP_256, GCM).compressionAlgorithm(CompressionAlgorithm.DEF),
                jws,
                to(RSA))),
        Arguments.of("no cty", encrypted(new JWEHeader.Builder(RSA_OAEP_256, GCM), jws, to(RSA))),
        Arguments.of(
            "another cty",
            encrypted(new JWEHeader.Builder(RSA_OAEP_256, GCM).contentType("json"), jws, to(RSA))),
        Arguments.of(
            "kid of no key", encrypted(nested(RSA_OAEP_256, GCM).keyID("other"), jws, to(RSA))),
        Arguments.of("to another key", encrypted(nested(RSA_OAEP_256, GCM), jws, to(foreign))),
        Arguments.of(
            "RSA header, EC body",
            withHeader(
                encrypted(nested(JWEAlgorithm.ECDH_ES, GCM), jws, to(EC)),
                header -> header.replace("ECDH-ES", "RSA-OAEP-256"))),
        Arguments.of("crit", withHeader(good, h -> h.replace("{", "{\"crit\":[\"x\"],\"x\":1,"))),
        Arguments.of("enc of none", withHeader(good, h -> h.replace("A256GCM", "none"))),
        Arguments.of("header of no JSON", withHeader(good, h -> h + "}")),
        Arguments.of("no alg", withHeader(good, h -> "{}")),
        Arguments.of("no enc", withHeader(good, h -> "{\"alg\":\"RSA-OAEP-256\"}")),
        Arguments.of("epk of nothing", withHeader(good, h -> h.replace("{", "{\"epk\":null,"))),
        Arguments.of(
            "epk of a secret",
            withHeader(good, h -> h.replace("{", "{\"epk\":{\"kty\":\"oct\",\"k\":\"AA\"},"))),
        Arguments.of("member twice", withHeader(good, h -> h.replace("{", "{\"cty\":\"JWT\","))),
        Arguments.of("nested header", withHeader(good, h -> "[".repeat(100_000))),
        Arguments.of(
            "point at the origin",
            withHeader(
                encrypted(nested(JWEAlgorithm.ECDH_ES, GCM), jws, to(EC)),
                h -> h.replaceAll("\"x\":\"[^\"]+\"", "\"x\":\"" + "A".repeat(43) + "\""))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("closed")
  @Timeout(2)
  void whatCannotBeOpened_isRefused_withOneDetail(String what, String token) {
    assertThat(outcome(token)).isEqualTo(NOT_OPENED);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4})
  void damage_inAnyPart_isRefused_withOneDetail(int damaged) {
    for (JWK key : List.of(RSA, EC)) {
      JWEAlgorithm algorithm = key instanceof RSAKey ? RSA_OAEP_256 : JWEAlgorithm.ECDH_ES_A128KW;
      for (EncryptionMethod method : List.of(GCM, EncryptionMethod.A128CBC_HS256)) {
        String token = encrypted(nested(algorithm, method), signed(Map.of()), to(key));
        String[] parts = token.split("\\.", -1);
        byte[] octets = new Base64URL(parts[damaged]).decode();
        octets[octets.length / 2] ^= 1;
        for (String worse : List.of(
            Base64URL.encode(octets).toString(),
            Base64URL.encode(Arrays.copyOf(octets, octets.length - 1)).toString(),
            parts[damaged] + "x",
            "")) {
          String[] changed = parts.clone();
          changed[damaged] = worse;
          String outcome = outcome(String.join(".", changed));
          if (damaged == 0 && worse.isEmpty()) {
            assertThat(outcome).isEqualTo("opaque");
          } else {
            assertThat(outcome).as("%s %s %s", key, method, worse).isEqualTo(NOT_OPENED);
          }
        }
      }
    }
  }

  @Test
  void withoutKeys_itIsOpaque() {
    TokenVerifier none = verifier();
    String token = encrypted(signed(Map.of()));

    assertThat(none.isJwt(token)).isFalse();
    assertThat(outcome(none, token)).isEqualTo("opaque");
    assertThat(verifier(RSA).isJwt(token)).isTrue();
  }

  @Test
  void keyWithAnAlgorithm_servesThatAlone() {
    RSAKey other =
        new RSAKey.Builder(RSA).algorithm(new JWEAlgorithm("RSA-OAEP")).build();
    RSAKey same = new RSAKey.Builder(RSA).algorithm(RSA_OAEP_256).build();
    String token = encrypted(signed(Map.of()));

    assertThat(outcome(verifier(other), token)).isEqualTo(NOT_OPENED);
    assertThat(outcome(verifier(other, EC, same), token)).isEqualTo("good");
  }
}
