package io.oidcgrant.examples.identity;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.JWTClaimsSet;
import java.io.InputStream;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The calls of Kong's guide to Kong Identity with Upstream OAuth, as it has them. */
class SeedIT {
  private static Identity identity;

  @BeforeAll
  static void start() throws Exception {
    identity = Identity.start();
  }

  @AfterAll
  static void stop() {
    identity.close();
  }

  private static String body(String name) throws Exception {
    try (InputStream in = SeedIT.class.getResourceAsStream("/seed/" + name + ".json")) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  @Test
  void guide_stepsGiveTokenWithScopeAndClaim() throws Exception {
    String servers = identity.url() + "/v1/auth-servers";
    Map<String, Object> server = Calls.created(servers, body("auth-server"));
    String issuer = server.get("issuer").toString();
    String one = servers + "/" + server.get("id");
    Map<String, Object> scope = Calls.created(one + "/scopes", body("scope"));
    String scopeId = scope.get("id").toString();
    Map<String, Object> claim =
        Calls.created(one + "/claims", body("claim").replace("$SCOPE_ID", scopeId));
    Map<String, Object> client =
        Calls.created(one + "/clients", body("client").replace("$SCOPE_ID", scopeId));

    assertThat(server)
        .containsEntry("name", "Appointments Dev")
        .containsEntry("audience", "http://myhttpbin.dev")
        .containsEntry("signing_algorithm", "RS256")
        .containsKeys("metadata_uri", "jwks_uri", "created_at", "updated_at");
    assertThat(issuer).isEqualTo(identity.url() + "/" + server.get("id") + "/auth");
    assertThat(scope).containsEntry("name", "my-scope").containsEntry("default", false);
    assertThat(claim)
        .containsEntry("value", "test")
        .containsEntry("include_in_scopes", List.of(scopeId));
    assertThat(client)
        .containsEntry("token_endpoint_auth_method", "client_secret_post")
        .containsEntry("access_token_duration", 3600L);

    Calls.Got got = Calls.form(
        issuer + "/oauth/token",
        Map.of(
            "grant_type",
            "client_credentials",
            "client_id",
            client.get("id").toString(),
            "client_secret",
            client.get("client_secret").toString(),
            "scope",
            "my-scope"));

    assertThat(got.status()).as(got.body()).isEqualTo(200);
    assertThat(got.header("Cache-Control")).isEqualTo("no-store");
    assertThat(got.json())
        .containsEntry("token_type", "Bearer")
        .containsEntry("expires_in", 3600L)
        .containsEntry("scope", "my-scope");
    JWTClaimsSet claims =
        Calls.verified(got.text("access_token"), server.get("jwks_uri").toString());
    assertThat(claims.getIssuer()).isEqualTo(issuer);
    assertThat(claims.getSubject()).isEqualTo(client.get("id"));
    assertThat(claims.getAudience()).containsExactly("http://myhttpbin.dev");
    assertThat(claims.getStringClaim("client_id")).isEqualTo(client.get("id"));
    assertThat(claims.getStringClaim("scope")).isEqualTo("my-scope");
    assertThat(claims.getStringClaim("test-claim")).isEqualTo("test");
    assertThat(claims.getJWTID()).isNotBlank();
    assertThat(claims.getExpirationTime().toInstant())
        .isEqualTo(claims.getIssueTime().toInstant().plusSeconds(3600));
  }

  @Test
  void discovery_isFoundByBothForms() throws Exception {
    Map<String, Object> server = Calls.created(
        identity.url() + "/v1/auth-servers", "{\"name\":\"found\",\"audience\":\"a\"}");
    String issuer = server.get("issuer").toString();

    Calls.Got openid = Calls.get(server.get("metadata_uri").toString());
    Calls.Got oauth = Calls.get(identity.url() + "/.well-known/oauth-authorization-server"
        + URI.create(issuer).getPath());

    assertThat(openid.json())
        .isEqualTo(oauth.json())
        .containsEntry("issuer", issuer)
        .containsEntry("token_endpoint", issuer + "/oauth/token")
        .containsEntry("introspection_endpoint", issuer + "/introspect")
        .containsEntry("jwks_uri", server.get("jwks_uri"));
    assertThat(Calls.get(server.get("jwks_uri").toString()).body())
        .contains("\"kty\":\"RSA\"")
        .doesNotContain("\"d\":");
  }
}
