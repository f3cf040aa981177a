package io.oidcgrant.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.util.JSONArrayUtils;
import com.nimbusds.jose.util.JSONObjectUtils;
import io.oidcgrant.examples.keycloak.SharedKeycloak;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** What the tests change in the running Keycloak. */
final class AdminApi {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private AdminApi() {}

  /** Has Keycloak fetch the keys of a client of {@code example-realm} from {@code url}. */
  static void setJwksUrl(String clientId, String url) throws Exception {
    Map<String, Object> changed = client(clientId);
    Map<String, Object> attributes = new HashMap<>();
    ((Map<?, ?>) changed.get("attributes"))
        .forEach((name, value) -> attributes.put((String) name, value));
    attributes.put("jwks.url", url);
    changed.put("attributes", attributes);
    HttpResponse<String> answer = ask(
        "PUT", realm() + "/clients/" + changed.get("id"), JSONObjectUtils.toJSONString(changed));
    assertThat(answer.statusCode()).isEqualTo(204);
  }

  /**
   * Adds a key with which {@code example-realm} signs from now on; older ones stay published.
   *
   * @param providerId Keycloak's name of its kind
   * @return the address at which {@link #delete} removes it
   */
  static String addKey(String providerId, Map<String, String> settings) throws Exception {
    Map<String, Object> config = new HashMap<>();
    config.put("priority", List.of("200"));
    config.put("enabled", List.of("true"));
    config.put("active", List.of("true"));
    settings.forEach((name, value) -> config.put(name, List.of(value)));
    return add(
        realm() + "/components",
        Map.of(
            "name",
            "added " + UUID.randomUUID(),
            "providerId",
            providerId,
            "providerType",
            "org.keycloak.keys.KeyProvider",
            "config",
            config));
  }

  /**
   * Has userinfo, and nothing else, tell a claim to a client of {@code example-realm}.
   *
   * @return the address at which {@link #delete} removes it
   */
  static String addUserinfoClaim(String clientId, String claim, String value) throws Exception {
    return add(
        realm() + "/clients/" + client(clientId).get("id") + "/protocol-mappers/models",
        Map.of(
            "name",
            "added " + claim,
            "protocol",
            "openid-connect",
            "protocolMapper",
            "oidc-hardcoded-claim-mapper",
            "config",
            Map.of(
                "claim.name",
                claim,
                "claim.value",
                value,
                "jsonType.label",
                "String",
                "userinfo.token.claim",
                "true")));
  }

  /** Removes what was added. */
  static void delete(String address) throws Exception {
    assertThat(ask("DELETE", address, null).statusCode()).isEqualTo(204);
  }

  private static String add(String address, Map<String, Object> thing) throws Exception {
    HttpResponse<String> answer = ask("POST", address, JSONObjectUtils.toJSONString(thing));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    return answer.headers().firstValue("Location").orElseThrow();
  }

  @SuppressWarnings("unchecked") // keys of JSON objects are texts
  private static Map<String, Object> client(String clientId) throws Exception {
    String found = ask("GET", realm() + "/clients?clientId=" + clientId, null).body();
    return new HashMap<>((Map<String, Object>) JSONArrayUtils.parse(found).get(0));
  }

  private static String base() {
    return "http://localhost:" + SharedKeycloak.server().port();
  }

  private static String realm() {
    return base() + "/admin/realms/example-realm";
  }

  private static HttpResponse<String> ask(String method, String url, String json) throws Exception {
    return send(method, url, token(base()), json);
  }

  private static String token(String base) throws Exception {
    HttpResponse<String> answer = CLIENT.send(
        HttpRequest.newBuilder(URI.create(base + "/realms/master/protocol/openid-connect/token"))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(
                "grant_type=password&client_id=admin-cli&username=admin&password=admin"))
            .build(),
        HttpResponse.BodyHandlers.ofString());
    return (String) JSONObjectUtils.parse(answer.body()).get("access_token");
  }

  /**
   * A request to an administrator's interface.
   *
   * @param token null for none
   * @param json null for no body
   */
  static HttpResponse<String> send(String method, String url, String token, String json)
      throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url))
        .method(
            method,
            json == null
                ? HttpRequest.BodyPublishers.noBody()
                : HttpRequest.BodyPublishers.ofString(json));
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    if (json != null) {
      request.header("Content-Type", "application/json");
    }
    return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }
}
