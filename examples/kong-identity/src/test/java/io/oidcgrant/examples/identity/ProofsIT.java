package io.oidcgrant.examples.identity;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.oauth2.sdk.dpop.DPoPProofFactory;
import com.nimbusds.oauth2.sdk.dpop.DefaultDPoPProofFactory;
import com.nimbusds.oauth2.sdk.token.DPoPAccessToken;
import com.nimbusds.openid.connect.sdk.Nonce;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9449. */
class ProofsIT {
  private static final Map<String, String> OWN = Map.of("grant_type", "client_credentials");

  private static Identity identity;
  private static Server server;
  private static URI endpoint;
  private static ECKey key;

  @BeforeAll
  static void start() throws Exception {
    identity = Identity.start();
    server = Server.create(identity, "proofs");
    endpoint = URI.create(server.issuer() + "/oauth/token");
    server.client("app");
    server.client(
        "bound",
        "client_secret_post",
        Map.of("client_secret", "secret", "dpop_bound_access_tokens", true));
    server.client("public", "none", Map.of());
    server.user("john", "doe");
    key = new ECKeyGenerator(Curve.P_256).generate();
  }

  @BeforeEach
  void withoutNonce() throws Exception {
    Calls.hook(identity, server.id(), "settings", "{}");
  }

  @AfterAll
  static void stop() {
    identity.close();
  }

  private static DPoPProofFactory proofs(ECKey key) throws Exception {
    return new DefaultDPoPProofFactory(key, JWSAlgorithm.ES256);
  }

  private static String proof() throws Exception {
    return proofs(key).createDPoPJWT("POST", endpoint).serialize();
  }

  private static void assertRefused(Calls.Got got, String error) {
    assertThat(got.status()).as(got.body()).isEqualTo(400);
    assertThat(got.text("error")).isEqualTo(error);
  }

  @Test
  void proof_bindsTheToken() throws Exception {
    Calls.Got got = server.token("app", OWN, "DPoP", proof());
    assertThat(got.text("token_type")).isEqualTo("DPoP");
    assertThat(server.claims(got).getJSONObjectClaim("cnf"))
        .isEqualTo(Map.of("jkt", key.computeThumbprint().toString()));
  }

  @Test
  void proof_isGoodOnceAndForItsRequest() throws Exception {
    String once = proof();
    assertThat(server.token("app", OWN, "DPoP", once).status()).isEqualTo(200);
    assertRefused(server.token("app", OWN, "DPoP", once), "invalid_dpop_proof");
    String elsewhere =
        proofs(key).createDPoPJWT("POST", URI.create("http://else/")).serialize();
    assertRefused(server.token("app", OWN, "DPoP", elsewhere), "invalid_dpop_proof");
    String get = proofs(key).createDPoPJWT("GET", endpoint).serialize();
    assertRefused(server.token("app", OWN, "DPoP", get), "invalid_dpop_proof");
    assertRefused(server.token("app", OWN, "DPoP", proof(), "DPoP", proof()), "invalid_request");
    assertRefused(server.token("bound", OWN), "invalid_dpop_proof");
    assertThat(server.token("bound", OWN, "DPoP", proof()).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x",
        "a.b.c",
        "eyJhbGciOiJub25lIn0.e30.",
        "eyJhbGciOiJFZERTQSIsInR5cCI6ImRwb3Arand0IiwiandrIjp7Imt0eSI6Ik9LUCJ9fQ.e30.AAAA"
      })
  void proofThatCannotBeRead_isRefused(String proof) throws Exception {
    assertRefused(server.token("app", OWN, "DPoP", proof), "invalid_dpop_proof");
  }

  @Test
  void nonce_isDemandedAndGiven() throws Exception {
    Calls.hook(identity, server.id(), "settings", "{\"require_dpop_nonce\":true}");
    Calls.Got first = server.token("app", OWN, "DPoP", proof());
    assertRefused(first, "use_dpop_nonce");
    Nonce nonce = new Nonce(first.header("DPoP-Nonce"));
    String proof = proofs(key).createDPoPJWT("POST", endpoint, nonce).serialize();
    assertThat(server.token("app", OWN, "DPoP", proof).status()).isEqualTo(200);

    Calls.hook(identity, server.id(), "settings", "{\"require_dpop_nonce\":true}");

    String stale = proofs(key).createDPoPJWT("POST", endpoint, nonce).serialize();
    Calls.Got second = server.token("app", OWN, "DPoP", stale);
    assertRefused(second, "use_dpop_nonce");
    assertThat(second.header("DPoP-Nonce")).isNotBlank().isNotEqualTo(nonce.getValue());
  }

  @Test
  void publicClientsRefreshToken_isBoundToTheKey() throws Exception {
    Map<String, String> form = new LinkedHashMap<>(Map.of(
        "grant_type", "password", "username", "john", "password", "doe", "client_id", "public"));
    String token = Calls.form(endpoint.toString(), form, "DPoP", proof()).text("refresh_token");
    Map<String, String> refresh =
        Map.of("grant_type", "refresh_token", "refresh_token", token, "client_id", "public");
    ECKey other = new ECKeyGenerator(Curve.P_256).generate();
    String stolen = proofs(other).createDPoPJWT("POST", endpoint).serialize();
    assertRefused(Calls.form(endpoint.toString(), refresh, "DPoP", stolen), "invalid_grant");
    assertRefused(Calls.form(endpoint.toString(), refresh), "invalid_grant");
    assertThat(Calls.form(endpoint.toString(), refresh, "DPoP", proof()).status())
        .isEqualTo(200);
  }

  @Test
  void userinfo_wantsTheHolderOfTheKey() throws Exception {
    String userinfo = server.issuer() + "/userinfo";
    String token = server.token("app", OWN, "DPoP", proof()).text("access_token");
    String right = proofs(key)
        .createDPoPJWT("GET", URI.create(userinfo), new DPoPAccessToken(token))
        .serialize();
    ECKey other = new ECKeyGenerator(Curve.P_256).generate();
    String wrong = proofs(other)
        .createDPoPJWT("GET", URI.create(userinfo), new DPoPAccessToken(token))
        .serialize();
    assertThat(Calls.get(userinfo, "Authorization", "Bearer " + token).status()).isEqualTo(401);
    assertThat(Calls.get(userinfo, "Authorization", "DPoP " + token).status()).isEqualTo(401);
    assertThat(
            Calls.get(userinfo, "Authorization", "DPoP " + token, "DPoP", wrong).status())
        .isEqualTo(401);
    assertThat(
            Calls.get(userinfo, "Authorization", "DPoP " + token, "DPoP", right).status())
        .isEqualTo(200);
  }
}
