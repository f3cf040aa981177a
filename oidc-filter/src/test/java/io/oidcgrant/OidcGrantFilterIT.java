package io.oidcgrant;

import static org.assertj.core.api.Assertions.assertThat;

import io.oidcgrant.config.OidcGrantConfig;
import io.oidcgrant.config.OidcGrantConfigBuilder;
import io.oidcgrant.testing.Container;
import io.oidcgrant.testing.EchoApp;
import io.oidcgrant.testing.RawHttp;
import io.oidcgrant.testing.RawHttp.Answer;
import io.oidcgrant.testing.ScriptedIssuer;
import io.oidcgrant.testing.ScriptedIssuer.Reply;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The three grants through the filter, over real sockets. */
class OidcGrantFilterIT {
  private final ScriptedIssuer issuer = ScriptedIssuer.start();
  private EchoApp app;
  private RawHttp http;

  @AfterEach
  void stop() {
    if (app != null) {
      app.close();
    }
    issuer.close();
  }

  private OidcGrantConfigBuilder config() {
    return OidcGrantConfig.builder()
        .issuer(issuer.url())
        .clientId("gateway")
        .clientSecret("gateway-secret")
        .refreshTokenParamName("refresh_token")
        .upstreamRefreshTokenHeader("refresh_token");
  }

  private void start(OidcGrantConfigBuilder builder) {
    app = EchoApp.start(new OidcGrantFilter(builder.build()));
    http = new RawHttp(app.port());
  }

  static String basic(String user, String password) {
    return "Authorization: Basic "
        + Base64.getEncoder()
            .encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void refreshToken_inHeader_isRedeemedOnceAndReplaced() {
    start(config());
    Answer first = http.get("/anything?a=1", "Refresh-Token: old");
    Answer second = http.get("/anything?a=1", "refresh_token: Bearer old");
    assertThat(first.status()).isEqualTo(200);
    assertThat(second.status()).isEqualTo(200);
    assertThat(issuer.asked()).hasSize(1);
    assertThat(issuer.asked().get(0).value("grant_type")).isEqualTo("refresh_token");
    assertThat(issuer.asked().get(0).value("refresh_token")).isEqualTo("old");
    for (EchoApp.Seen seen : app.seen()) {
      assertThat(seen.header("authorization")).startsWith("Bearer ey");
      assertThat(seen.header("refresh-token")).startsWith("rt-");
      assertThat(seen.headers()).doesNotContainKey("refresh_token");
      assertThat(seen.query()).isEqualTo("a=1");
    }
  }

  @Test
  void password_inBasic_isExchanged() {
    start(config());
    assertThat(http.get("/", basic("jö", "pä:ss%+&=")).status()).isEqualTo(200);
    ScriptedIssuer.Asked asked = issuer.asked().get(0);
    assertThat(asked.value("grant_type")).isEqualTo("password");
    assertThat(asked.value("username")).isEqualTo("jö");
    assertThat(asked.value("password")).isEqualTo("pä:ss%+&=");
    assertThat(asked.value("scope")).isEqualTo("openid");
    assertThat(app.last().header("authorization")).startsWith("Bearer ey");
  }

  @Test
  void clientCredentials_inForm_areHiddenAndTheRestIsKept() {
    start(config().authMethods("client_credentials"));
    byte[] body = "x=%7e1&client_id=me&&client_secret=s3&y=a+b".getBytes(StandardCharsets.UTF_8);
    Answer answer =
        http.send("POST", "/f", body, "Content-Type: application/x-www-form-urlencoded");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(issuer.asked().get(0).header("authorization")).isEqualTo("Basic bWU6czM=");
    assertThat(app.last().body()).isEqualTo("x=%7e1&&y=a+b");
    assertThat(app.last().header("content-length")).isEqualTo("13");
  }

  @Test
  void password_inJson_isHiddenAndTheRestIsKept() {
    start(config().authMethods("password"));
    byte[] body =
        "{ \"a\" : [1,{\"username\":2}] , \"username\":\"u\\u00e4\",\n \"password\" : \"p\" , \"b\":1.50 }"
            .getBytes(StandardCharsets.UTF_8);
    Answer answer = http.chunked("POST", "/j", body, "Content-Type: application/json");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(issuer.asked().get(0).value("username")).isEqualTo("uä");
    assertThat(app.last().body()).isEqualTo("{ \"a\" : [1,{\"username\":2}] , \"b\":1.50 }");
  }

  @Test
  void refreshToken_inQuery_isHiddenAndTheAnswerPrivate() {
    start(config());
    // Tomcat accepts no bar that is not encoded.
    String bar = Container.chosen() == Container.JETTY ? "|" : "%7c";
    for (int time = 0; time < 2; time++) {
      Answer answer = http.get("/q?a=%zz&refresh_token=old&b=" + bar);
      assertThat(answer.status()).isEqualTo(200);
      assertThat(app.last().query()).isEqualTo("a=%zz&b=" + bar);
      assertThat(answer.header("cache-control")).isEqualTo("private");
      assertThat(
              http.get("/q?a=1&refresh_token=new" + time, "X-Read: parameters").status())
          .isEqualTo(200);
      assertThat(app.last().parameters()).containsOnlyKeys("a");
    }
  }

  @Test
  void noCredential_isChallenged() {
    start(config());
    Answer answer = http.get("/");
    assertThat(answer.status()).isEqualTo(401);
    assertThat(answer.header("www-authenticate")).contains("Basic realm=").doesNotContain("error");
    assertThat(answer.body())
        .isEqualTo("{\"message\":\"Unauthorized\",\"error\":\"no_credential\"}");
    assertThat(answer.header("cache-control")).isEqualTo("no-store");
    assertThat(app.seen()).isEmpty();
    assertThat(issuer.asked()).isEmpty();
  }

  @Test
  void wrongPasswordAfterTheRightOne_isRejected() {
    issuer.answer(asked -> "right".equals(asked.value("password"))
        ? issuer.grant(asked)
        : Reply.error(400, "invalid_grant"));
    start(config());
    assertThat(http.get("/", basic("u", "right")).status()).isEqualTo(200);
    Answer wrong = http.get("/", basic("u", "wrong"));
    assertThat(wrong.status()).isEqualTo(401);
    assertThat(wrong.header("www-authenticate")).contains("error=\"invalid_token\"");
    assertThat(app.seen()).hasSize(1);
  }

  @Test
  void twoRefreshTokens_areRefused() {
    start(config());
    for (Answer answer : List.of(
        http.get("/?refresh_token=b", "Refresh-Token: a"),
        http.get("/?refresh_token=a&refresh_token=a"),
        http.get("/", "Refresh-Token: a", "Refresh_Token: a"),
        http.send(
            "POST",
            "/",
            "refresh_token=b".getBytes(StandardCharsets.UTF_8),
            "Refresh-Token: a",
            "Content-Type: application/x-www-form-urlencoded"))) {
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.header("www-authenticate")).contains("error=\"invalid_request\"");
    }
    assertThat(issuer.asked()).isEmpty();
    assertThat(app.seen()).isEmpty();
  }
}
