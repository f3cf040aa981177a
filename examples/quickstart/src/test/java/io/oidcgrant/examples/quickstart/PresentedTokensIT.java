package io.oidcgrant.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.util.Base64;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.oidcgrant.examples.echo.RecordedRequest;
import io.oidcgrant.examples.keycloak.SharedKeycloak;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The kinds of access tokens that the real issuer has, verified here or shown to it. */
class PresentedTokensIT {
  private static final String BEARER = """
      auth_methods: [bearer]
      audience_required: [account]
      """;

  @TempDir
  Path folder;

  private static int status(RunningProxy proxy, String path, String token) throws Exception {
    return proxy.get(path, "Authorization", "Bearer " + token).statusCode();
  }

  private static Map<String, Object> json(RecordedRequest request, String header) throws Exception {
    return JSONObjectUtils.parse(new Base64(request.header(header).orElseThrow()).decodeToString());
  }

  private static String withoutSignature(SignedJWT token) {
    String header = "{\"alg\":\"none\",\"typ\":\"JWT\"}";
    return Base64URL.encode(header) + "." + token.getPayload().toBase64URL() + ".";
  }

  @Test
  void bearer_isVerifiedWithTheKeyOfItsAlgorithm() throws Exception {
    try (RunningProxy proxy = new RoutesFile()
        .route("a", BEARER + "upstream_access_token_jwk_header: x-key\n")
        .start(folder)) {
      int passed = 0;
      for (String[] kind : new String[][] {
        {"other-client", "RS256"},
        {"alg-ps256", "PS256"},
        {"alg-es256", "ES256"},
        {"alg-es512", "ES512"},
        {"alg-eddsa", "EdDSA"}
      }) {
        String token = CallerToken.of(kind[0]).get();
        SignedJWT jwt = SignedJWT.parse(token);
        assertThat(jwt.getHeader().getAlgorithm()).hasToString(kind[1]);
        assertThat(status(proxy, "/a", token)).as(kind[1] + proxy.log()).isEqualTo(200);
        RecordedRequest seen = proxy.lastUpstreamRequest();
        JWK key = JWK.parse(json(seen, "X-Key"));
        assertThat(key.getKeyID()).isEqualTo(jwt.getHeader().getKeyID());
        assertThat(key.isPrivate()).isFalse();

        int signature = token.lastIndexOf('.') + 1;
        char other = token.charAt(signature + 8) == 'A' ? 'B' : 'A';
        for (String forged : List.of(
            token.substring(0, signature + 8) + other + token.substring(signature + 9),
            withoutSignature(jwt))) {
          assertThat(status(proxy, "/a", forged)).as(kind[1]).isEqualTo(401);
        }
        passed++;
      }
      assertThat(proxy.upstream().requests()).hasSize(passed);
    }
  }

  @Test
  void hmac_isVerifiedWithTheClientsSecret_whereTheRealmSignsWithIt() throws Exception {
    String shared = "shared-by-realm-and-client-0123456789-0123456789-0123456789-0123";
    try (RunningProxy proxy = new RoutesFile()
        .route("shared", BEARER + """
            client_id: alg-hs256
            client_secret: %s
            enable_hs_signatures: true
            """.formatted(shared))
        .route("other", BEARER + """
            client_id: alg-hs256
            client_secret: another-secret-0123456789-0123456789-0123456789
            enable_hs_signatures: true
            """)
        .route("off", BEARER + """
            client_id: alg-hs256
            client_secret: %s
            """.formatted(shared))
        .start(folder)) {
      CallerToken caller = CallerToken.of("alg-hs256");
      assertThat(status(proxy, "/shared", caller.get())).isEqualTo(401);

      String added = AdminApi.addKey(
          "hmac-generated",
          Map.of(
              "algorithm",
              "HS256",
              "secret",
              Base64URL.encode(shared).toString(),
              "secretSize",
              Integer.toString(shared.length())));
      try {
        String token = caller.get();
        assertThat(status(proxy, "/shared", token)).as(proxy.log()).isEqualTo(200);
        assertThat(status(proxy, "/other", token)).isEqualTo(401);
        assertThat(status(proxy, "/off", token)).isEqualTo(401);
      } finally {
        AdminApi.delete(added);
      }
      assertThat(proxy.upstream().requests()).hasSize(1);
      assertThat(proxy.log()).doesNotContain(shared);
    }
  }

  @Test
  void rfc9068_isDemandedByItsProfile() throws Exception {
    try (RunningProxy proxy = new RoutesFile()
        .route("profile", BEARER + "access_token_profile: rfc9068\n")
        .route("any", BEARER)
        .start(folder)) {
      String good = CallerToken.of("rfc9068").ofClient();
      String plain =
          new CallerToken("example-realm", "service", RunningProxy.SECRET, "", "").ofClient();
      assertThat(status(proxy, "/profile", good)).as(proxy.log()).isEqualTo(200);
      assertThat(status(proxy, "/any", good)).isEqualTo(200);
      assertThat(status(proxy, "/any", plain)).isEqualTo(200);
      assertThat(status(proxy, "/profile", plain)).isEqualTo(401);
      // A user's token of the same client: Keycloak leaves out client_id, which RFC 9068 demands.
      String ofUser = CallerToken.of("rfc9068").get();
      assertThat(SignedJWT.parse(ofUser).getHeader().getType()).hasToString("at+jwt");
      assertThat(status(proxy, "/profile", ofUser)).isEqualTo(401);
      assertThat(proxy.log()).contains("has no client_id");
      assertThat(proxy.upstream().requests()).hasSize(3);
    }
  }

  @Test
  void anotherRealmsTokens_passWhereItsKeysAreNamed() throws Exception {
    String other = SharedKeycloak.server().issuer("other-realm");
    try (RunningProxy proxy = new RoutesFile()
        .route("both", BEARER + """
            issuer_jwks:
            - issuer: %1$s
              jwks_uri: %1$s/protocol/openid-connect/certs
            """.formatted(other))
        .route("one", BEARER)
        .start(folder)) {
      String foreign = CallerToken.ofRealm("other-realm").get();
      assertThat(status(proxy, "/both", foreign)).as(proxy.log()).isEqualTo(200);
      assertThat(status(proxy, "/both", CallerToken.of("other-client").get())).isEqualTo(200);
      assertThat(status(proxy, "/one", foreign)).isEqualTo(401);
      assertThat(status(proxy, "/both", CallerToken.ofRealm("rotation-realm").get()))
          .isEqualTo(401);
      assertThat(proxy.upstream().requests()).hasSize(2);
    }
  }

  @Test
  void lightweightToken_isFilledInByIntrospection() throws Exception {
    String asks = """
        audience_required: [account]
        client_id: introspect-any
        client_secret: introspect-any-secret
        client_auth: client_secret_basic
        upstream_introspection_header: x-introspection
        upstream_headers:
        - header: x-user
          path: [preferred_username]
        """;
    try (RunningProxy proxy = new RoutesFile()
        .route("asked", asks + "auth_methods: [introspection]\n")
        .route("both", asks + "auth_methods: [bearer]\nintrospect_jwt_tokens: true\n")
        .route("here", BEARER)
        .start(folder)) {
      String token = CallerToken.of("lightweight").get();
      JWTClaimsSet own = SignedJWT.parse(token).getJWTClaimsSet();
      assertThat(own.getSubject()).isNull();
      assertThat(own.getAudience()).isEmpty();
      for (String path : new String[] {"/asked", "/both"}) {
        assertThat(status(proxy, path, token)).as(path + proxy.log()).isEqualTo(200);
        RecordedRequest seen = proxy.lastUpstreamRequest();
        assertThat(seen.header("X-User")).contains("john");
        assertThat(seen.header("X-Credential-Identifier")).isPresent();
        assertThat(json(seen, "X-Introspection"))
            .containsEntry("active", true)
            .containsEntry("username", "john")
            .containsEntry("client_id", "lightweight");
      }
      assertThat(status(proxy, "/here", token)).isEqualTo(403);
      assertThat(proxy.upstream().requests()).hasSize(2);
    }
  }

  @Test
  void introspectionJwt_isHandedOn() throws Exception {
    String asks = """
        auth_methods: [introspection]
        audience_required: [account]
        client_id: introspect-jwt
        client_secret: introspect-jwt-secret
        client_auth: client_secret_basic
        upstream_introspection_jwt_header: x-introspection-jwt
        """;
    try (RunningProxy proxy = new RoutesFile()
        .route("jwt", asks + "introspection_accept: application/jwt\n")
        .route("json", asks)
        .route("signed", asks + "introspection_accept: application/token-introspection+jwt\n")
        .start(folder)) {
      String token = CallerToken.of("other-client").get();
      String[] headers = {"Authorization", "Bearer " + token, "X-Introspection-Jwt", "forged"};
      assertThat(proxy.get("/jwt", headers).statusCode()).as(proxy.log()).isEqualTo(200);
      String jwt = proxy.lastUpstreamRequest().header("X-Introspection-Jwt").orElseThrow();
      JWTClaimsSet told = SignedJWT.parse(jwt).getJWTClaimsSet();
      assertThat(told.getStringClaim("preferred_username")).isEqualTo("john");
      assertThat(told.getIssuer()).isEqualTo(SharedKeycloak.server().issuer("example-realm"));

      assertThat(proxy.get("/json", headers).statusCode()).isEqualTo(200);
      assertThat(proxy.lastUpstreamRequest().headers()).doesNotContainKey("X-Introspection-Jwt");

      // Keycloak has no answers of RFC 9701.
      assertThat(proxy.get("/signed", headers).statusCode()).isEqualTo(502);
      assertThat(proxy.upstream().requests()).hasSize(2);
    }
  }

  @Test
  void revokedJwt_isSeenOnlyByIntrospection() throws Exception {
    CallerToken caller = CallerToken.of("for-introspector");
    String asks = BEARER + """
        client_id: introspector
        client_secret: introspector-secret
        client_auth: client_secret_basic
        introspect_jwt_tokens: true
        """;
    try (RunningProxy proxy = new RoutesFile()
        .route("asked", asks + "cache_introspection: false\n")
        .route("remembered", asks)
        .route("here", BEARER)
        .start(folder)) {
      String token = caller.get();
      for (String path : new String[] {"/asked", "/asked", "/remembered", "/here"}) {
        assertThat(status(proxy, path, token)).as(path + proxy.log()).isEqualTo(200);
      }
      caller.revoke(token);
      assertThat(status(proxy, "/asked", token)).isEqualTo(401);
      assertThat(status(proxy, "/remembered", token)).isEqualTo(200);
      assertThat(status(proxy, "/here", token)).isEqualTo(200);
      // Not one of its tokens' audience: Keycloak tells this client that it is not active.
      assertThat(status(proxy, "/asked", CallerToken.of("other-client").get())).isEqualTo(401);
      assertThat(proxy.upstream().requests()).hasSize(6);
    }
  }

  @Test
  void userinfo_acceptsTokensWithTheScopeOpenid() throws Exception {
    String shown = """
        auth_methods: [userinfo]
        insecure_any_audience: true
        upstream_user_info_header: x-userinfo
        """;
    try (RunningProxy proxy =
        new RoutesFile().route("plain", shown).route("signed", shown + """
            userinfo_accept: application/jwt
            upstream_user_info_jwt_header: x-userinfo-jwt
            """).start(folder)) {
      CallerToken caller = CallerToken.of("other-client");
      String token = caller.withScope("openid").get();
      assertThat(status(proxy, "/plain", token)).as(proxy.log()).isEqualTo(200);
      assertThat(json(proxy.lastUpstreamRequest(), "X-Userinfo"))
          .containsEntry("preferred_username", "john")
          .containsEntry("groups", List.of("/engineering/backend", "/staff"));
      for (String refused : new String[] {
        caller.get(),
        "opaque",
        CallerToken.of("lightweight").withScope("openid").get(),
        CallerToken.ofRealm("other-realm").withScope("openid").get()
      }) {
        assertThat(status(proxy, "/plain", refused)).isEqualTo(401);
      }

      String signed = CallerToken.of("signed-userinfo").withScope("openid").get();
      assertThat(status(proxy, "/signed", signed)).as(proxy.log()).isEqualTo(200);
      String jwt = proxy.lastUpstreamRequest().header("X-Userinfo-Jwt").orElseThrow();
      assertThat(SignedJWT.parse(jwt).getJWTClaimsSet().getAudience())
          .containsExactly("signed-userinfo");
      assertThat(json(proxy.lastUpstreamRequest(), "X-Userinfo"))
          .containsEntry("email", "john@example.test");
      assertThat(proxy.upstream().requests()).hasSize(2);
    }
  }

  @Test
  void searchUserInfo_addsClaimsThatTheTokenLacks() throws Exception {
    String claim = AdminApi.addUserinfoClaim("other-client", "department", "Bücher & Söhne");
    try (RunningProxy proxy = new RoutesFile()
        .route("searched", BEARER + """
            search_user_info: true
            upstream_user_info_header: x-userinfo
            upstream_headers:
            - header: x-department
              path: [department]
            """)
        .route("not", BEARER + """
            upstream_headers:
            - header: x-department
              path: [department]
            """)
        .start(folder)) {
      CallerToken caller = CallerToken.of("other-client");
      String token = caller.withScope("openid").get();
      assertThat(SignedJWT.parse(token).getJWTClaimsSet().getClaim("department"))
          .isNull();
      assertThat(status(proxy, "/searched", token)).as(proxy.log()).isEqualTo(200);
      RecordedRequest seen = proxy.lastUpstreamRequest();
      assertThat(seen.header("X-Department")).contains("UTF-8''B%C3%BCcher%20&%20S%C3%B6hne");
      assertThat(json(seen, "X-Userinfo")).containsEntry("department", "Bücher & Söhne");

      // Without openid userinfo says nothing, and the token is good all the same.
      assertThat(status(proxy, "/searched", caller.get())).isEqualTo(200);
      assertThat(proxy.lastUpstreamRequest().headers())
          .doesNotContainKeys("X-Department", "X-Userinfo");
      assertThat(status(proxy, "/not", token)).isEqualTo(200);
      assertThat(proxy.lastUpstreamRequest().headers()).doesNotContainKey("X-Department");
    } finally {
      AdminApi.delete(claim);
    }
  }
}
