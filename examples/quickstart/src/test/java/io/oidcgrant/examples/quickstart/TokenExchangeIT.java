package io.oidcgrant.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.oidcgrant.examples.keycloak.SharedKeycloak;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Callers' tokens that the real issuer exchanges for ours; its token endpoint is counted. */
class TokenExchangeIT {
  private static final String EXCHANGER = """
      auth_methods: [bearer]
      client_id: exchanger
      client_secret: exchanger-secret
      client_auth: client_secret_post
      token_endpoint: ${{ env "DECK_TOKEN_ENDPOINT" }}
      """;
  private static final CallerToken CALLER = CallerToken.of("for-exchanger");

  @TempDir
  Path folder;

  private static JWTClaimsSet upstreamClaims(RunningProxy proxy) throws Exception {
    return SignedJWT.parse(upstreamToken(proxy)).getJWTClaimsSet();
  }

  private static String upstreamToken(RunningProxy proxy) {
    return proxy
        .lastUpstreamRequest()
        .header("Authorization")
        .orElseThrow()
        .substring("Bearer ".length());
  }

  private static int status(RunningProxy proxy, String path, String token) throws Exception {
    return proxy.get(path, "Authorization", "Bearer " + token).statusCode();
  }

  @Test
  void tokenThatLacksTheScope_isExchangedOnce() throws Exception {
    try (RunningProxy proxy = new RoutesFile().route("orders", EXCHANGER + """
            audience_required: [orders-api]
            scopes_required: ["orders:read"]
            token_post_args_names: [scope, audience]
            token_post_args_values: ["orders:write", other-client]
            token_exchange:
              subject_token_issuers:
              - issuer: ${{ env "DECK_ISSUER" }}
                conditions:
                  has_audience: [exchanger]
                  missing_scopes: ["orders:read"]
              request:
                audience: [orders-api]
                scopes: ["orders:read"]
            """).start(folder)) {
      String poor = CALLER.get();
      for (int i = 0; i < 3; i++) {
        assertThat(status(proxy, "/orders", poor)).as(proxy.log()).isEqualTo(200);
      }
      assertThat(proxy.tokenRequests()).isEqualTo(1);
      JWTClaimsSet exchanged = upstreamClaims(proxy);
      assertThat(exchanged.getAudience()).containsExactly("orders-api");
      assertThat(exchanged.getStringClaim("azp")).isEqualTo("exchanger");
      assertThat(exchanged.getStringClaim("preferred_username")).isEqualTo("john");
      assertThat(exchanged.getStringClaim("scope").split(" ")).contains("orders:read");
      assertThat(exchanged.getSubject())
          .isEqualTo(SignedJWT.parse(poor).getJWTClaimsSet().getSubject());

      String rich = CALLER.withScope("orders:read").get();
      assertThat(status(proxy, "/orders", rich)).isEqualTo(200);
      assertThat(upstreamToken(proxy)).isEqualTo(rich);
      assertThat(status(proxy, "/orders", CallerToken.of("other-client").get())).isEqualTo(403);
      assertThat(proxy.tokenRequests()).isEqualTo(1);
      assertThat(proxy.upstream().requests()).hasSize(4);
      assertThat(proxy.log()).doesNotContain(poor, rich, upstreamToken(proxy), "exchanger-secret");
    }
  }

  @Test
  void tokenThatTheIssuerDoesNotExchange_isRefused() throws Exception {
    try (RunningProxy proxy = new RoutesFile().route("any", EXCHANGER + """
            audience_required: [orders-api]
            token_exchange:
              subject_token_issuers:
              - issuer: ${{ env "DECK_ISSUER" }}
                conditions:
                  missing_scopes: ["orders:read"]
              request:
                scopes: ["orders:read"]
            """).start(folder)) {
      // Keycloak: "Client is not within the token audience".
      assertThat(status(proxy, "/any", CallerToken.of("other-client").get())).isEqualTo(403);
      assertThat(proxy.tokenRequests()).isEqualTo(1);

      String revoked = CALLER.get();
      CALLER.revoke(revoked);
      assertThat(status(proxy, "/any", revoked)).isEqualTo(401);
      assertThat(proxy.tokenRequests()).isEqualTo(2);

      String forged = CALLER.get();
      forged = forged.substring(0, forged.length() - 8) + "AAAAAAAA";
      assertThat(status(proxy, "/any", forged)).isEqualTo(401);
      assertThat(proxy.tokenRequests()).isEqualTo(2);
      assertThat(proxy.upstream().requests()).isEmpty();
    }
  }

  /** Keycloak exchanges only tokens of its own realm; that it was asked is seen at the relay. */
  @Test
  void tokenOfAnotherRealm_isVerifiedByThatRealmsKeysBeforeTheIssuerIsAsked() throws Exception {
    String other = SharedKeycloak.server().issuer("other-realm");
    try (RunningProxy proxy =
        new RoutesFile().route("foreign", EXCHANGER + """
            audience_required: [orders-api]
            token_exchange:
              subject_token_issuers:
              - issuer: %s
            """.formatted(other)).start(folder)) {
      String foreign = CallerToken.ofRealm("other-realm").get();
      String forged = foreign.substring(0, foreign.length() - 8) + "AAAAAAAA";
      assertThat(status(proxy, "/foreign", forged)).isEqualTo(401);
      assertThat(status(proxy, "/foreign", CallerToken.ofRealm("rotation-realm").get()))
          .isEqualTo(401);
      assertThat(proxy.tokenRequests()).isZero();

      HttpResponse<String> refused = proxy.get("/foreign", "Authorization", "Bearer " + foreign);
      assertThat(refused.statusCode()).as(proxy.log()).isEqualTo(401);
      assertThat(proxy.tokenRequests()).isEqualTo(1);
      assertThat(proxy.log()).contains("invalid_request").doesNotContain(foreign);
      assertThat(refused.body()).doesNotContain("invalid_request");

      // Its own issuer's need no exchange.
      String own = CallerToken.of("other-client").get();
      assertThat(status(proxy, "/foreign", own)).isEqualTo(200);
      assertThat(upstreamToken(proxy)).isEqualTo(own);
      assertThat(proxy.tokenRequests()).isEqualTo(1);
      assertThat(proxy.upstream().requests()).hasSize(1);
    }
  }
}
