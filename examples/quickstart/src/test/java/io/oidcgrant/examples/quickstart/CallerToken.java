package io.oidcgrant.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.util.JSONObjectUtils;
import io.oidcgrant.examples.keycloak.SharedKeycloak;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An access token as a client gets it from Keycloak itself.
 *
 * @param user whose password is {@code doe}
 * @param scope beside the client's default ones; empty for none
 */
record CallerToken(String realm, String client, String secret, String user, String scope) {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  /** Of a client of {@code example-realm}, for john. */
  static CallerToken of(String client) {
    return new CallerToken("example-realm", client, client + "-secret", "john", "");
  }

  /** Of the client {@code service} of another realm, for john. */
  static CallerToken ofRealm(String realm) {
    return new CallerToken(realm, "service", RunningProxy.SECRET, "john", "");
  }

  CallerToken withUser(String user) {
    return new CallerToken(realm, client, secret, user, scope);
  }

  CallerToken withScope(String scope) {
    return new CallerToken(realm, client, secret, user, scope);
  }

  /** A new one. */
  String get() throws Exception {
    return ofUser("access_token");
  }

  /** A refresh token that comes with one. */
  String refreshToken() throws Exception {
    return ofUser("refresh_token");
  }

  private String ofUser(String member) throws Exception {
    HttpResponse<String> answer = post(
        "token",
        Map.of("grant_type", "password", "username", user, "password", "doe", "scope", scope));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return (String) JSONObjectUtils.parse(answer.body()).get(member);
  }

  /** A new one of the client itself, with no user. */
  String ofClient() throws Exception {
    HttpResponse<String> answer =
        post("token", Map.of("grant_type", "client_credentials", "scope", scope));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return (String) JSONObjectUtils.parse(answer.body()).get("access_token");
  }

  /** Revokes one. */
  void revoke(String token) throws Exception {
    assertThat(post("revoke", Map.of("token", token)).statusCode()).isEqualTo(200);
  }

  private HttpResponse<String> post(String endpoint, Map<String, String> parameters)
      throws Exception {
    Map<String, String> all = new LinkedHashMap<>(parameters);
    all.put("client_id", client);
    all.put("client_secret", secret);
    all.values().removeIf(String::isEmpty);
    StringBuilder form = new StringBuilder();
    all.forEach((name, value) -> form.append(form.isEmpty() ? "" : "&")
        .append(name)
        .append('=')
        .append(URLEncoder.encode(value, StandardCharsets.UTF_8)));
    return HTTP.send(
        HttpRequest.newBuilder(URI.create(
                SharedKeycloak.server().issuer(realm) + "/protocol/openid-connect/" + endpoint))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(form.toString()))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }
}
