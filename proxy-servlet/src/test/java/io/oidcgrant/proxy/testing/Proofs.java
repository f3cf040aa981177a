package io.oidcgrant.proxy.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.Map;

/** DPoP proofs as an upstream gets them. */
public final class Proofs {
  private Proofs() {}

  /** The claims of the one proof, of which all that does not depend on the request is checked. */
  public static JWTClaimsSet claims(StubIssuer issuer, RawUpstream.Received request)
      throws Exception {
    assertThat(request.headers().get("dpop")).as(request.toString()).hasSize(1);
    assertThat(request.headers().get("authorization")).hasSize(1);
    String[] authorization = request.header("Authorization").split(" ", 2);
    assertThat(authorization[0]).isEqualTo("DPoP");
    assertThat(issuer.granted()).contains(authorization[1]);
    SignedJWT proof = SignedJWT.parse(request.header("DPoP"));
    JWK key = proof.getHeader().getJWK();
    assertThat(key.isPrivate()).isFalse();
    assertThat(proof.verify(new ECDSAVerifier(key.toECKey()))).isTrue();
    assertThat(proof.getHeader().getType()).isEqualTo(new JOSEObjectType("dpop+jwt"));
    Map<String, Object> bound =
        SignedJWT.parse(authorization[1]).getJWTClaimsSet().getJSONObjectClaim("cnf");
    assertThat(bound).containsEntry("jkt", key.computeThumbprint().toString());
    JWTClaimsSet claims = proof.getJWTClaimsSet();
    assertThat(claims.getStringClaim("ath"))
        .isEqualTo(Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(MessageDigest.getInstance("SHA-256")
                .digest(authorization[1].getBytes(StandardCharsets.US_ASCII))));
    assertThat(claims.getIssueTime())
        .isBetween(
            Date.from(Instant.now().minusSeconds(30)), Date.from(Instant.now().plusSeconds(2)));
    return claims;
  }
}
