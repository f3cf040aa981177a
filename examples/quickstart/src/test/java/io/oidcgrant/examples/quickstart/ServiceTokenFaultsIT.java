package io.oidcgrant.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.oidcgrant.examples.quickstart.RunningIdentity.Client;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code upstream-oauth} under load, and with a token endpoint that does what it must not. */
@Timeout(180)
class ServiceTokenFaultsIT {
  private static final int CONNECTIONS = 100;
  private static final int EACH = 10;
  private static final String[] ROUTES = {
    "load", "down", "hang", "drip", "401", "html", "500", "mac", "dpop", "close", "half", "endless",
    "429"
  };

  @TempDir
  private static Path folder;

  private static RunningIdentity identity;
  private static Client client;
  private static RunningProxy proxy;

  @BeforeAll
  static void start() throws Exception {
    identity = RunningIdentity.start();
    client = identity.createClient();
    int closed;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      closed = socket.getLocalPort();
    }
    StringBuilder file = new StringBuilder("""
        _format_version: "3.0"
        services:
        - name: echo
          url: ${{ env "DECK_UPSTREAM_URL" }}
          routes:
        """);
    for (String route : ROUTES) {
      String endpoint =
          route.equals("down") ? "http://127.0.0.1:" + closed : client.issuer() + "/oauth/token";
      file.append("""
            - name: "%1$s"
              paths: [/%1$s]
              plugins:
              - name: upstream-oauth
                config:
                  oauth:
                    token_endpoint: %2$s
                    client_id: %3$s
                    client_secret: %4$s
                    scopes: [my-scope]
                    token_post_args: {route: "%1$s"}
                  client: {timeout: %5$d}
                  behavior:
                    idp_error_response_status_code: 503
                    idp_error_response_content_type: text/plain
                    idp_error_response_message: no token <for> you
                    idp_error_response_body_template: "{{status}}: {{message}}"
          """.formatted(
              route,
              endpoint,
              client.id(),
              client.secret(),
              List.of("hang", "drip").contains(route) ? 500 : 10_000));
    }
    proxy = RunningProxy.startAlone(Files.writeString(folder.resolve("kong.yaml"), file));
  }

  @AfterAll
  static void stop() throws Exception {
    proxy.close();
    identity.close();
  }

  @Test
  void thousandRequests_onAColdCache_askOnce() throws Exception {
    identity.forgetRequests();
    // The answer takes its time, so that all come while it is on its way.
    identity.fault("\"kind\":\"drip\",\"millis\":1");
    CyclicBarrier start = new CyclicBarrier(CONNECTIONS);
    ExecutorService threads = Executors.newFixedThreadPool(CONNECTIONS);
    try {
      List<Future<Integer>> good = new ArrayList<>();
      for (int i = 0; i < CONNECTIONS; i++) {
        good.add(threads.submit(() -> {
          start.await(30, TimeUnit.SECONDS);
          int count = 0;
          for (int j = 0; j < EACH; j++) {
            HttpResponse<String> answer = proxy.get("/load");
            count += answer.statusCode() == 200 && answer.body().contains("Bearer ey") ? 1 : 0;
          }
          return count;
        }));
      }
      int all = 0;
      for (Future<Integer> one : good) {
        all += one.get();
      }
      assertThat(all).as(proxy.log()).isEqualTo(CONNECTIONS * EACH);
    } finally {
      threads.shutdownNow();
      identity.fault("");
    }
    assertThat(identity.tokenRequests()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      down  | 5 |
      hang  |   | "kind":"hang","seconds":5
      drip  |   | "kind":"drip","millis":50
      401   |   | "kind":"status","status":401,"body":"{\\"error\\":\\"invalid_client\\"}"
      html  |   | "kind":"html"
      500   | 5 | "kind":"status","status":500
      mac   |   | "kind":"token_type","value":"mac"
      dpop  |   | "kind":"token_type","value":"DPoP"
      close | 5 | "kind":"close"
      half  | 5 | "kind":"truncate"
      429   | 7 | "kind":"retry_after","seconds":7
      """)
  void tokenThatCannotBeHad_isAnsweredAsConfigured_andNothingGoesUpstream(
      String route, String retryAfter, String fault) throws Exception {
    int seen = proxy.upstream().requests().size();
    identity.fault(fault == null ? "" : fault);
    long start = System.nanoTime();

    HttpResponse<String> answer = proxy.get("/" + route, "Authorization", "Bearer callers");

    assertThat(answer.statusCode()).as(proxy.log()).isEqualTo(503);
    assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("text/plain");
    assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
    assertThat(answer.body()).isEqualTo("503: no token <for> you");
    assertThat(answer.headers().firstValue("Retry-After"))
        .isEqualTo(Optional.ofNullable(retryAfter));
    if (route.equals("hang") || route.equals("drip")) {
      assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start)).isBetween(490L, 4_000L);
    }
    assertThat(proxy.upstream().requests()).hasSize(seen);
    assertThat(proxy.log()).doesNotContain(client.secret(), "Bearer callers");
  }

  @Test
  void tokenWithoutExpiresIn_isRememberedForAWhile() throws Exception {
    identity.forgetRequests();
    identity.fault("\"kind\":\"no_expires_in\"");

    assertThat(proxy.get("/endless").statusCode()).as(proxy.log()).isEqualTo(200);
    String first = UpstreamToken.of(proxy);
    assertThat(proxy.get("/endless").statusCode()).isEqualTo(200);

    assertThat(UpstreamToken.of(proxy)).isEqualTo(first);
    assertThat(identity.tokenRequests()).isEqualTo(1);
  }
}
