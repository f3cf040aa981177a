package io.oidcgrant.examples.quickstart;

import static io.oidcgrant.examples.quickstart.RunningProxy.SECRET;
import static io.oidcgrant.examples.quickstart.RunningProxy.basic;
import static org.assertj.core.api.Assertions.assertThat;

import io.oidcgrant.examples.echo.RecordedRequest;
import java.net.http.HttpResponse;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The requests of Kong's guides, with the configurations of Kong's guides. */
class GuidesIT {
  private static final Pattern REFRESH_TOKEN = Pattern.compile("\"Refresh-Token\": \"([^\"]+)\"");
  private static final String REALM = "example-realm";
  private static final String SERVICE = "guides/example-service.yaml";
  private static final String PASSWORD_TOO = "guides/refresh-token-and-password.yaml";

  /** {@code jq -r '.headers."Refresh-Token"'} of an answer. */
  private static String refreshToken(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    Matcher found = REFRESH_TOKEN.matcher(answer.body());
    assertThat(found.find()).as(answer.body()).isTrue();
    return found.group(1);
  }

  private static void assertHasTokens(RecordedRequest request) {
    assertThat(request.header("Authorization").orElse("")).startsWith("Bearer eyJ");
    assertThat(request.header("Refresh-Token").orElse("")).startsWith("eyJ");
    assertThat(request.path()).isEqualTo("/anything");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "guides/refresh-token-global.yaml",
        "guides/refresh-token-service.yaml",
        "guides/refresh-token-route.yaml"
      })
  void refreshToken_isExchanged_inEveryScopeOfThePlugin(String plugin) throws Exception {
    String refreshToken = CallerToken.ofRealm(REALM).withUser("alex").refreshToken();
    try (RunningProxy proxy = RunningProxy.start(REALM, SERVICE, plugin)) {
      HttpResponse<String> answer = proxy.get("/anything", "Refresh-Token", refreshToken);

      assertThat(refreshToken(answer)).startsWith("eyJ");
      assertHasTokens(proxy.lastUpstreamRequest());
      assertThat(proxy.get("/anything").statusCode()).isEqualTo(401);
      assertThat(proxy.get("/anything", "Authorization", basic("alex", "doe")).statusCode())
          .isEqualTo(401);
      assertThat(proxy.upstream().requests()).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"alex", "john"})
  void passwordGrant_givesTheRefreshToken_thatIsAcceptedNext(String user) throws Exception {
    try (RunningProxy proxy = RunningProxy.start(REALM, SERVICE, PASSWORD_TOO)) {
      String refreshToken =
          refreshToken(proxy.get("/anything", "Authorization", basic(user, "doe")));
      assertHasTokens(proxy.lastUpstreamRequest());

      HttpResponse<String> answer = proxy.get("/anything", "Refresh-Token", refreshToken);

      assertThat(refreshToken(answer)).startsWith("eyJ");
      assertHasTokens(proxy.lastUpstreamRequest());
    }
  }

  @Test
  void clientCredentials_areExchanged() throws Exception {
    try (RunningProxy proxy =
        RunningProxy.start(REALM, SERVICE, "guides/client-credentials.yaml")) {
      HttpResponse<String> answer =
          proxy.get("/anything", "Authorization", basic("service", SECRET));

      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(proxy.lastUpstreamRequest().header("Authorization").orElse(""))
          .startsWith("Bearer eyJ");
      assertThat(
              proxy.get("/anything", "Authorization", basic("service", "wrong")).statusCode())
          .isEqualTo(401);
      assertThat(proxy.upstream().requests()).hasSize(1);
    }
  }
}
