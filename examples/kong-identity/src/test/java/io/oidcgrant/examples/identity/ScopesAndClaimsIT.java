package io.oidcgrant.examples.identity;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.JWTClaimsSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Which scopes a client gets, and which claims they bring. */
class ScopesAndClaimsIT {
  private static Identity identity;
  private static Server server;
  private static String readId;

  @BeforeAll
  static void start() throws Exception {
    identity = Identity.start();
    server = Server.create(identity, "claims");
    readId = server.scope("read", false);
    server.scope("write", false);
    Calls.created(server.calls("scopes"), "{\"name\":\"off\",\"enabled\":false}");
    server.claim("always", "a", Map.of("include_in_all_scopes", true));
    server.claim("for-read", "r", Map.of("include_in_scopes", List.of(readId)));
    server.claim("no-scope", "n", Map.of());
    server.claim("off", "o", Map.of("include_in_all_scopes", true, "enabled", false));
    server.claim(
        "userinfo",
        "${ .Client.Name }",
        Map.of("include_in_all_scopes", true, "include_in_token", false));
    server.client("app");
    server.client(
        "reader",
        "client_secret_post",
        Map.of(
            "client_secret", "secret", "allow_all_scopes", false, "allow_scopes", List.of(readId)));
  }

  @AfterAll
  static void stop() {
    identity.close();
  }

  private static Calls.Got token(String client, String scope) throws Exception {
    Map<String, String> form = new LinkedHashMap<>(Map.of("grant_type", "client_credentials"));
    if (!scope.isEmpty()) {
      form.put("scope", scope);
    }
    return server.token(client, form);
  }

  private static JWTClaimsSet claims(String client, String scope) throws Exception {
    return server.claims(token(client, scope));
  }

  @Test
  void scopes_areThoseOfTheClient() throws Exception {
    assertThat(claims("app", "write read").getStringClaim("scope")).isEqualTo("read write");
    assertThat(claims("reader", "read").getStringClaim("scope")).isEqualTo("read");
    assertThat(claims("app", "").getClaim("scope")).isNull();
    assertThat(token("app", "").json()).doesNotContainKey("scope");
    for (String scope : List.of("write", "read write", "off", "unknown")) {
      Calls.Got got = token("reader", scope);
      assertThat(got.status()).as(scope).isEqualTo(400);
      assertThat(got.text("error")).isEqualTo("invalid_scope");
    }
    assertThat(token("app", "off").text("error")).isEqualTo("invalid_scope");
  }

  @Test
  void defaultScope_needNotBeAskedFor() throws Exception {
    Server defaults = Server.create(identity, "defaults");
    String openId = defaults.scope("open", true);
    defaults.scope("closed", true);
    defaults.scope("more", false);
    defaults.client(
        "app",
        "client_secret_post",
        Map.of(
            "client_secret", "secret", "allow_all_scopes", false, "allow_scopes", List.of(openId)));
    defaults.client("all");
    Map<String, String> form = Map.of("grant_type", "client_credentials");
    assertThat(defaults.token("app", form).text("scope")).isEqualTo("open");
    Map<String, String> more = Map.of("grant_type", "client_credentials", "scope", "more");
    assertThat(defaults.token("all", more).text("scope")).isEqualTo("open closed more");
  }

  @Test
  void claims_comeWithTheirScopes() throws Exception {
    assertThat(claims("app", "read").getClaims())
        .containsEntry("always", "a")
        .containsEntry("for-read", "r")
        .doesNotContainKeys("no-scope", "off", "userinfo");
    assertThat(claims("app", "write").getClaims())
        .containsEntry("always", "a")
        .doesNotContainKeys("for-read", "no-scope", "off", "userinfo");
    assertThat(claims("app", "").getClaims())
        .containsEntry("always", "a")
        .containsEntry("no-scope", "n")
        .doesNotContainKeys("for-read", "off", "userinfo");
  }

  @Test
  void userinfo_hasTheOtherClaims() throws Exception {
    String token = token("app", "read").text("access_token");
    Calls.Got got = Calls.get(server.issuer() + "/userinfo", "Authorization", "Bearer " + token);
    assertThat(got.json()).isEqualTo(Map.of("sub", "app", "userinfo", "app"));
    for (String header : List.of("Bearer x", "Bearer", "Basic " + token, "DPoP " + token)) {
      Calls.Got refused = Calls.get(server.issuer() + "/userinfo", "Authorization", header);
      assertThat(refused.status()).as(header).isEqualTo(401);
      assertThat(refused.header("WWW-Authenticate")).contains("invalid_token");
    }
  }

  @Test
  void values_areJsonWithTemplates() throws Exception {
    Server templates = Server.create(identity, "templates");
    templates.client(
        "app",
        "client_secret_post",
        Map.of("client_secret", "secret", "labels", Map.of("env", "stage")));
    Map<String, Object> value = Map.of(
        "list",
        List.of("${ .Client.Labels.env | upper }", 1, true),
        "number",
        2.5,
        "server",
        "${ .AuthServer.Name }/${ .AuthServer.Labels.env }");
    templates.claim("object", value, Map.of());
    templates.claim("json", "[\"${ .Client.Name }\",{\"a\":[1]}]", Map.of());
    templates.claim("no-json", "[${ .Client.Name }", Map.of());
    templates.claim("id", "${ uuidv4 }", Map.of());
    templates.claim("gone", "${ .Client.Labels.gone | default \"production\" }", Map.of());
    Map<String, String> form = Map.of("grant_type", "client_credentials");

    JWTClaimsSet one = templates.claims(templates.token("app", form));
    JWTClaimsSet two = templates.claims(templates.token("app", form));

    assertThat(one.getJSONObjectClaim("object"))
        .containsEntry("list", List.of("STAGE", 1L, true))
        .containsEntry("number", 2.5)
        .containsEntry("server", "templates/test");
    assertThat(one.getClaim("json")).isEqualTo(List.of("app", Map.of("a", List.of(1L))));
    assertThat(one.getStringClaim("no-json")).isEqualTo("[app");
    assertThat(one.getStringClaim("gone")).isEqualTo("production");
    assertThat(one.getStringClaim("id")).hasSize(36).isNotEqualTo(two.getStringClaim("id"));
  }
}
