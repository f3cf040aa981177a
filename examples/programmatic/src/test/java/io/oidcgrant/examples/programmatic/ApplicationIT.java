package io.oidcgrant.examples.programmatic;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.oidcgrant.config.ConfigException;
import io.oidcgrant.config.OidcGrantConfig;
import io.oidcgrant.examples.keycloak.SharedKeycloak;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Base64;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The application with a real Keycloak. */
class ApplicationIT {
  private static final String SECRET = "cf4c655a-0622-4ce6-a0de-d3353ef0b714";
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private Server server;

  enum Way {
    FILTER_HOLDER,
    ADD_FILTER
  }

  private void start(Way way) throws Exception {
    String issuer = SharedKeycloak.server().issuer("example-realm");
    OidcGrantConfig users = Application.users(issuer, SECRET);
    OidcGrantConfig services = Application.services(issuer);
    if (way == Way.FILTER_HOLDER) {
      server = Application.create(0, users, services);
    } else {
      ServletContextHandler context = new ServletContextHandler("/");
      context.addServletContainerInitializer((classes, container) -> {
        Application.register(container, "users", users, "/users/*");
        Application.register(container, "services", services, "/service/*");
      });
      server = Application.serving(0, context);
    }
    server.start();
  }

  @AfterEach
  void stop() throws Exception {
    if (server != null) {
      server.stop();
    }
  }

  private HttpResponse<String> get(String path, String... headers) throws Exception {
    int port = ((ServerConnector) server.getConnectors()[0]).getLocalPort();
    return HTTP.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .timeout(Duration.ofSeconds(30))
            .headers(headers)
            .build(),
        BodyHandlers.ofString());
  }

  private static String basic(String name, String password) {
    return "Basic " + Base64.getEncoder().encodeToString((name + ":" + password).getBytes(UTF_8));
  }

  private static void assertSeesTokenOf(String user, HttpResponse<String> answer) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(answer.body())
        .contains("\"azp\":\"service\"")
        .contains("\"preferred_username\":\"" + user + "\"");
  }

  @ParameterizedTest
  @EnumSource
  void threeGrants_giveTheServletAnAccessToken(Way way) throws Exception {
    start(way);

    HttpResponse<String> password = get("/users/me", "Authorization", basic("john", "doe"));
    assertSeesTokenOf("john", password);
    String refreshToken = password.headers().firstValue("Refresh-Token").orElseThrow();
    assertSeesTokenOf("john", get("/users/me", "Refresh-Token", refreshToken));
    assertSeesTokenOf(
        "service-account-service",
        get("/service/orders", "Authorization", basic("service", SECRET)));

    assertThat(get("/users/me", "Accept", "*/*").statusCode()).isEqualTo(401);
    assertThat(get("/service/me", "Authorization", basic("john", "doe")).statusCode())
        .isEqualTo(401);
  }

  @Test
  void restartedServer_serves() throws Exception {
    start(Way.FILTER_HOLDER);
    server.stop();
    server.start();

    assertSeesTokenOf("john", get("/users/me", "Authorization", basic("john", "doe")));
  }

  @Test
  void missingSettings_areNamedAllAtOnce() {
    assertThatThrownBy(() -> Application.users("", ""))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("builder: issuer: ")
        .hasMessageContaining("builder: client_secret: is empty");
  }
}
