package io.oidcgrant.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.oidcgrant.examples.keycloak.SharedKeycloak;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Date;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Callers that hold a token of the real issuer. */
class CallerTokensIT {
  private static final String TEMPLATE = """
      _format_version: "3.0"
      services:
      - name: echo
        url: ${{ env "DECK_UPSTREAM_URL" }}
        routes:
        - name: everything
          paths: [/]
        plugins:
        - name: openid-connect
          config:
            issuer: ${{ env "DECK_ISSUER" }}
      """;

  @TempDir
  Path folder;

  private RunningProxy start(String... lines) throws Exception {
    StringBuilder text = new StringBuilder(TEMPLATE);
    for (String line : lines) {
      text.append("      ").append(line).append('\n');
    }
    return RunningProxy.start(
        "example-realm", Files.writeString(folder.resolve("kong.yaml"), text).toString());
  }

  private static String endpoint() {
    return SharedKeycloak.server().issuer("example-realm") + "/protocol/openid-connect/token";
  }

  /** An access token as a client gets it from Keycloak itself. */
  private static String token(String client, ECKey key) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(endpoint()))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .POST(HttpRequest.BodyPublishers.ofString(
            "grant_type=password&username=john&password=doe&client_id=" + client + "&client_secret="
                + client + "-secret"));
    if (key != null) {
      request.header("DPoP", proof(key, "POST", endpoint(), null));
    }
    HttpResponse<String> answer =
        HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return (String) JSONObjectUtils.parse(answer.body()).get("access_token");
  }

  private static String proof(ECKey key, String method, String url, String token) throws Exception {
    JWTClaimsSet.Builder claims = new JWTClaimsSet.Builder()
        .jwtID(UUID.randomUUID().toString())
        .claim("htm", method)
        .claim("htu", url)
        .issueTime(Date.from(Instant.now()));
    if (token != null) {
      claims.claim(
          "ath",
          Base64URL.encode(MessageDigest.getInstance("SHA-256")
                  .digest(token.getBytes(StandardCharsets.US_ASCII)))
              .toString());
    }
    SignedJWT proof = new SignedJWT(
        new JWSHeader.Builder(JWSAlgorithm.ES256)
            .type(new com.nimbusds.jose.JOSEObjectType("dpop+jwt"))
            .jwk(key.toPublicJWK())
            .build(),
        claims.build());
    proof.sign(new ECDSASigner(key));
    return proof.serialize();
  }

  @Test
  void bearer_isVerified_andItsAudienceLookedAt() throws Exception {
    try (RunningProxy proxy =
        start("auth_methods: [bearer]", "audience_required: [\"api://orders\"]")) {
      String good = token("aud-api", null);
      assertThat(proxy.get("/a", "Authorization", "Bearer " + good).statusCode())
          .isEqualTo(200);
      assertThat(proxy.lastUpstreamRequest().header("Authorization")).contains("Bearer " + good);

      HttpResponse<String> other =
          proxy.get("/a", "Authorization", "Bearer " + token("other-client", null));
      assertThat(other.statusCode()).isEqualTo(403);
      HttpResponse<String> forged = proxy.get(
          "/a", "Authorization", "Bearer " + good.substring(0, good.length() - 8) + "AAAAAAAA");
      assertThat(forged.statusCode()).isEqualTo(401);
      assertThat(proxy.get("/a").statusCode()).isEqualTo(401);
      assertThat(proxy.upstream().requests()).hasSize(1);
      assertThat(proxy.log()).doesNotContain(good);
    }
  }

  @Test
  void tokenBoundToTheCallersKey_needsItsProof() throws Exception {
    ECKey key = new ECKeyGenerator(Curve.P_256).generate();
    ECKey thief = new ECKeyGenerator(Curve.P_256).generate();
    try (RunningProxy proxy = start(
        "auth_methods: [bearer]",
        "insecure_any_audience: true",
        "proof_of_possession_dpop: strict")) {
      String token = token("client-dpop-auth", key);
      String url = proxy.url() + "/a";
      String proof = proof(key, "GET", url, token);

      HttpResponse<String> good =
          proxy.get("/a?x=1", "Authorization", "DPoP " + token, "DPoP", proof);
      assertThat(good.statusCode()).as(proxy.log()).isEqualTo(200);
      assertThat(proxy.lastUpstreamRequest().header("Authorization")).contains("Bearer " + token);
      assertThat(proxy.lastUpstreamRequest().header("DPoP")).isEmpty();

      for (String[] headers : new String[][] {
        {"Authorization", "DPoP " + token, "DPoP", proof},
        {"Authorization", "DPoP " + token},
        {"Authorization", "Bearer " + token, "DPoP", proof(key, "GET", url, token)},
        {"Authorization", "DPoP " + token, "DPoP", proof(thief, "GET", url, token)},
        {"Authorization", "DPoP " + token, "DPoP", proof(key, "POST", url, token)},
        {"Authorization", "DPoP " + token, "DPoP", proof(key, "GET", url + "/b", token)}
      }) {
        assertThat(proxy.get("/a", headers).statusCode()).isEqualTo(401);
      }
      assertThat(proxy.upstream().requests()).hasSize(1);
    }
  }

  @Test
  void introspection_asksTheIssuer() throws Exception {
    try (RunningProxy proxy = start(
        "auth_methods: [introspection]",
        "insecure_any_audience: true",
        "client_id: introspector",
        "client_secret: introspector-secret",
        "client_auth: client_secret_basic")) {
      String token = token("for-introspector", null);
      assertThat(proxy.get("/a", "Authorization", "Bearer " + token).statusCode())
          .as(proxy.log())
          .isEqualTo(200);
      assertThat(proxy.get("/a", "Authorization", "Bearer opaque").statusCode()).isEqualTo(401);
      assertThat(proxy.upstream().requests()).hasSize(1);
    }
  }
}
