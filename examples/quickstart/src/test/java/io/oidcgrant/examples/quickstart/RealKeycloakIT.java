package io.oidcgrant.examples.quickstart;

import static io.oidcgrant.examples.quickstart.RunningProxy.basic;
import static org.assertj.core.api.Assertions.assertThat;

import io.oidcgrant.examples.keycloak.SharedKeycloak;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What must hold of the proxy in front of a real issuer, its token requests being counted. */
class RealKeycloakIT {
  private static final String COUNTED = "src/test/resources/counted.yaml";
  private static final Pattern REFRESH_TOKEN = Pattern.compile("\"refresh_token\":\"([^\"]+)\"");

  /** A refresh token as a client gets it from Keycloak itself. */
  private static String refreshToken(String realm, String client, String secret) throws Exception {
    String form = "grant_type=password&username=john&password=doe&client_id=" + client
        + "&client_secret=" + secret;
    HttpResponse<String> answer = HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(
                    SharedKeycloak.server().issuer(realm) + "/protocol/openid-connect/token"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(form))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    Matcher found = REFRESH_TOKEN.matcher(answer.body());
    assertThat(found.find()).as(answer.body()).isTrue();
    return found.group(1);
  }

  @Test
  void hundredCallersWithOneRefreshToken_areServedByOneTokenRequest() throws Exception {
    String refreshToken = refreshToken("rotation-realm", "service", RunningProxy.SECRET);
    try (RunningProxy proxy = RunningProxy.start("rotation-realm", COUNTED)) {
      List<CompletableFuture<HttpResponse<String>>> answers = Stream.generate(
              () -> proxy.getAsync("/anything", "Refresh-Token", refreshToken))
          .limit(100)
          .toList();

      assertThat(answers)
          .allSatisfy(answer -> assertThat(answer.join().statusCode()).isEqualTo(200));
      assertThat(proxy.tokenRequests()).isEqualTo(1);
      assertThat(proxy.upstream().requests()).hasSize(100);
      assertThat(proxy.upstream().requests().stream()
              .map(request -> request.header("Authorization").orElse(""))
              .distinct())
          .hasSize(1);
    }
  }

  @Test
  void repeatedRequest_isAnsweredWithoutTheIssuer_andAWrongPasswordIsNot() throws Exception {
    try (RunningProxy proxy = RunningProxy.start("example-realm", COUNTED)) {
      for (int i = 0; i < 5; i++) {
        assertThat(proxy.get("/anything", "Authorization", basic("john", "doe")).statusCode())
            .isEqualTo(200);
      }
      assertThat(proxy.tokenRequests()).isEqualTo(1);

      HttpResponse<String> refused =
          proxy.get("/anything", "Authorization", basic("john", "wrong"));

      assertThat(refused.statusCode()).isEqualTo(401);
      assertThat(proxy.tokenRequests()).isEqualTo(2);
      assertThat(proxy.upstream().requests()).hasSize(5);
      assertThat(proxy.get("/anything", "Authorization", basic("john", "doe")).statusCode())
          .isEqualTo(200);
      assertThat(proxy.tokenRequests()).isEqualTo(2);
      assertThat(proxy.log()).doesNotContain("wrong", "doe");
    }
  }

  @Test
  void refreshTokenOfAnotherClient_isRefused_andTheLogSaysWhy() throws Exception {
    String foreign = refreshToken("example-realm", "other-client", "other-client-secret");
    try (RunningProxy proxy = RunningProxy.start("example-realm", COUNTED)) {
      HttpResponse<String> answer = proxy.get("/anything", "Refresh-Token", foreign);

      assertThat(answer.statusCode()).isEqualTo(401);
      assertThat(answer.headers().allValues("WWW-Authenticate"))
          .anyMatch(challenge -> challenge.contains("error=\"invalid_token\""));
      assertThat(answer.body()).doesNotContain("invalid_grant", "client");
      assertThat(proxy.upstream().requests()).isEmpty();
      assertThat(proxy.log())
          .contains("refresh token")
          .contains("issued to another client")
          .doesNotContain(foreign, foreign.substring(foreign.length() - 20));
    }
  }
}
