package io.oidcgrant;

import static io.oidcgrant.testing.FilterBench.basic;
import static jakarta.servlet.DispatcherType.REQUEST;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.oidcgrant.config.OidcGrantConfigBuilder;
import io.oidcgrant.testing.Container;
import io.oidcgrant.testing.EchoApp.Seen;
import io.oidcgrant.testing.FilterBench;
import io.oidcgrant.testing.RawHttp;
import io.oidcgrant.testing.RawHttp.Answer;
import io.oidcgrant.testing.Recorder;
import io.oidcgrant.testing.ScriptedIssuer;
import io.oidcgrant.testing.WebApp;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a credential becomes at the application, in every container. */
@ParameterizedClass
@EnumSource
class ContainerCredentialsIT {
  private final ScriptedIssuer issuer = ScriptedIssuer.start();
  private final Recorder recorder = new Recorder();

  @Parameter
  Container container;

  private Container.Running running;
  private RawHttp http;

  @AfterEach
  void stop() {
    if (running != null) {
      running.close();
    }
    issuer.close();
  }

  private OidcGrantConfigBuilder config() {
    return FilterBench.config(issuer);
  }

  private void start(OidcGrantConfigBuilder config) {
    start(config, recorder);
  }

  private void start(OidcGrantConfigBuilder config, HttpServlet application) {
    serve(new WebApp()
        .filter("oidc", new OidcGrantFilter(config.build()), REQUEST)
        .servlet("/*", application));
  }

  private void serve(WebApp app) {
    running = container.start(app);
    http = new RawHttp(running.port());
  }

  @Test
  void servletApi_isThereOnce() {
    assertThat(HttpServlet.class
            .getProtectionDomain()
            .getCodeSource()
            .getLocation()
            .getPath())
        .contains("jakarta.servlet-api");
    assertThat(HttpServlet.class.getPackage().getImplementationVersion()).startsWith("6.0");
  }

  @Test
  void refreshToken_inHeader_becomesAnAccessToken() {
    start(config());

    for (int time = 0; time < 2; time++) {
      assertThat(http.get("/a?x=1", "refresh_token: canary").status()).isEqualTo(200);
      assertThat(recorder.last().header("authorization")).startsWith("Bearer eyJ");
      assertThat(recorder.last().header("refresh-token")).startsWith("rt-");
      assertThat(recorder.last().headers()).doesNotContainKey("refresh_token");
      assertThat(recorder.last().query()).isEqualTo("x=1");
    }
    assertThat(issuer.asked()).hasSize(1);
    assertThat(issuer.asked().get(0).value("refresh_token")).isEqualTo("canary");
  }

  @Test
  void password_inBasic_becomesAnAccessToken() {
    start(config());

    for (int time = 0; time < 2; time++) {
      assertThat(http.get("/a", basic("jö", "pä:ss%+&=")).status()).isEqualTo(200);
      assertThat(recorder.last().header("authorization")).startsWith("Bearer eyJ");
    }
    assertThat(issuer.asked()).hasSize(1);
    assertThat(issuer.asked().get(0).value("username")).isEqualTo("jö");
    assertThat(issuer.asked().get(0).value("password")).isEqualTo("pä:ss%+&=");
  }

  @Test
  void credential_inQuery_isHidden() {
    start(config());

    for (int time = 0; time < 2; time++) {
      Answer answer = http.get("/a?x=1&refresh_token=canary&x=%C3%A4+2&y", "X-Read: parameters");
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.header("cache-control")).isEqualTo("private");
      Seen seen = recorder.last();
      assertThat(seen.query()).isEqualTo("x=1&x=%C3%A4+2&y");
      assertThat(seen.parameters()).isEqualTo(Map.of("x", List.of("1", "ä 2"), "y", List.of("")));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X-Caller-Token",
        "x-caller-token",
        "X_CALLER_TOKEN",
        "x_caller-token",
        "Refresh-Token2",
      })
  void header_thatIsOurs_isTakenFromNobodyElse(String name) {
    boolean ours = name.length() == "X-Caller-Token".length() && !name.endsWith("2");
    start(config().upstreamAccessTokenHeader("x_caller_token"));

    for (int time = 0; time < 2; time++) {
      Answer answer = http.get(
          "/a", basic("alice", "canary"), name + ": spoofed", name + ": again", "X-Other: kept");
      assertThat(answer.status()).isEqualTo(200);
      Seen seen = recorder.last();
      assertThat(seen.header("x-other")).isEqualTo("kept");
      assertThat(seen.header("x-caller-token")).startsWith("eyJ");
      assertThat(seen.first().get("x-caller-token")).startsWith("eyJ");
      assertThat(seen.headers().values().stream().anyMatch(List.of("spoofed", "again")::equals))
          .isEqualTo(!ours);
    }
  }

  @Test
  void authorization_sentTwice_isRefused() {
    start(config());

    assertThat(http.get("/a", basic("alice", "canary"), basic("bob", "canary")).status())
        .isEqualTo(400);
    assertThat(recorder.seen()).isEmpty();
    assertThat(issuer.asked()).isEmpty();
  }

  @Test
  void authorization_besideTheCredential_isReplaced() {
    start(config());

    for (int time = 0; time < 2; time++) {
      assertThat(http.get(
                  "/a",
                  "Authorization: Bearer spoofed",
                  "Refresh-Token: canary",
                  "AUTHORIZATION: again")
              .status())
          .isEqualTo(200);
      assertThat(recorder.last().headers().get("authorization"))
          .singleElement()
          .asString()
          .startsWith("Bearer eyJ");
    }
  }

  /** Answers with the trailers, and with what else the container knows of them. */
  private static final class Trailers extends HttpServlet {
    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      request.getInputStream().readAllBytes();
      Map<String, String> trailers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
      trailers.putAll(request.getTrailerFields());
      response
          .getWriter()
          .print(request.isTrailerFieldsReady() + " " + trailers + " "
              + request.getHeader("X-Sum") + " "
              + request.getHeader("Authorization").substring(0, 10));
    }
  }

  @Test
  void trailers_thatAreOurs_areTakenFromNobody() {
    start(config(), new Trailers());

    for (int time = 0; time < 2; time++) {
      Answer answer = http.raw("POST /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
          + basic("alice", "canary") + "\r\nContent-Type: text/plain\r\n"
          + "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n"
          + "Authorization: Bearer spoofed\r\nrefresh_token: spoofed\r\n"
          + "Refresh-Token: spoofed\r\nX-Sum: 5\r\n\r\n");
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.body().toLowerCase(java.util.Locale.ROOT))
          .isEqualTo("true {x-sum=5} null bearer eyj");
    }
  }

  /** Answers with the caller's port, which is the same on one connection. */
  private static final class Ports extends HttpServlet {
    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      response
          .getWriter()
          .print(request.getRemotePort() + " " + request.getHeader("Authorization"));
    }
  }

  @Test
  void bearer_isVerifiedOnce_forAHundredRequestsOnOneConnection() throws Exception {
    start(config().authMethods("bearer").audienceRequired("api"), new Ports());
    String token = "Bearer " + issuer.accessToken(Map.of("aud", "api"));
    HttpClient client =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    HttpRequest request = HttpRequest.newBuilder(
            URI.create("http://127.0.0.1:" + running.port() + "/a"))
        .header("Authorization", token)
        .timeout(Duration.ofSeconds(20))
        .build();

    Set<String> ports = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      String[] answer = client.send(request, BodyHandlers.ofString()).body().split(" ", 2);
      assertThat(answer[1]).isEqualTo(token);
      ports.add(answer[0]);
    }
    assertThat(ports).hasSize(1);
    assertThat(issuer.keyFetches()).isEqualTo(1);
    assertThat(issuer.asked()).isEmpty();
  }

  @Test
  void initParams_configureIt() {
    serve(new WebApp()
        .filter(
            "oidc",
            new OidcGrantFilter(),
            true,
            Map.of(
                "issuer", issuer.url(),
                "client_id", "gateway",
                "client_secret", "gateway-canary",
                "auth_methods", "password, client_credentials",
                "password_param_type", "body",
                "async_dispatch", "true"),
            REQUEST)
        .servlet("/*", recorder));

    assertThat(http.get("/a", "Refresh-Token: canary").status()).isEqualTo(401);
    byte[] form = "username=alice&amount=5&password=canary".getBytes(UTF_8);
    assertThat(http.send("POST", "/a", form, "Content-Type: application/x-www-form-urlencoded")
            .status())
        .isEqualTo(200);
    assertThat(recorder.last().body()).isEqualTo("amount=5");
    assertThat(issuer.asked().get(0).value("grant_type")).isEqualTo("password");
  }

  @Test
  void initParams_thatAreWrong_keepTheApplicationFromStarting() {
    assertThatThrownBy(() -> serve(new WebApp()
            .filter("oidc", new OidcGrantFilter(), true, Map.of("isuer", issuer.url()), REQUEST)
            .servlet("/*", recorder)))
        .hasMessage("the application does not start");
  }
}
