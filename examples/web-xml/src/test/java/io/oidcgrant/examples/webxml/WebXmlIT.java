package io.oidcgrant.examples.webxml;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.oidcgrant.examples.keycloak.SharedKeycloak;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The war as a user deploys it, with a real Keycloak. */
class WebXmlIT {
  private static final String SECRET = "cf4c655a-0622-4ce6-a0de-d3353ef0b714";
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static JettyProcess jetty;

  enum Location {
    HEADER,
    QUERY,
    FORM,
    JSON
  }

  @BeforeAll
  static void deploy() throws Exception {
    jetty = JettyProcess.start(Map.of(
        "OIDC_ISSUER",
        SharedKeycloak.server().issuer("example-realm"),
        "OIDC_CLIENT_SECRET",
        SECRET));
    assertThat(jetty.isRunning()).as(jetty.log()).isTrue();
  }

  @AfterAll
  static void stop() throws Exception {
    assertThat(jetty.log()).doesNotContain(SECRET);
    jetty.close();
  }

  private static String basic(String name, String password) {
    return "Basic " + Base64.getEncoder().encodeToString((name + ":" + password).getBytes(UTF_8));
  }

  private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return HTTP.send(request.timeout(Duration.ofSeconds(30)).build(), BodyHandlers.ofString());
  }

  private static HttpResponse<String> get(String path, String... headers) throws Exception {
    return send(HttpRequest.newBuilder(jetty.uri(path)).headers(headers));
  }

  /** Sends a credential, and something beside it, where {@code location} says. */
  private static HttpResponse<String> send(
      String path, Location location, String header, Map<String, String> parameters)
      throws Exception {
    Map<String, String> all = new LinkedHashMap<>(parameters);
    all.put("page", "2");
    String form = all.entrySet().stream()
        .map(entry -> entry.getKey() + "=" + URLEncoder.encode(entry.getValue(), UTF_8))
        .collect(Collectors.joining("&"));
    String json = all.entrySet().stream()
        .map(entry -> "\"" + entry.getKey() + "\":\"" + entry.getValue() + "\"")
        .collect(Collectors.joining(",", "{", "}"));
    return switch (location) {
      case HEADER -> get(path + "?page=2", header.split(": ", 2));
      case QUERY -> get(path + "?" + form, "Accept", "*/*");
      case FORM ->
        send(HttpRequest.newBuilder(jetty.uri(path))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.ofString(form)));
      case JSON ->
        send(HttpRequest.newBuilder(jetty.uri(path))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(json)));
    };
  }

  private static void assertSeesTokenOf(
      String user, HttpResponse<String> answer, Location location) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(answer.body())
        .contains("\"Authorization\"")
        .contains("\"azp\":\"service\"")
        .contains("\"preferred_username\":\"" + user + "\"")
        .containsIgnoringCase(
            switch (location) {
              case HEADER, QUERY -> "\"query\":\"page=2\",\"body\":\"\"";
              case FORM -> "\"query\":null,\"body\":\"page=2\"";
              case JSON -> "\"query\":null,\"body\":\"{\\\"page\\\":\\\"2\\\"}\"";
            });
    assertThat(answer.body().toLowerCase(Locale.ROOT))
        .doesNotContain("refresh-token", "refresh_token", "password", "client_secret");
  }

  @ParameterizedTest
  @EnumSource
  void password_isExchanged_fromEveryLocation(Location location) throws Exception {
    HttpResponse<String> answer = send(
        "/users/me",
        location,
        "Authorization: " + basic("john", "doe"),
        Map.of("username", "john", "password", "doe"));

    assertSeesTokenOf("john", answer, location);
    assertThat(answer.headers().firstValue("Refresh-Token").orElse("")).startsWith("eyJ");
  }

  @ParameterizedTest
  @EnumSource
  void refreshToken_isExchanged_fromEveryLocation(Location location) throws Exception {
    String refreshToken = get("/users/me", "Authorization", basic("alex", "doe"))
        .headers()
        .firstValue("Refresh-Token")
        .orElseThrow();

    HttpResponse<String> answer = send(
        "/users/me",
        location,
        "Refresh-Token: " + refreshToken,
        Map.of("refresh_token", refreshToken));

    assertSeesTokenOf("alex", answer, location);
    assertThat(answer.headers().firstValue("Refresh-Token").orElse(""))
        .startsWith("eyJ")
        .isNotEqualTo(refreshToken);
  }

  @ParameterizedTest
  @EnumSource
  void clientCredentials_areExchanged_fromEveryLocation(Location location) throws Exception {
    HttpResponse<String> answer = send(
        "/service/orders",
        location,
        "Authorization: " + basic("service", SECRET),
        Map.of("client_id", "service", "client_secret", SECRET));

    assertSeesTokenOf("service-account-service", answer, location);
  }

  @Test
  void eachMapping_takesOnlyItsOwnCredentials() throws Exception {
    for (HttpResponse<String> answer : List.of(
        get("/users/me", "Accept", "*/*"),
        get("/users/me", "Authorization", basic("john", "wrong")),
        get("/users/me", "Authorization", basic("service", SECRET)),
        get("/service/orders", "Authorization", basic("john", "doe")),
        get("/service/orders", "Refresh-Token", "eyJ"))) {
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(401);
      assertThat(answer.headers().firstValue("WWW-Authenticate").orElse("")).startsWith("Basic ");
    }
  }

  @Test
  void wrongInitParams_failTheDeployment_withEveryProblem() throws Exception {
    try (JettyProcess failed = JettyProcess.start(
        Map.of("OIDC_ISSUER", "https://idp.example/"), "src/test/resources/mistakes.xml")) {
      assertThat(failed.exitStatus()).isEqualTo(1);
      assertThat(failed.log())
          .contains("init-param of filter users: auth_methods[1]: must be one of")
          .contains("did you mean password?")
          .contains(
              "init-param of filter users: client_ids: unknown field; did you mean client_id?")
          .contains("init-param of filter users: timeout: is a text, must be a whole number")
          .contains(
              "init-param of filter users: hide_credentials: is a text, must be true or false")
          .contains("init-param of filter users: consumer_groups_claim: ")
          .contains(
              "init-param of filter users: client_secret: environment variable OIDC_CLIENT_SECRET is not set");
    }
  }
}
