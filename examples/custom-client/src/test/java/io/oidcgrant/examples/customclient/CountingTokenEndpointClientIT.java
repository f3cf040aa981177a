package io.oidcgrant.examples.customclient;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The example's client, asked by the filter. */
class CountingTokenEndpointClientIT {
  private CountingTokenEndpointClient client;

  @BeforeEach
  void start() throws Exception {
    client = CountingTokenEndpointClient.start();
  }

  @AfterEach
  void stop() throws Exception {
    client.close();
  }

  @Test
  void client_isUsedOnceForEachGrant() throws Exception {
    try (RunningApplication application =
        RunningApplication.start(RunningApplication.config().build(), client)) {
      for (int time = 0; time < 2; time++) {
        HttpResponse<String> password = application.getAs("john");
        assertThat(password.statusCode()).as(password.body()).isEqualTo(200);
        String refreshToken = password.headers().firstValue("Refresh-Token").orElseThrow();
        assertThat(application.get("/", "Refresh-Token", refreshToken).statusCode())
            .isEqualTo(200);
        assertThat(application
                .get(
                    "/?client_id=service&client_secret=" + RunningApplication.SECRET,
                    "Accept",
                    "*/*")
                .statusCode())
            .isEqualTo(200);
      }

      assertThat(client.sent())
          .isEqualTo(Map.of("password", 1L, "refresh_token", 1L, "client_credentials", 1L));
      assertThat(application.seen())
          .hasSize(6)
          .allSatisfy(headers -> assertThat(headers.get("Authorization")).startsWith("Bearer eyJ"));
    }
  }

  @Test
  void refusedCredentials_are401() throws Exception {
    try (RunningApplication application =
        RunningApplication.start(RunningApplication.config().build(), client)) {
      assertThat(application.getAs("nobody").statusCode()).isEqualTo(401);
      assertThat(application.get("/?client_id=service&client_secret=no", "Accept", "*/*"))
          .extracting(HttpResponse::statusCode)
          .isEqualTo(401);
      assertThat(application.seen()).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "400, '{\"error\":\"invalid_grant\"}', 401, invalid_token",
    "401, '{\"error\":\"invalid_client\"}', 503, client_refused",
    "302, <h1>moved</h1>, 502, answer_unusable",
    "503, <h1>down</h1>, 503, issuer_unavailable",
    "500, '{\"error\":\"unknown\"}', 503, issuer_unavailable",
    "429, slow down, 503, issuer_busy",
    "404, <h1>none</h1>, 503, client_refused",
    "200, <h1>login</h1>, 502, answer_unusable",
    "200, {}, 502, answer_unusable",
  })
  void answersOfTheTokenEndpoint_areTakenAsTheyAreMeant(
      int status, String body, int expected, String error) throws Exception {
    Queue<String> correlationIds = new ConcurrentLinkedQueue<>();
    HttpServer endpoint =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    endpoint.createContext("/token", exchange -> {
      correlationIds.addAll(exchange.getRequestHeaders().get("X-Correlation-Id"));
      assertThat(exchange.getRequestHeaders().getFirst("X-Tenant")).isEqualTo("one");
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.getResponseHeaders().set("Location", "/token");
      exchange.sendResponseHeaders(status, 0);
      exchange.getResponseBody().write(body.getBytes(UTF_8));
      exchange.close();
    });
    endpoint.start();
    try (RunningApplication application = RunningApplication.start(
        RunningApplication.config()
            .tokenEndpoint("http://127.0.0.1:" + endpoint.getAddress().getPort() + "/token")
            .tokenHeadersNames("X-Tenant")
            .tokenHeadersValues("one")
            .build(),
        client)) {
      HttpResponse<String> answer = application.getAs("john");

      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(expected);
      assertThat(answer.body()).contains("\"error\":\"" + error + "\"");
      assertThat(correlationIds).singleElement().asString().hasSize(36);
      assertThat(application.seen()).isEmpty();
    } finally {
      endpoint.stop(0);
    }
  }
}
