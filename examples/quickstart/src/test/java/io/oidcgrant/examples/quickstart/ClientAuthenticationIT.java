package io.oidcgrant.examples.quickstart;

import static io.oidcgrant.examples.quickstart.RunningProxy.basic;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.SignedJWT;
import io.oidcgrant.examples.echo.RecordedRequest;
import io.oidcgrant.examples.keycloak.KeycloakServer;
import io.oidcgrant.examples.keycloak.SharedKeycloak;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The clients of Kong's guide, each proving itself in its own way to the real issuer. */
class ClientAuthenticationIT {
  private static final String TEMPLATE = """
      _format_version: "3.0"
      services:
      - name: echo
        url: ${{ env "DECK_UPSTREAM_URL" }}
        routes:
        - name: everything
          paths: [/]
          strip_path: false
        plugins:
        - name: openid-connect
          config:
            issuer: ${{ env "DECK_ISSUER" }}
            auth_methods: [refresh_token, password, client_credentials]
            refresh_token_param_name: refresh_token
            password_param_type: header
            client_credentials_param_type: query
            upstream_refresh_token_header: refresh_token
      """;

  @TempDir
  Path folder;

  private static KeycloakServer keycloak() {
    return SharedKeycloak.server();
  }

  private RunningProxy start(String... lines) throws Exception {
    StringBuilder text = new StringBuilder(TEMPLATE);
    for (String line : lines) {
      text.append("      ").append(line).append('\n');
    }
    Path file = folder.resolve("kong.yaml");
    Files.writeString(file, text);
    return RunningProxy.start("example-realm", file.toString());
  }

  private static String[] overTls(String certificate, String... lines) {
    String[] all = java.util.Arrays.copyOf(lines, lines.length + 3);
    all[lines.length] = "tls_client_auth_cert: " + keycloak().certificates().resolve(certificate);
    all[lines.length + 1] = "ca_certificates_file: " + keycloak().certificates().resolve("ca.pem");
    all[lines.length + 2] = "mtls_token_endpoint: https://localhost:"
        + keycloak().tlsPort() + "/realms/example-realm/protocol/openid-connect/token";
    return all;
  }

  /** The claims of the access token that the upstream got under {@code scheme}. */
  private static Map<String, Object> claims(RunningProxy proxy, String scheme) throws Exception {
    String value = proxy.lastUpstreamRequest().header("Authorization").orElse("");
    assertThat(value).startsWith(scheme + " ");
    return SignedJWT.parse(value.substring(scheme.length() + 1))
        .getJWTClaimsSet()
        .toJSONObject();
  }

  private static void granted(RunningProxy proxy, HttpResponse<String> answer) throws Exception {
    assertThat(answer.statusCode()).as(answer.body() + proxy.log()).isEqualTo(200);
  }

  /** Password, then the refresh token that came with it; the tokens are this client's. */
  private static Map<String, Object> passwordAndRefresh(
      RunningProxy proxy, String client, String scheme) throws Exception {
    granted(proxy, proxy.get("/a", "Authorization", basic("john", "doe")));
    assertThat(claims(proxy, scheme)).containsEntry("azp", client);
    String refreshToken = proxy.lastUpstreamRequest().header("Refresh-Token").orElseThrow();
    granted(proxy, proxy.get("/b", "Refresh-Token", refreshToken));
    Map<String, Object> claims = claims(proxy, scheme);
    assertThat(claims).containsEntry("azp", client).containsEntry("preferred_username", "john");
    return claims;
  }

  private static void clientCredentials(RunningProxy proxy, String client, String secret)
      throws Exception {
    granted(proxy, proxy.get("/c?client_id=" + client + "&client_secret=" + secret));
  }

  private static Object confirmation(Map<String, Object> claims, String name) {
    return ((Map<?, ?>) claims.get("cnf")).get(name);
  }

  private static String thumbprint(String name) throws Exception {
    KeyStore store = KeyStore.getInstance(
        keycloak().certificates().resolve(name + ".p12").toFile(), "changeit".toCharArray());
    return Base64URL.encode(MessageDigest.getInstance("SHA-256")
            .digest(store.getCertificate(name).getEncoded()))
        .toString();
  }

  @Test
  void service_bySecret() throws Exception {
    try (RunningProxy proxy = start(
        "client_id: service",
        "client_secret: " + RunningProxy.SECRET,
        "client_auth: client_secret_basic")) {
      passwordAndRefresh(proxy, "service", "Bearer");
      clientCredentials(proxy, "service", RunningProxy.SECRET);
      assertThat(claims(proxy, "Bearer")).containsEntry("azp", "service");
    }
  }

  @Test
  void serviceJwt_byAnAssertionWithItsSecret() throws Exception {
    String secret = "service-jwt-secret-0123456789-0123456789-0123456789-0123456789-abcd";
    for (String algorithm : new String[] {"HS256", "HS512"}) {
      try (RunningProxy proxy = start(
          "client_id: service-jwt",
          "client_secret: " + secret,
          "client_auth: client_secret_jwt",
          "client_alg: " + algorithm)) {
        passwordAndRefresh(proxy, "service-jwt", "Bearer");
        clientCredentials(proxy, "service-jwt", secret);
      }
    }
  }

  /** Keycloak fetches the keys of this client from the proxy, as Kong's guide has it. */
  @Test
  void kong_byKeysThatTheIssuerFetches_alsoAfterARotation() throws Exception {
    for (String algorithm : new String[] {"RS256", "ES256", "PS512", "EdDSA"}) {
      try (RunningProxy proxy = start(
          "client_id: kong",
          "client_auth: private_key_jwt",
          "client_alg: " + algorithm,
          "cache_tokens: false")) {
        AdminApi.setJwksUrl("kong", proxy.admin() + "/openid-connect/jwks");
        passwordAndRefresh(proxy, "kong", "Bearer");
        HttpResponse<String> rotated =
            AdminApi.send("DELETE", proxy.admin() + "/openid-connect/jwks", null, null);
        assertThat(rotated.statusCode()).isEqualTo(204);
        passwordAndRefresh(proxy, "kong", "Bearer");
        assertThat(AdminApi.send("GET", proxy.admin() + "/openid-connect/jwks", null, null)
                .body())
            .doesNotContain("\"d\"", "\"p\"", "\"q\"");
      }
    }
  }

  @Test
  void kongStatic_byAnAssertionWithAFixedKey() throws Exception {
    KeyStore store =
        KeyStore.getInstance(keycloak().signingKeys().toFile(), "changeit".toCharArray());
    JWK key = JWK.load(store, "kong-signing", "changeit".toCharArray());
    Map<String, Object> members = key.toJSONObject();
    members.keySet().removeAll(java.util.List.of("kid", "x5c", "x5t#S256", "x5t", "exp", "nbf"));
    String text = JWK.parse(members).toJSONString();
    for (String client : new String[] {"kong-static RS256", "kong-ps256 PS256"}) {
      String[] parts = client.split(" ", -1);
      try (RunningProxy proxy = start(
          "client_id: " + parts[0],
          "client_auth: private_key_jwt",
          "client_alg: " + parts[1],
          "client_jwk: " + text)) {
        passwordAndRefresh(proxy, parts[0], "Bearer");
      }
    }
  }

  @Test
  void certBound_getsTokensBoundToOurCertificate() throws Exception {
    try (RunningProxy proxy = start(overTls(
        "client-other.pem",
        "client_id: cert-bound",
        "client_secret: cert-bound-secret",
        "client_auth: client_secret_post"))) {
      Map<String, Object> claims = passwordAndRefresh(proxy, "cert-bound", "Bearer");
      assertThat(confirmation(claims, "x5t#S256")).isEqualTo(thumbprint("client-other"));
      clientCredentials(proxy, "cert-bound", "cert-bound-secret");
      assertThat(confirmation(claims(proxy, "Bearer"), "x5t#S256"))
          .isEqualTo(thumbprint("client-other"));
    }
  }

  @Test
  void clientTlsAuth_byItsCertificate_alsoARenewedOne() throws Exception {
    Path current = folder.resolve("client.pem");
    Files.copy(keycloak().certificates().resolve("client-johndoe.pem"), current);
    String[] lines =
        overTls("unused", "client_id: client-tls-auth", "client_auth: tls_client_auth");
    lines[2] = "tls_client_auth_cert: " + current;
    try (RunningProxy proxy = start(lines)) {
      passwordAndRefresh(proxy, "client-tls-auth", "Bearer");
    }
    for (String other : new String[] {"client-johndoe.p12", "client-johndoe-renewed.p12"}) {
      String[] all = java.util.Arrays.copyOf(
          overTls(other, "client_id: client-tls-auth", "client_auth: tls_client_auth"), 6);
      all[5] = "tls_client_auth_key_password: changeit";
      try (RunningProxy proxy = start(all)) {
        passwordAndRefresh(proxy, "client-tls-auth", "Bearer");
      }
    }
    try (RunningProxy proxy = start(overTls(
        "client-other.pem", "client_id: client-tls-auth", "client_auth: tls_client_auth"))) {
      HttpResponse<String> answer = proxy.get("/a", "Authorization", basic("john", "doe"));
      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(proxy.log()).contains("client_refused").contains("invalid_client");
      assertThat(proxy.upstream().requests()).isEmpty();
    }
  }

  @Test
  void clientDpopAuth_getsTokensBoundToOurKey() throws Exception {
    try (RunningProxy proxy = start(
        "client_id: client-dpop-auth",
        "client_secret: client-dpop-auth-secret",
        "client_auth: client_secret_basic",
        "token_endpoint_dpop: true")) {
      Map<String, Object> claims = passwordAndRefresh(proxy, "client-dpop-auth", "Bearer");
      assertThat(claims).containsEntry("typ", "DPoP");
      assertThat(confirmation(claims, "jkt")).isInstanceOf(String.class);
      clientCredentials(proxy, "client-dpop-auth", "client-dpop-auth-secret");
    }
  }

  @Test
  void upstreamDpop_sendsAFreshProofWithEveryRequest() throws Exception {
    try (RunningProxy proxy = start(
        "client_id: client-dpop-auth",
        "client_secret: client-dpop-auth-secret",
        "token_endpoint_dpop: true",
        "upstream_dpop: true",
        "dpop_upstream_url: https://api.example.test/v1/")) {
      Map<String, Object> claims = passwordAndRefresh(proxy, "client-dpop-auth", "DPoP");
      RecordedRequest first = proxy.lastUpstreamRequest();
      granted(
          proxy, proxy.get("/b%20c?x=1", "Authorization", basic("john", "doe"), "DPoP", "forged"));
      RecordedRequest second = proxy.lastUpstreamRequest();

      JWSObject one = JWSObject.parse(first.header("DPoP").orElseThrow());
      JWSObject two = JWSObject.parse(second.header("DPoP").orElseThrow());
      assertThat(two.getHeader().getType()).hasToString("dpop+jwt");
      assertThat(two.verify(new ECDSAVerifier(two.getHeader().getJWK().toECKey().toECPublicKey())))
          .isTrue();
      assertThat(two.getHeader().getJWK().computeThumbprint().toString())
          .isEqualTo(confirmation(claims, "jkt"));
      Map<String, Object> proof = two.getPayload().toJSONObject();
      String token = second.header("Authorization").orElseThrow().substring("DPoP ".length());
      assertThat(proof)
          .containsEntry("htm", "GET")
          .containsEntry("htu", "https://api.example.test/v1/b%20c")
          .containsEntry(
              "ath",
              Base64URL.encode(MessageDigest.getInstance("SHA-256")
                      .digest(token.getBytes(java.nio.charset.StandardCharsets.US_ASCII)))
                  .toString());
      assertThat(proof.get("jti")).isNotEqualTo(one.getPayload().toJSONObject().get("jti"));
    }
  }
}
