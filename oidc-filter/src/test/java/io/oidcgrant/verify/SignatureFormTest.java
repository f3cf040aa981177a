package io.oidcgrant.verify;

import static io.oidcgrant.verify.SignedTokens.ISSUER;
import static io.oidcgrant.verify.SignedTokens.P256;
import static io.oidcgrant.verify.SignedTokens.RSA;
import static io.oidcgrant.verify.SignedTokens.claims;
import static io.oidcgrant.verify.SignedTokens.json;
import static io.oidcgrant.verify.SignedTokens.signed;
import static io.oidcgrant.verify.SignedTokens.verifier;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.impl.ECDSA;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.util.Base64URL;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * RFC 7515 section 2, RFC 4648 sections 3 and 5, RFC 8017 section 8.2.2: one signature, one form.
 */
class SignatureFormTest {
  private static final String REFUSED = "ANSWER_UNUSABLE: ";
  private static final String ALPHABET =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  private static final String SHA256 = "3031300d060960864801650304020105000420";

  private static String outcome(String token, JWK key) {
    return SignedTokens.detailOf(
        verifier(Duration.ZERO, key.toPublicJWK()).accessToken(token, List.of(ISSUER), false),
        good -> "good for " + good.claims().get("sub"));
  }

  private static String es256(String header, String payload) throws Exception {
    String input = header + "." + payload;
    return input
        + "."
        + new ECDSASigner(P256)
            .sign(new JWSHeader(JWSAlgorithm.ES256), input.getBytes(StandardCharsets.UTF_8));
  }

  /** Base64url that has two spare bits: the text is a byte longer than a multiple of three. */
  private static String spare(String text) {
    String padded = text;
    while (padded.length() % 3 == 0) {
      padded += " ";
    }
    return Base64URL.encode(padded).toString();
  }

  private static String otherSpelling(String encoded, String form) {
    int middle = encoded.length() / 2;
    String head = encoded.substring(0, middle);
    String tail = encoded.substring(middle);
    return switch (form) {
      case "padded" -> encoded + "=".repeat(Math.max(1, -encoded.length() & 3));
      case "spare bits" -> {
        int last = encoded.length() - 1;
        yield encoded.substring(0, last)
            + ALPHABET.charAt(ALPHABET.indexOf(encoded.charAt(last)) + 1);
      }
      case "plus" -> head + "+" + tail.substring(1);
      case "slash" -> head + "/" + tail.substring(1);
      case "space" -> head + " " + tail;
      case "tab" -> head + "\t" + tail;
      case "line" -> head + "\r\n" + tail;
      case "stray" -> head + "?" + tail;
      case "percent" -> head + "%3D" + tail;
      case "wide" -> head + "\uff21" + tail;
      case "nul" -> head + "\0" + tail;
      default -> throw new IllegalArgumentException(form);
    };
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "padded",
        "spare bits",
        "plus",
        "slash",
        "space",
        "tab",
        "line",
        "stray",
        "percent",
        "wide",
        "nul"
      })
  void part_inAnotherSpelling_isRefused_evenWhereThatIsWhatWasSigned(String form) throws Exception {
    String header = spare("{\"alg\":\"ES256\",\"kid\":\"p256\"}");
    String payload = spare(json(claims(Map.of())));
    String good = es256(header, payload);
    String signature = good.substring(good.lastIndexOf('.') + 1);

    assertThat(outcome(good, P256)).isEqualTo("good for alice");
    for (String other : List.of(
        otherSpelling(header, form) + "." + payload + "." + signature,
        header + "." + otherSpelling(payload, form) + "." + signature,
        header + "." + payload + "." + otherSpelling(signature, form),
        es256(otherSpelling(header, form), payload),
        es256(header, otherSpelling(payload, form)))) {
      assertThat(outcome(other, P256)).as(other).doesNotStartWith("good for alice");
    }
  }

  @ParameterizedTest
  @CsvSource({"ES256, P-256, 32", "ES384, P-384, 48", "ES512, P-521, 66"})
  void ecdsa_ofNumbersAtTheEdge_isRefused(String algorithm, String curve, int length) {
    ECKey key = SignedTokens.ec(Curve.parse(curve), "ec");
    String token = signed(algorithm, key);
    String input = token.substring(0, token.lastIndexOf('.') + 1);
    BigInteger n = key.getCurve().toECParameterSpec().getOrder();
    List<BigInteger> edges = List.of(
        BigInteger.ZERO,
        BigInteger.ONE,
        n.subtract(BigInteger.ONE),
        n,
        n.add(BigInteger.ONE),
        BigInteger.ONE.shiftLeft(8 * length).subtract(BigInteger.ONE));

    assertThat(outcome(token, key)).isEqualTo("good for alice");
    for (BigInteger r : edges) {
      for (BigInteger s : edges) {
        assertThat(outcome(input + numbers(r, s, length), key))
            .as(r + " " + s)
            .contains("signature is not of");
      }
    }
  }

  @Test
  void ecdsa_inAnotherForm_isRefused() throws Exception {
    String token = signed("ES256", P256);
    String input = token.substring(0, token.lastIndexOf('.') + 1);
    byte[] signature = new Base64URL(token.substring(input.length())).decode();
    BigInteger r = new BigInteger(1, Arrays.copyOf(signature, 32));
    BigInteger s = new BigInteger(1, Arrays.copyOfRange(signature, 32, 64));
    BigInteger n = Curve.P_256.toECParameterSpec().getOrder();

    for (Base64URL other : List.of(
        Base64URL.encode(ECDSA.transcodeSignatureToDER(signature)),
        numbers(r, s, 33),
        numbers(r, s, 66),
        numbers(r.add(n), s, 33),
        numbers(r, s.add(n), 33),
        numbers(s, r, 32),
        Base64URL.encode(Arrays.copyOf(signature, 63)),
        Base64URL.encode(Arrays.copyOf(signature, 65)),
        Base64URL.encode(Arrays.copyOf(signature, 32)))) {
      assertThat(outcome(input + other, P256)).as(other.toString()).contains("signature is not of");
    }
  }

  private static Base64URL numbers(BigInteger r, BigInteger s, int length) {
    byte[] both = new byte[2 * length];
    System.arraycopy(fixed(r, length), 0, both, 0, length);
    System.arraycopy(fixed(s, length), 0, both, length, length);
    return Base64URL.encode(both);
  }

  private static byte[] fixed(BigInteger number, int length) {
    byte[] bytes = number.toByteArray();
    int from = Math.max(0, bytes.length - length);
    byte[] fixed = new byte[length];
    System.arraycopy(bytes, from, fixed, length - bytes.length + from, bytes.length - from);
    return fixed;
  }

  /**
   * What stands where {@code 00 01 FF … FF 00}, then the hash's name and the hash, should stand.
   */
  private static String rs256(String start, String name, String end) throws Exception {
    String token = signed("RS256", RSA);
    String input = token.substring(0, token.lastIndexOf('.'));
    byte[] hash =
        MessageDigest.getInstance("SHA-256").digest(input.getBytes(StandardCharsets.US_ASCII));
    String tail = "00" + name + HexFormat.of().formatHex(hash) + end;
    String block = start + "ff".repeat(256 - (start.length() + tail.length()) / 2) + tail;
    BigInteger signature = new BigInteger(block, 16)
        .modPow(
            RSA.getPrivateExponent().decodeToBigInteger(), RSA.getModulus().decodeToBigInteger());
    return input + "." + Base64URL.encode(fixed(signature, 256));
  }

  @Test
  void rsa_withThePaddingOfTheSpecification_isGood() throws Exception {
    assertThat(rs256("0001", SHA256, "")).isEqualTo(signed("RS256", RSA));
    assertThat(outcome(rs256("0001", SHA256, ""), RSA)).isEqualTo("good for alice");
  }

  @ParameterizedTest
  @CsvSource({
    "0002, 3031300d060960864801650304020105000420, ''",
    "0000, 3031300d060960864801650304020105000420, ''",
    "000100, 3031300d060960864801650304020105000420, ''",
    "0001ffffffffffffffffff7f, 3031300d060960864801650304020105000420, ''",
    "0001, 3031300d060960864801650304020105000420, 00",
    "0001, 3031300d060960864801650304020105000420, ffffffffffffffffffffffffffffffffffff",
    "0001, 308131300d060960864801650304020105000420, ''",
    "0001, 3080300d060960864801650304020105000420, 0000",
    "0001, 3031300d06096086480165030402010500 2420, ''",
    "0001, 3031300d060960864801650304020305000420, ''",
    "0001, 3031300d060960864801650304020205000420, ''",
    "0001, 3021300906052b0e03021a05000420, ''",
    "0001, 3033300f0609608648016503040201050205000420, ''",
    "0001, '', ''",
    "0001, 0420, ''"
  })
  void rsa_withOtherPadding_isRefused(String start, String name, String end) throws Exception {
    assertThat(outcome(rs256(start, name.replace(" ", ""), end), RSA))
        .contains("signature is not of");
  }

  @Test
  void rsa_withGarbageBehindAShortPadding_isRefused() throws Exception {
    String garbage = "5a".repeat(256 - 2 - 8 - 1 - SHA256.length() / 2 - 32);

    assertThat(outcome(rs256("0001", SHA256, garbage), RSA)).contains("signature is not of");
  }

  @ParameterizedTest
  @ValueSource(strings = {"RS256", "PS256"})
  void rsa_ofANumberAtTheEdge_orOfAnotherLength_isRefused(String algorithm) {
    String token = signed(algorithm, RSA);
    String input = token.substring(0, token.lastIndexOf('.') + 1);
    BigInteger n = RSA.getModulus().decodeToBigInteger();
    BigInteger good = new Base64URL(token.substring(input.length())).decodeToBigInteger();

    for (byte[] other : List.of(
        fixed(BigInteger.ZERO, 256),
        fixed(BigInteger.ONE, 256),
        fixed(n.subtract(BigInteger.ONE), 256),
        fixed(n, 256),
        fixed(good.add(n), 257),
        fixed(good, 257),
        fixed(good, 258),
        Arrays.copyOf(fixed(good, 256), 257),
        Arrays.copyOf(fixed(good, 256), 255))) {
      assertThat(outcome(input + Base64URL.encode(other), RSA)).startsWith(REFUSED);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "None", "NONE", "nOnE", "", " none", "none\\u0000", "null"})
  void none_inAnySpelling_isRefused_withAndWithoutKeyId(String algorithm) {
    for (String keyId : List.of("", ",\"kid\":\"rsa\"", ",\"kid\":null")) {
      String header =
          Base64URL.encode("{\"alg\":\"" + algorithm + "\"" + keyId + "}").toString();
      String input = header + "." + Base64URL.encode(json(claims(Map.of())));

      for (String signature : List.of(".", ".AA", "." + Base64URL.encode(new byte[256]))) {
        assertThat(outcome(input + signature, RSA)).as(header).startsWith(REFUSED);
      }
    }
  }
}
