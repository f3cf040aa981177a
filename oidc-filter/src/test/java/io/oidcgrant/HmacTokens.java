package io.oidcgrant;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.InstantSource;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Access tokens with HMAC signatures, by the JDK: of secrets of any length. */
final class HmacTokens {
  private HmacTokens() {}

  /** A good token of {@code issuer} for {@code api}. */
  static String signed(String secret, String algorithm, InstantSource clock, String issuer) {
    return signed(secret.getBytes(StandardCharsets.UTF_8), algorithm, clock, issuer);
  }

  static String signed(byte[] secret, String algorithm, InstantSource clock, String issuer) {
    long now = clock.instant().getEpochSecond();
    String input =
        Base64URL.encode(JSONObjectUtils.toJSONString(Map.of("alg", algorithm, "typ", "JWT")))
            + "."
            + Base64URL.encode(JSONObjectUtils.toJSONString(
                Map.of("iss", issuer, "sub", "alice", "aud", "api", "iat", now, "exp", now + 300)));
    String name = "HmacSHA" + JWSAlgorithm.parse(algorithm).getName().substring(2);
    try {
      Mac mac = Mac.getInstance(name);
      mac.init(new SecretKeySpec(secret, name));
      return input + "." + Base64URL.encode(mac.doFinal(input.getBytes(StandardCharsets.US_ASCII)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
