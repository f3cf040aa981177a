package io.oidcgrant.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jwt.JWTClaimsSet;
import io.oidcgrant.examples.keycloak.SharedKeycloak;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code upstream-oauth} with the real issuer: how its client proves itself, for whom it asks. */
class ServiceTokensIT {
  private static final String REALM = "example-realm";
  private static final String ENDPOINT = """
      oauth:
        token_endpoint: ${{ env "DECK_TOKEN_ENDPOINT" }}
      """;
  private static final String ISSUER = """
      oauth:
        issuer: ${{ env "DECK_ISSUER" }}
      """;
  private static final String SERVICE = """
        client_id: ${{ env "DECK_CLIENT_ID" }}
        client_secret: ${{ env "DECK_CLIENT_SECRET" }}
      """;

  @TempDir
  Path folder;

  private final StringBuilder file = new StringBuilder("""
      _format_version: "3.0"
      services:
      - name: echo
        url: ${{ env "DECK_UPSTREAM_URL" }}
        routes:
      """);

  /** Adds the route {@code /NAME} with this plugin, behind those before it. */
  private void route(String name, String config, String... before) {
    file.append("  - name: %1$s\n    paths: [/%1$s]\n    plugins:\n".formatted(name));
    for (String plugin : before) {
      file.append(plugin.indent(4));
    }
    file.append("    - name: upstream-oauth\n      config:\n").append(config.indent(8));
  }

  private RunningProxy start() throws Exception {
    return RunningProxy.start(
        REALM, Files.writeString(folder.resolve("kong.yaml"), file).toString());
  }

  /** The claims with which a request to this route reaches the upstream. */
  private static JWTClaimsSet claims(RunningProxy proxy, String path, String... headers)
      throws Exception {
    assertThat(proxy.get(path, headers).statusCode()).as(proxy.log()).isEqualTo(200);
    return UpstreamToken.verified(
        proxy, SharedKeycloak.server().issuer(REALM) + "/protocol/openid-connect/certs");
  }

  private static String key() throws Exception {
    KeyStore store = KeyStore.getInstance(
        SharedKeycloak.server().signingKeys().toFile(), "changeit".toCharArray());
    Map<String, Object> members =
        JWK.load(store, "kong-signing", "changeit".toCharArray()).toJSONObject();
    members.keySet().removeAll(List.of("kid", "x5c", "x5t#S256", "x5t", "exp", "nbf"));
    return JWK.parse(members).toJSONString();
  }

  @Test
  void client_provesItselfInItsWay() throws Exception {
    route("post", ENDPOINT + SERVICE);
    route("basic", ENDPOINT + SERVICE + "client: {auth_method: client_secret_basic}\n");
    route("issuer", ISSUER + SERVICE);
    route("secret-jwt", ISSUER + """
          client_id: service-jwt
          client_secret: service-jwt-secret-0123456789-0123456789-0123456789-0123456789-abcd
        client:
          auth_method: client_secret_jwt
        """);
    route("key-jwt", ISSUER + """
          client_id: kong-static
        client:
          auth_method: private_key_jwt
          client_alg: RS256
          client_jwk: '%s'
        """.formatted(key()));
    route("wrong", ENDPOINT + """
          client_id: service
          client_secret: wrong-secret
        """);
    try (RunningProxy proxy = start()) {
      for (String client : new String[] {
        "post service",
        "basic service",
        "issuer service",
        "secret-jwt service-jwt",
        "key-jwt kong-static"
      }) {
        String[] parts = client.split(" ", -1);
        for (int i = 0; i < 2; i++) {
          assertThat(claims(proxy, "/" + parts[0]).getStringClaim("preferred_username"))
              .as(client)
              .isEqualTo("service-account-" + parts[1]);
        }
      }
      assertThat(proxy.tokenRequests()).isEqualTo(2);
      assertThat(proxy.upstream().requests()).hasSize(10);

      assertThat(proxy.get("/wrong").statusCode()).isEqualTo(502);
      assertThat(proxy.upstream().requests()).hasSize(10);
      assertThat(proxy.log())
          .contains("client_refused")
          .doesNotContain("wrong-secret", RunningProxy.SECRET, UpstreamToken.of(proxy));
    }
  }

  @Test
  void passwordGrant_asksForItsUser() throws Exception {
    String user = """
          grant_type: password
          username: john
          password: %s
          scopes: [openid, "orders:read"]
        """;
    route("john", ENDPOINT + SERVICE + user.formatted("doe"));
    route("wrong", ENDPOINT + SERVICE + user.formatted("wrong-password"));
    try (RunningProxy proxy = start()) {
      JWTClaimsSet claims = claims(proxy, "/john", "Authorization", "Basic YWxleDpkb2U=");
      assertThat(claims.getStringClaim("preferred_username")).isEqualTo("john");
      assertThat(claims.getStringClaim("azp")).isEqualTo("service");
      assertThat(claims.getStringClaim("scope").split(" ")).contains("orders:read");

      assertThat(proxy.get("/wrong").statusCode()).isEqualTo(502);
      assertThat(proxy.upstream().requests()).hasSize(1);
      assertThat(proxy.log()).contains("invalid_grant").doesNotContain("wrong-password");
    }
  }

  @Test
  void tokenExchange_isForTheTokenOfThePluginBeforeIt() throws Exception {
    String exchange = ENDPOINT + """
          client_id: exchanger
          client_secret: exchanger-secret
          grant_type: token_exchange
          scopes: ["orders:read"]
          audience: [orders-api]
        """;
    route("both", exchange, """
        - name: openid-connect
          config:
            issuer: ${{ env "DECK_ISSUER" }}
            auth_methods: [bearer]
            audience_required: [exchanger]
        """);
    route("alone", exchange);
    try (RunningProxy proxy = start()) {
      CallerToken john = CallerToken.of("for-exchanger");
      String token = john.get();
      for (String path : new String[] {"/both", "/alone"}) {
        JWTClaimsSet claims = claims(proxy, path, "Authorization", "Bearer " + token);
        assertThat(claims.getStringClaim("preferred_username")).isEqualTo("john");
        assertThat(claims.getStringClaim("azp")).isEqualTo("exchanger");
        assertThat(claims.getAudience()).containsExactly("orders-api");
        assertThat(claims.getStringClaim("scope").split(" ")).contains("orders:read");
      }
      // One exchange for two routes that ask in the same way.
      assertThat(proxy.tokenRequests()).isEqualTo(1);

      String amys = john.withUser("admin-amy").get();
      assertThat(proxy.get("/both").statusCode()).isEqualTo(401);
      assertThat(proxy.get("/alone").statusCode()).isEqualTo(401);
      assertThat(proxy.get("/both", "Authorization", "Bearer " + amys + "x").statusCode())
          .isEqualTo(401);
      assertThat(proxy.tokenRequests()).isEqualTo(1);

      john.revoke(amys);
      assertThat(proxy.get("/both", "Authorization", "Bearer " + amys).statusCode())
          .as(proxy.log())
          .isEqualTo(401);
      assertThat(proxy.tokenRequests()).isEqualTo(2);
      assertThat(proxy.upstream().requests()).hasSize(2);
      assertThat(proxy.log()).doesNotContain(token, amys, UpstreamToken.of(proxy));
    }
  }
}
