package io.oidcgrant.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.oidcgrant.examples.echo.RecordedRequest;
import java.net.URI;

/** The access token of the newest request that reached the upstream. */
final class UpstreamToken {
  private UpstreamToken() {}

  /** Its text; there is one value of {@code Authorization}, a bearer token. */
  static String of(RunningProxy proxy) {
    RecordedRequest request = proxy.lastUpstreamRequest();
    assertThat(request.headers().get("Authorization"))
        .hasSize(1)
        .first()
        .asString()
        .startsWith("Bearer ");
    return request.header("Authorization").orElseThrow().substring("Bearer ".length());
  }

  /** Its claims; it is signed by a key of this set. */
  static JWTClaimsSet verified(RunningProxy proxy, String jwksUri) throws Exception {
    SignedJWT token = SignedJWT.parse(of(proxy));
    JWKSet keys = JWKSet.load(URI.create(jwksUri).toURL());
    assertThat(token.verify(
            new RSASSAVerifier(keys.getKeyByKeyId(token.getHeader().getKeyID()).toRSAKey())))
        .isTrue();
    return token.getJWTClaimsSet();
  }
}
