package io.oidcgrant.examples.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The calls below {@code /v1/auth-servers}: what they give, and what they refuse. */
class ManagementIT {
  private static Identity identity;
  private static String servers;
  private static Server server;

  @BeforeAll
  static void start() throws Exception {
    identity = Identity.start();
    servers = identity.url() + "/v1/auth-servers";
    server = Server.create(identity, "one");
  }

  @AfterAll
  static void stop() {
    identity.close();
  }

  private static void assertProblem(Calls.Got got, int status) {
    assertThat(got.status()).as(got.body()).isEqualTo(status);
    assertThat(got.header("Content-Type")).isEqualTo("application/problem+json");
    assertThat(got.json()).containsEntry("status", (long) status).containsKeys("title", "detail");
  }

  @Test
  void entries_areThereUntilDeleted() throws Exception {
    Server gone = Server.create(identity, "gone");
    String scope = gone.calls("scopes") + "/" + gone.scope("read", false);
    gone.client("app");
    assertThat(Calls.manage("GET", scope, "").json()).containsEntry("name", "read");
    assertThat(Calls.manage("GET", gone.calls("clients/app"), "").body())
        .contains("\"app\"")
        .doesNotContain("secret\"");
    assertThat((List<?>) Calls.manage("GET", gone.calls("scopes"), "").json().get("data"))
        .hasSize(1);
    assertThat(Calls.manage("DELETE", scope, "").status()).isEqualTo(204);
    assertProblem(Calls.manage("GET", scope, ""), 404);
    assertProblem(Calls.manage("DELETE", scope, ""), 404);
    assertThat(Calls.manage("GET", servers, "").body()).contains(gone.id());

    assertThat(Calls.manage("DELETE", servers + "/" + gone.id(), "").status()).isEqualTo(204);

    assertThat(Calls.manage("GET", servers, "").body()).doesNotContain(gone.id());
    assertProblem(Calls.get(gone.shown().get("metadata_uri").toString()), 404);
    assertProblem(gone.token("app", Map.of("grant_type", "client_credentials")), 404);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Basic eDp5", "Bearer", "Bearer ", "kpat_any"})
  void withoutBearerToken_401(String header) throws Exception {
    Calls.Got got =
        header.isEmpty() ? Calls.get(servers) : Calls.get(servers, "Authorization", header);
    assertProblem(got, 401);
    assertThat(got.header("WWW-Authenticate")).isEqualTo("Bearer");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "~ {'name':'x','audience':'a','signing_algorithm':'HS256'} ~ signing_algorithm",
        "~ {'name':'x'} ~ audience",
        "~ {'audience':'a'} ~ name",
        "~ {'name':'','audience':'a'} ~ name",
        "~ {'name':7,'audience':'a'} ~ name",
        "~ {'name':'x','audience':'a','labels':{'env':1}} ~ labels",
        "~ {'name':'x','audience':'a','labels':{'a b':'c'}} ~ labels",
        "~ {'name':'x','audience':'a','no_such':1} ~ no_such",
        "scopes ~ {'name':'two words'} ~ name",
        "scopes ~ {'name':'x','default':'yes'} ~ default",
        "claims ~ {'name':'sub','value':'x'} ~ name",
        "claims ~ {'name':'x'} ~ value",
        "claims ~ {'name':'x','value':'${ exec }'} ~ value",
        "claims ~ {'name':'x','value':[{'y':'${ .Env.X }'}]} ~ value",
        "claims ~ {'name':'x','value':'v','include_in_scopes':['nowhere']} ~ include_in_scopes",
        "claims ~ {'name':'x','value':[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]} ~ value",
        "claims ~ {'name':'x','value':'[\\'${ .Env.X }\\']'} ~ value",
        "clients ~ {'name':'x'} ~ grant_types",
        "clients ~ {'name':'x','grant_types':['magic']} ~ grant_types",
        "clients ~ {'name':'x','grant_types':['password'],'id':'a b'} ~ id",
        "clients ~ {'name':'x','grant_types':['password'],'access_token_duration':59} ~ access_token_duration",
        "clients ~ {'name':'x','grant_types':['password'],'access_token_duration':2592001} ~ access_token_duration",
        "clients ~ {'name':'x','grant_types':['password'],'access_token_duration':60.5} ~ access_token_duration",
        "clients ~ {'name':'x','grant_types':['password'],'allow_scopes':['nowhere']} ~ allow_scopes",
        "clients ~ {'name':'x','grant_types':['password'],'token_endpoint_auth_method':'magic'} ~ token_endpoint_auth_method",
        "clients ~ {'name':'x','grant_types':['password'],'token_endpoint_auth_method':'none','client_secret':'s'} ~ client_secret",
        "clients ~ {'name':'x','grant_types':['password'],'token_endpoint_auth_method':'client_secret_jwt','client_secret':'short'} ~ client_secret",
        "clients ~ {'name':'x','grant_types':['password'],'token_endpoint_auth_method':'private_key_jwt'} ~ jwks",
        "clients ~ {'name':'x','grant_types':['password'],'token_endpoint_auth_method':'private_key_jwt','jwks':{'keys':[{'kty':'oct','k':'AAAA'}]}} ~ jwks",
        "clients ~ {'name':'x','grant_types':['password'],'token_endpoint_auth_method':'private_key_jwt','jwks':{'keys':1}} ~ jwks",
        "clients ~ {'name':'x','grant_types':['password'],'jwks':{'keys':[]}} ~ jwks",
      })
  void badField_400_isNamed(String kind, String body, String field) throws Exception {
    String url = kind == null ? servers : server.calls(kind);
    Calls.Got got = Calls.manage("POST", url, body.replace('\'', '"'));
    assertProblem(got, 400);
    assertThat((List<?>) got.json().get("invalid_parameters"))
        .singleElement()
        .extracting(one -> ((Map<?, ?>) one).get("field"))
        .isEqualTo(field);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[]", "null", "\"x\"", "{\"name\":\"x\"}}", "name=x"})
  void bodyThatIsNoObject_400(String body) throws Exception {
    assertProblem(Calls.manage("POST", servers, body), 400);
  }

  @Test
  void bodyOfDeepNesting_400() throws Exception {
    assertProblem(
        Calls.manage("POST", servers, "{\"a\":" + "[".repeat(30_000) + "]".repeat(30_000) + "}"),
        400);
  }

  @Test
  void sameName_409() throws Exception {
    String body = "{\"name\":\"twice\",\"audience\":\"a\"}";
    Calls.created(servers, body);
    assertProblem(Calls.manage("POST", servers, body), 409);
    server.scope("twice", false);
    assertProblem(Calls.manage("POST", server.calls("scopes"), "{\"name\":\"twice\"}"), 409);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PUT", "PATCH", "OPTIONS"})
  void otherMethods_405(String method) throws Exception {
    for (String url : List.of(
        servers,
        servers + "/" + server.id(),
        server.calls("clients"),
        server.issuer() + "/oauth/token",
        server.issuer() + "/.well-known/jwks",
        identity.url() + "/faults")) {
      Calls.Got got = Calls.manage(method, url, "{}");
      assertProblem(got, 405);
      assertThat(got.header("Allow")).as(url).isNotBlank();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/v1",
        "/v1/auth-servers/unknown",
        "/v1/auth-servers/",
        "/v1/auth-servers//scopes",
        "/unknown/auth/oauth/token",
        "/v1/auth-servers/%2e%2e/scopes",
        "/.well-known/oauth-authorization-server/x/auth",
        "/hooks/auth-servers/unknown/users",
        "/v2/control-planes"
      })
  void elsewhere_404(String path) throws Exception {
    assertProblem(Calls.manage("POST", identity.url() + path, "{}"), 404);
  }

  @Test
  void otherContentType_415() throws Exception {
    assertProblem(
        Calls.send(Calls.to(
                servers,
                "Authorization",
                "Bearer x",
                "Content-Type",
                "application/x-www-form-urlencoded")
            .POST(BodyPublishers.ofString("{}"))),
        415);
  }

  @Test
  void bodyAboveTheLimit_413_andTheLimitItselfIsTaken() throws Exception {
    String head = "{\"name\":\"large\",\"audience\":\"a\"}";
    String filled = head + " ".repeat(Identity.BODY_LIMIT - head.length());
    assertThat(Calls.manage("POST", servers, filled).status()).isEqualTo(201);
    assertProblem(Calls.manage("POST", servers, filled + " "), 413);
    assertProblem(Calls.manage("POST", servers, "x".repeat(1_000_000)), 413);
    Calls.Got token = Calls.form(
        server.issuer() + "/oauth/token", Map.of("scope", "x".repeat(Identity.BODY_LIMIT)));
    assertThat(token.status()).isEqualTo(413);
  }

  @Test
  void servers_are50AtMost() throws Exception {
    try (Identity other = Identity.start()) {
      String url = other.url() + "/v1/auth-servers";
      for (int i = 0; i < 50; i++) {
        Calls.created(url, "{\"name\":\"s" + i + "\",\"audience\":\"a\"}");
      }
      assertProblem(Calls.manage("POST", url, "{\"name\":\"more\",\"audience\":\"a\"}"), 400);
    }
  }
}
