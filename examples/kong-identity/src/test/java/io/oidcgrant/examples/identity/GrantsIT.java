package io.oidcgrant.examples.identity;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jwt.JWTClaimsSet;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 6749 sections 4.3, 4.4 and 6, RFC 8693, RFC 7662, RFC 7009. */
class GrantsIT {
  private static final Map<String, String> OWN = Map.of("grant_type", "client_credentials");
  private static final Map<String, String> PASSWORD =
      Map.of("grant_type", "password", "username", "john", "password", "doe");
  private static final String EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
  private static final String ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";

  private static Identity identity;
  private static Server server;
  private static Server foreign;

  @BeforeAll
  static void start() throws Exception {
    identity = Identity.start();
    server = Server.create(identity, "grants");
    foreign = Server.create(identity, "foreign");
    for (Server one : List.of(server, foreign)) {
      one.scope("read", false);
      one.scope("write", false);
      one.client("app");
      one.client("other");
      one.user("john", "doe");
    }
  }

  @AfterAll
  static void stop() {
    identity.close();
  }

  private static Map<String, String> with(Map<String, String> form, String... more) {
    Map<String, String> all = new LinkedHashMap<>(form);
    for (int i = 0; i < more.length; i += 2) {
      all.put(more[i], more[i + 1]);
    }
    return all;
  }

  private static void assertRefused(Calls.Got got, String error) {
    assertThat(got.status()).as(got.body()).isEqualTo(400);
    assertThat(got.text("error")).isEqualTo(error);
    assertThat(got.header("Cache-Control")).isEqualTo("no-store");
  }

  private static String refreshToken(Calls.Got got) {
    assertThat(got.status()).as(got.body()).isEqualTo(200);
    return got.text("refresh_token");
  }

  private static Calls.Got refresh(String token, String... more) throws Exception {
    return server.token(
        "app", with(Map.of("grant_type", "refresh_token", "refresh_token", token), more));
  }

  @Test
  void password_isChecked() throws Exception {
    Calls.Got got = server.token("app", with(PASSWORD, "scope", "read"));
    assertThat(server.claims(got).getSubject()).isEqualTo("john");
    assertThat(server.claims(got).getStringClaim("client_id")).isEqualTo("app");
    assertRefused(server.token("app", with(PASSWORD, "password", "wrong")), "invalid_grant");
    assertRefused(server.token("app", with(PASSWORD, "username", "jane")), "invalid_grant");
  }

  @Test
  void refreshToken_givesNoMoreThanItHas() throws Exception {
    String token = refreshToken(server.token("app", with(PASSWORD, "scope", "read write")));
    assertThat(refresh(token).text("scope")).isEqualTo("read write");
    assertThat(refresh(token, "scope", "read").text("scope")).isEqualTo("read");
    assertThat(server.claims(refresh(token)).getSubject()).isEqualTo("john");
    String less = refreshToken(server.token("app", with(PASSWORD, "scope", "read")));
    assertRefused(refresh(less, "scope", "read write"), "invalid_scope");
    assertRefused(
        server.token("other", Map.of("grant_type", "refresh_token", "refresh_token", token)),
        "invalid_grant");
    assertRefused(refresh("unknown"), "invalid_grant");
  }

  @Test
  void refreshToken_rotates_andUsedTwiceEndsTheSession() throws Exception {
    Calls.hook(identity, server.id(), "settings", "{\"rotate_refresh_tokens\":true}");
    try {
      String first = refreshToken(server.token("app", PASSWORD));
      String second = refreshToken(refresh(first));
      String third = refreshToken(refresh(second));
      assertThat(List.of(first, second, third)).doesNotHaveDuplicates();

      assertRefused(refresh(first), "invalid_grant");

      assertRefused(refresh(third), "invalid_grant");
    } finally {
      Calls.hook(identity, server.id(), "settings", "{}");
    }
  }

  @Test
  void refreshToken_usedAtTheSameTime_rotatesOnce() throws Exception {
    Calls.hook(identity, server.id(), "settings", "{\"rotate_refresh_tokens\":true}");
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      for (int round = 0; round < 10; round++) {
        String token = refreshToken(server.token("app", PASSWORD));
        List<Integer> statuses = new ArrayList<>();
        Callable<Calls.Got> use = () -> refresh(token);
        for (Future<Calls.Got> got : threads.invokeAll(Collections.nCopies(8, use))) {
          statuses.add(got.get().status());
        }
        assertThat(statuses).containsOnlyOnce(200).containsOnly(200, 400);
      }
    } finally {
      threads.shutdownNow();
      Calls.hook(identity, server.id(), "settings", "{}");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "grant_type, magic, unsupported_grant_type",
    "grant_type, '', unsupported_grant_type",
    "grant_type, authorization_code, invalid_request",
    "grant_type, password, invalid_request",
    "grant_type, refresh_token, invalid_request",
    "grant_type, urn:ietf:params:oauth:grant-type:token-exchange, invalid_request",
    "scope, admin, invalid_scope",
    "scope, read admin, invalid_scope",
  })
  void badRequests_haveTheirError(String name, String value, String error) throws Exception {
    assertRefused(server.token("app", with(OWN, name, value)), error);
  }

  @Test
  void grantType_mustBeTheClients() throws Exception {
    server.client(
        "one-way",
        "client_secret_post",
        Map.of("client_secret", "secret", "grant_types", List.of("client_credentials")));
    assertThat(server.token("one-way", OWN).status()).isEqualTo(200);
    assertRefused(server.token("one-way", PASSWORD), "unauthorized_client");
  }

  private static Map<String, String> exchange(String subjectToken, String... more) {
    return with(
        Map.of(
            "grant_type", EXCHANGE,
            "subject_token", subjectToken,
            "subject_token_type", ACCESS_TOKEN),
        more);
  }

  @Test
  void exchange_ofOwnToken() throws Exception {
    String subject = server.token("other", PASSWORD).text("access_token");
    Calls.Got got = server.token("app", exchange(subject, "scope", "write", "audience", "other"));
    JWTClaimsSet claims = server.claims(got);
    assertThat(got.text("issued_token_type")).isEqualTo(ACCESS_TOKEN);
    assertThat(claims.getSubject()).isEqualTo("john");
    assertThat(claims.getAudience()).containsExactly("other");
    assertThat(claims.getStringClaim("client_id")).isEqualTo("app");
    assertThat(claims.getStringClaim("scope")).isEqualTo("write");
    assertThat(claims.getClaim("act")).isNull();

    String actor = server.token("app", OWN).text("access_token");
    JWTClaimsSet acted = server.claims(server.token(
        "app", exchange(subject, "actor_token", actor, "actor_token_type", ACCESS_TOKEN)));
    assertThat(acted.getJSONObjectClaim("act")).containsEntry("sub", "app");
    assertThat(acted.getAudience()).containsExactly("api");
  }

  @Test
  void exchange_refusesWhatIsNotGood() throws Exception {
    String subject = server.token("other", PASSWORD).text("access_token");
    String cut = subject.substring(0, subject.length() - 4) + "AAAA";
    assertRefused(server.token("app", exchange(cut)), "invalid_request");
    assertRefused(server.token("app", exchange("opaque")), "invalid_request");
    assertRefused(
        server.token("app", exchange(subject, "audience", "elsewhere")), "invalid_target");
    assertRefused(
        server.token(
            "app",
            exchange(subject, "requested_token_type", "urn:ietf:params:oauth:token-type:saml2")),
        "invalid_request");
    assertRefused(
        server.token(
            "app",
            exchange(subject, "subject_token_type", "urn:ietf:params:oauth:token-type:saml1")),
        "invalid_request");
  }

  @Test
  void exchange_ofForeignToken_needsTrust_andFollowsItsKeys() throws Exception {
    Server trusting = Server.create(identity, "trusting");
    trusting.client("app");
    String subject = foreign.token("app", PASSWORD).text("access_token");
    assertRefused(trusting.token("app", exchange(subject)), "invalid_request");

    Calls.hook(
        identity,
        trusting.id(),
        "trusted-issuers",
        JSONObjectUtils.toJSONString(
            Map.of("issuer", foreign.issuer(), "jwks_uri", foreign.shown().get("jwks_uri"))));

    assertThat(trusting.claims(trusting.token("app", exchange(subject))).getSubject())
        .isEqualTo("john");
    Calls.hook(identity, foreign.id(), "rotate-keys", "{\"keep\":false}");
    assertRefused(trusting.token("app", exchange(subject)), "invalid_request");
    String newer = foreign.token("app", PASSWORD).text("access_token");
    assertThat(trusting.token("app", exchange(newer)).status()).isEqualTo(200);
  }

  @Test
  void rotatedKey_staysPublishedUnlessItMustNot() throws Exception {
    Server rotating = Server.create(identity, "rotating");
    rotating.client("app");
    Calls.Got old = rotating.token("app", OWN);
    Calls.hook(identity, rotating.id(), "rotate-keys", "{}");
    assertThat(rotating.claims(old).getSubject()).isEqualTo("app");
    assertThat(rotating.claims(rotating.token("app", OWN)).getSubject()).isEqualTo("app");
    Calls.hook(identity, rotating.id(), "rotate-keys", "{\"keep\":false}");
    assertThat(active(rotating, old.text("access_token"))).isEqualTo(false);
  }

  private static Object active(Server server, String token) throws Exception {
    return introspected(server, token).get("active");
  }

  private static Map<String, Object> introspected(Server server, String token) throws Exception {
    Calls.Got got = Calls.form(
        server.issuer() + "/introspect",
        Map.of("token", token, "client_id", "app", "client_secret", "secret"));
    assertThat(got.status()).isEqualTo(200);
    return got.json();
  }

  @Test
  void introspection_tellsWhatATokenIs_untilItIsRevoked() throws Exception {
    Calls.Got got = server.token("app", with(PASSWORD, "scope", "read"));
    String access = got.text("access_token");
    String refresh = refreshToken(got);
    assertThat(introspected(server, access))
        .containsEntry("active", true)
        .containsEntry("sub", "john")
        .containsEntry("client_id", "app")
        .containsEntry("scope", "read")
        .containsEntry("token_type", "Bearer")
        .containsEntry("iss", server.issuer());
    assertThat(introspected(server, refresh)).containsEntry("active", true);
    assertThat(introspected(server, "unknown")).isEqualTo(Map.of("active", false));

    for (String token : List.of(access, refresh)) {
      Map<String, String> form = Map.of("token", token, "client_secret", "secret");
      Calls.form(server.issuer() + "/revoke", with(form, "client_id", "other"));
      assertThat(active(server, token)).isEqualTo(true);
      Calls.Got revoked = Calls.form(server.issuer() + "/revoke", with(form, "client_id", "app"));
      assertThat(revoked.status()).isEqualTo(200);
      assertThat(introspected(server, token)).isEqualTo(Map.of("active", false));
    }
    assertRefused(refresh(refresh), "invalid_grant");
  }

  @Test
  void introspection_takesTheSecretInHeaderAndBody() throws Exception {
    String token = server.token("app", OWN).text("access_token");
    for (String secret : List.of("secret", "wrong")) {
      String basic = Base64.getEncoder().encodeToString(("app:" + secret).getBytes(UTF_8));
      Calls.Got got = Calls.form(
          server.issuer() + "/introspect",
          Map.of("token", token),
          "Authorization",
          "Basic " + basic);
      assertThat(got.status()).isEqualTo(secret.equals("secret") ? 200 : 401);
    }
    server.client("public", "none", Map.of());
    Calls.Got open =
        Calls.form(server.issuer() + "/introspect", Map.of("token", token, "client_id", "public"));
    assertThat(open.status()).isEqualTo(401);
  }

  @Test
  void introspection_isForClients() throws Exception {
    String token = server.token("app", OWN).text("access_token");
    Calls.Got got = Calls.form(
        server.issuer() + "/introspect",
        Map.of("token", token),
        "Authorization",
        "Bearer " + token);
    assertThat(got.status()).isEqualTo(401);
    assertThat(got.body()).doesNotContain("active");
  }
}
