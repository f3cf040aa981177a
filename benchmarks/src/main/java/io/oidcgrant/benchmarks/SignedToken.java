package io.oidcgrant.benchmarks;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.time.Instant;
import java.util.Date;
import java.util.List;

/** An access token of about a kilobyte, and its key. */
final class SignedToken {
  static final String ISSUER = "https://idp.example";

  private final JWK key;
  private final String text;

  SignedToken(String algorithm) {
    try {
      boolean rsa = algorithm.equals("RS256");
      key = rsa
          ? new RSAKeyGenerator(2048).keyID("k").generate()
          : new ECKeyGenerator(Curve.P_256).keyID("k").generate();
      SignedJWT token = new SignedJWT(
          new JWSHeader.Builder(JWSAlgorithm.parse(algorithm))
              .keyID("k")
              .type(JOSEObjectType.JWT)
              .build(),
          new JWTClaimsSet.Builder()
              .issuer(ISSUER)
              .subject("3a38de48-1f2e-4c3d-9a8b-7c6d5e4f3a2b")
              .audience(List.of("api", "account"))
              .expirationTime(Date.from(Instant.now().plusSeconds(86_400)))
              .issueTime(new Date())
              .claim("scope", "openid email profile")
              .claim("preferred_username", "john")
              .claim("roles", List.of("reader", "writer", "offline_access"))
              .claim("padding", "p".repeat(300))
              .build());
      token.sign(rsa ? new RSASSASigner((RSAKey) key) : new ECDSASigner((ECKey) key));
      text = token.serialize();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  JWK key() {
    return key;
  }

  String text() {
    return text;
  }
}
