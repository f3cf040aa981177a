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
import java.util.Map;

/** What the tests change in the running Keycloak. */
final class AdminApi {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private AdminApi() {}

  /** Has Keycloak fetch the keys of a client of {@code example-realm} from {@code url}. */
  static void setJwksUrl(String clientId, String url) throws Exception {
    String base = "http://localhost:" + SharedKeycloak.server().port();
    String token = token(base);
    String clients = base + "/admin/realms/example-realm/clients";
    Map<?, ?> found = (Map<?, ?>) JSONArrayUtils.parse(
            send("GET", clients + "?clientId=" + clientId, token, null).body())
        .get(0);
    Map<String, Object> changed = new HashMap<>();
    found.forEach((name, value) -> changed.put((String) name, value));
    Map<String, Object> attributes = new HashMap<>();
    ((Map<?, ?>) found.get("attributes"))
        .forEach((name, value) -> attributes.put((String) name, value));
    attributes.put("jwks.url", url);
    changed.put("attributes", attributes);
    assertThat(send(
                "PUT",
                clients + "/" + found.get("id"),
                token,
                JSONObjectUtils.toJSONString(changed))
            .statusCode())
        .isEqualTo(204);
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
