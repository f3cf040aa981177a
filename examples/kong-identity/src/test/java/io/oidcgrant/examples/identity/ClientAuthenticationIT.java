package io.oidcgrant.examples.identity;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.oauth2.sdk.auth.JWTAuthentication;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 6749 section 2.3 and RFC 7523. */
class ClientAuthenticationIT {
  private static final String SECRET = "secret-of-at-least-32-characters";

  private static Identity identity;
  private static Server server;
  private static ECKey key;
  private static ECKey otherKey;

  @BeforeAll
  static void start() throws Exception {
    identity = Identity.start();
    server = Server.create(identity, "clients");
    key = new ECKeyGenerator(Curve.P_256).keyID("one").generate();
    otherKey = new ECKeyGenerator(Curve.P_256).keyID("one").generate();
    for (String method :
        List.of("client_secret_post", "client_secret_basic", "client_secret_jwt")) {
      server.client(method, method, Map.of("client_secret", SECRET));
    }
    server.client(
        "private_key_jwt",
        "private_key_jwt",
        Map.of("jwks", new JWKSet(key).toPublicJWKSet().toJSONObject()));
    server.client("none", "none", Map.of());
    server.user("john", "doe");
  }

  @AfterAll
  static void stop() {
    identity.close();
  }

  private static Calls.Got token(Map<String, String> form, String... headers) throws Exception {
    Map<String, String> all = new LinkedHashMap<>(form);
    all.putIfAbsent("grant_type", "client_credentials");
    return Calls.form(server.issuer() + "/oauth/token", all, headers);
  }

  private static String basic(String id, String secret) {
    return "Basic " + Base64.getEncoder().encodeToString((id + ":" + secret).getBytes(UTF_8));
  }

  private static Map<String, String> asserted(SignedJWT assertion) {
    return Map.of(
        "client_assertion_type",
        JWTAuthentication.CLIENT_ASSERTION_TYPE,
        "client_assertion",
        assertion.serialize());
  }

  private static JWTClaimsSet.Builder claims(String id) {
    return new JWTClaimsSet.Builder()
        .issuer(id)
        .subject(id)
        .audience(server.issuer())
        .jwtID(UUID.randomUUID().toString())
        .expirationTime(Date.from(Instant.now().plusSeconds(60)));
  }

  private static SignedJWT bySecret(String secret, JWTClaimsSet claims) throws Exception {
    SignedJWT jwt = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), claims);
    jwt.sign(new MACSigner(secret));
    return jwt;
  }

  private static SignedJWT byKey(ECKey key, JWTClaimsSet claims) throws Exception {
    SignedJWT jwt =
        new SignedJWT(new JWSHeader.Builder(JWSAlgorithm.ES256).keyID("one").build(), claims);
    jwt.sign(new ECDSASigner(key));
    return jwt;
  }

  private static void assertGood(Calls.Got got) throws Exception {
    assertThat(server.claims(got).getIssuer()).isEqualTo(server.issuer());
  }

  private static void assertRefused(Calls.Got got) {
    assertThat(got.status()).as(got.body()).isEqualTo(401);
    assertThat(got.text("error")).isEqualTo("invalid_client");
    assertThat(got.header("WWW-Authenticate")).startsWith("Basic");
    assertThat(got.body()).doesNotContain(SECRET);
  }

  @Test
  void clientSecretPost() throws Exception {
    String id = "client_secret_post";
    assertGood(token(Map.of("client_id", id, "client_secret", SECRET)));
    assertRefused(token(Map.of("client_id", id, "client_secret", SECRET + "x")));
    assertRefused(token(Map.of("client_id", id)));
    assertRefused(token(Map.of(), "Authorization", basic(id, SECRET)));
  }

  @Test
  void clientSecretBasic() throws Exception {
    String id = "client_secret_basic";
    assertGood(token(Map.of(), "Authorization", basic(id, SECRET)));
    assertRefused(token(Map.of(), "Authorization", basic(id, SECRET + "x")));
    assertRefused(token(Map.of("client_id", id, "client_secret", SECRET)));
    assertRefused(token(
        Map.of("client_id", id, "client_secret", SECRET), "Authorization", basic(id, SECRET)));
  }

  @Test
  void clientSecretJwt() throws Exception {
    String id = "client_secret_jwt";
    assertGood(token(asserted(bySecret(SECRET, claims(id).build()))));
    assertGood(token(asserted(
        bySecret(SECRET, claims(id).audience(server.issuer() + "/oauth/token").build()))));
    assertRefused(token(asserted(bySecret(SECRET + "x", claims(id).build()))));
    assertRefused(token(Map.of("client_id", id, "client_secret", SECRET)));
  }

  @Test
  void privateKeyJwt() throws Exception {
    String id = "private_key_jwt";
    SignedJWT once = byKey(key, claims(id).build());
    assertGood(token(asserted(once)));
    assertRefused(token(asserted(once)));
    assertRefused(token(asserted(byKey(otherKey, claims(id).build()))));
    assertRefused(token(asserted(byKey(key, claims(id).audience("https://else").build()))));
    assertRefused(token(asserted(byKey(key, claims(id).subject("none").build()))));
    assertRefused(token(asserted(byKey(
        key,
        claims(id).expirationTime(Date.from(Instant.now().minusSeconds(120))).build()))));
    assertRefused(token(asserted(byKey(
        key,
        claims(id).expirationTime(Date.from(Instant.now().plusSeconds(3600))).build()))));
    assertRefused(token(asserted(bySecret(SECRET, claims(id).build()))));
  }

  @Test
  void none_mayUsePasswordAndNoCredentialsOfItsOwn() throws Exception {
    Map<String, String> password = Map.of(
        "client_id", "none", "grant_type", "password", "username", "john", "password", "doe");
    assertGood(token(password));
    Calls.Got own = token(Map.of("client_id", "none"));
    assertThat(own.text("error")).isIn("unauthorized_client", "invalid_client");
    Map<String, String> withSecret = new LinkedHashMap<>(password);
    withSecret.put("client_secret", SECRET);
    assertRefused(token(withSecret));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"Basic", "Basic !!", "Basic bm9jb2xvbg==", "Bearer x", "Digest a=b", "Basic Og=="})
  void authorizationThatCannotBeRead_isRefused(String header) throws Exception {
    assertRefused(token(Map.of(), "Authorization", header));
  }

  @ParameterizedTest
  @CsvSource({
    "client_assertion, x.y.z",
    "client_assertion, eyJhbGciOiJub25lIn0.e30.",
    "client_assertion, eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJub25lIiwiaXNzIjoibm9uZSJ9.AAAA",
    "client_assertion, eyJhbGciOiJFUzI1NksifQ.eyJzdWIiOiJub25lIiwiaXNzIjoibm9uZSJ9.AAAA",
    "client_assertion_type, saml",
    "client_id, nobody",
    "client_id, ''",
    "client_secret, alone",
    "x, y",
  })
  void parametersThatAreNoClientAuthentication_areRefused(String name, String value)
      throws Exception {
    Map<String, String> form = new LinkedHashMap<>(Map.of(name, value));
    if (name.equals("client_assertion")) {
      form.put("client_assertion_type", JWTAuthentication.CLIENT_ASSERTION_TYPE);
    }
    assertRefused(token(form));
  }

  @Test
  void secrets_areTwoAtMost_eachGoodUntilDeleted() throws Exception {
    Map<String, Object> client = server.client("rotating", "client_secret_post", Map.of());
    String secrets = server.calls("clients") + "/rotating/secrets";
    List<String> values = new ArrayList<>(List.of(client.get("client_secret").toString()));
    Map<String, Object> second = Calls.created(secrets, "{}");
    values.add(second.get("client_secret").toString());
    assertThat(Calls.manage("POST", secrets, "{}").status()).isEqualTo(409);
    for (String value : values) {
      assertThat(value).hasSize(43);
      assertGood(token(Map.of("client_id", "rotating", "client_secret", value)));
    }
    Calls.Got shown = Calls.manage("GET", secrets, "");
    assertThat((List<?>) shown.json().get("data")).hasSize(2);
    assertThat(shown.body() + Calls.manage("GET", server.calls("clients"), "").body())
        .doesNotContain(values)
        .doesNotContain("client_secret\"");

    Calls.Got deleted = Calls.manage("DELETE", secrets + "/" + second.get("id"), "");

    assertThat(deleted.status()).isEqualTo(204);
    assertGood(token(Map.of("client_id", "rotating", "client_secret", values.get(0))));
    assertRefused(token(Map.of("client_id", "rotating", "client_secret", values.get(1))));
  }
}
