package io.oidcgrant.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.oidcgrant.examples.keycloak.SharedKeycloak;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokens of two real issuers at one door, of which one is ours and the other only has its keys. */
class TwoIssuersIT {
  private static final String SECRET = "introspect-any-secret, made longer: 0123456789";

  @TempDir
  Path folder;

  private static String other() {
    return SharedKeycloak.server().issuer("other-realm");
  }

  private static URI own(String endpoint) {
    return URI.create(
        SharedKeycloak.server().issuer("example-realm") + "/protocol/openid-connect/" + endpoint);
  }

  private static String both(String more) {
    return """
        auth_methods: [bearer]
        audience_required: [account]
        issuer_jwks:
        - issuer: %1$s
          jwks_uri: %1$s/protocol/openid-connect/certs
        """.formatted(other()) + more;
  }

  private static int status(RunningProxy proxy, String path, String token) throws Exception {
    return proxy.get(path, "Authorization", "Bearer " + token).statusCode();
  }

  @Test
  void tokenOfTheOther_isNotShownToOurs() throws Exception {
    try (EndpointRelay introspection = new EndpointRelay(own("token/introspect"));
        EndpointRelay userinfo = new EndpointRelay(own("userinfo"));
        RunningProxy proxy = new RoutesFile()
            .route("introspected", both("""
                client_id: introspect-any
                client_secret: introspect-any-secret
                client_auth: client_secret_post
                introspect_jwt_tokens: true
                introspection_endpoint: %s
                """.formatted(introspection.uri())))
            .route("searched", both("""
                search_user_info: true
                userinfo_endpoint: %s
                upstream_user_info_header: x-userinfo
                """.formatted(userinfo.uri())))
            .start(folder)) {
      String own = CallerToken.of("other-client").withScope("openid").get();
      assertThat(status(proxy, "/introspected", own)).as(proxy.log()).isEqualTo(200);
      assertThat(status(proxy, "/searched", own)).as(proxy.log()).isEqualTo(200);
      assertThat(proxy.lastUpstreamRequest().headers()).containsKey("X-Userinfo");
      assertThat(introspection.requests()).isEqualTo(1);
      assertThat(userinfo.requests()).isEqualTo(1);

      String foreign = CallerToken.ofRealm("other-realm").withScope("openid").get();
      int introspected = status(proxy, "/introspected", foreign);
      int searched = status(proxy, "/searched", foreign);
      assertThat(introspection.requests()).isEqualTo(1);
      assertThat(userinfo.requests()).isEqualTo(1);
      assertThat(introspected).as(proxy.log()).isEqualTo(401);
      assertThat(searched).as(proxy.log()).isEqualTo(200);
      assertThat(proxy.lastUpstreamRequest().headers()).doesNotContainKey("X-Userinfo");
    }
  }

  /** The secret is shared with our issuer, not with the other. */
  @Test
  void ourSecret_verifiesNoTokenOfTheOther() throws Exception {
    try (RunningProxy proxy =
        new RoutesFile().route("a", both("""
            client_id: introspect-any
            client_secret: "%s"
            enable_hs_signatures: true
            """.formatted(SECRET))).start(folder)) {
      String own = CallerToken.of("other-client").get();
      String foreign = CallerToken.ofRealm("other-realm").get();
      assertThat(status(proxy, "/a", own)).as(proxy.log()).isEqualTo(200);
      assertThat(status(proxy, "/a", foreign)).isEqualTo(200);
      assertThat(status(proxy, "/a", signed(SignedJWT.parse(own).getJWTClaimsSet())))
          .isEqualTo(200);
      assertThat(status(proxy, "/a", signed(SignedJWT.parse(foreign).getJWTClaimsSet())))
          .isEqualTo(401);
      assertThat(proxy.upstream().requests()).hasSize(3);
    }
  }

  private static String signed(JWTClaimsSet claims) throws Exception {
    SignedJWT token = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), claims);
    token.sign(new MACSigner(SECRET));
    return token.serialize();
  }
}
