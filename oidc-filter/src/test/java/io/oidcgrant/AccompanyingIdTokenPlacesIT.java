package io.oidcgrant;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.util.Base64URL;
import io.oidcgrant.config.HeaderSetting;
import io.oidcgrant.config.OidcGrantConfigBuilder;
import io.oidcgrant.testing.FilterBench;
import io.oidcgrant.testing.RawHttp.Answer;
import io.oidcgrant.testing.ScriptedIssuer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Where an ID token may stand beside a caller's access token, and how long it counts. */
class AccompanyingIdTokenPlacesIT {
  private static final String FORM = "Content-Type: application/x-www-form-urlencoded";

  private FilterBench bench;
  private String access;

  private void start(UnaryOperator<OidcGrantConfigBuilder> changes) {
    bench = FilterBench.start(config -> changes.apply(config
        .authMethods("bearer")
        .audienceRequired("api")
        .idTokenParamName("id")
        .upstreamHeaders(List.of(HeaderSetting.ofClaim("x-mail", List.of("email"))))));
    access = "Authorization: Bearer " + issuer().accessToken(Map.of("aud", "api"));
  }

  @AfterEach
  void stop() {
    bench.close();
  }

  private ScriptedIssuer issuer() {
    return bench.issuer();
  }

  private String id(String mail) {
    return issuer().idToken("gateway", Map.of("email", mail));
  }

  private Answer post(String target, String body, String... headers) {
    bench.mark();
    return bench.http().send("POST", target, body.getBytes(StandardCharsets.UTF_8), headers);
  }

  private String mail() {
    return bench.app().last().header("x-mail");
  }

  @Test
  void body_holdsIt_andGoesOnWithoutIt() {
    start(config -> config);

    assertThat(post("/a", "a=1&id=" + id("body") + "&b=2", FORM, access).status())
        .isEqualTo(200);
    assertThat(mail()).isEqualTo("body");
    assertThat(bench.app().last().body()).isEqualTo("a=1&b=2");
  }

  @Test
  void query_holdsIt_andGoesOnWithoutIt() {
    start(config -> config);

    assertThat(bench.http().get("/a?a=1&id=" + id("query") + "&b=2", access).status())
        .isEqualTo(200);
    assertThat(mail()).isEqualTo("query");
    assertThat(bench.app().last().query()).isEqualTo("a=1&b=2");
  }

  @Test
  void firstPlaceCounts_andNoneIsToldOn() {
    start(config -> config);

    assertThat(post("/a?id=" + id("query"), "id=" + id("body"), FORM, access, "Id: " + id("header"))
            .status())
        .isEqualTo(200);
    assertThat(mail()).isEqualTo("header");
    assertThat(bench.app().last().header("id")).isNull();
    assertThat(bench.app().last().query()).isNullOrEmpty();
  }

  @Test
  void placeThatIsNotConfigured_isTheApplications() {
    start(config -> config.idTokenParamType(List.of("header")));
    String id = id("query");

    assertThat(bench.http().get("/a?id=" + id, access).status()).isEqualTo(200);
    assertThat(mail()).isNull();
    assertThat(bench.app().last().query()).isEqualTo("id=" + id);
  }

  @Test
  void twoInOnePlace_areRefused() {
    start(config -> config);
    String id = id("twice");
    bench.mark();

    bench.refused(bench.http().get("/a?id=" + id + "&id=" + id, access), 400, "invalid_request");
    bench.refused(post("/a", "id=" + id + "&id=" + id, FORM, access), 400, "invalid_request");
  }

  @Test
  void whatIsNoIdToken_isRefused() {
    start(config -> config);
    String unsigned = Base64URL.encode("{\"alg\":\"none\"}") + "."
        + Base64URL.encode("{\"iss\":\"" + issuer().url()
            + "\",\"sub\":\"alice\",\"aud\":\"gateway\",\"iat\":1,\"exp\":99999999999}")
        + ".";
    for (String value : List.of("x", "a.b.c", unsigned)) {
      bench.mark();
      bench.refused(bench.http().get("/a", access, "Id: " + value), 401, "invalid_token");
    }
    bench.refused(bench.http().get("/a?id=a%0Ab", access), 400, "invalid_request");
  }

  @Test
  void eachIdToken_isRememberedForItself_untilItEnds() {
    start(config -> config);
    long now = bench.clock().instant().getEpochSecond();
    String brief = issuer().idToken("gateway", Map.of("email", "brief", "exp", now + 10));

    assertThat(bench.http().get("/a", access, "Id: " + brief).status()).isEqualTo(200);
    assertThat(mail()).isEqualTo("brief");
    assertThat(bench.http().get("/a", access, "Id: " + id("other")).status()).isEqualTo(200);
    assertThat(mail()).isEqualTo("other");
    assertThat(bench.http().get("/a", access).status()).isEqualTo(200);
    assertThat(mail()).isNull();
    bench.clock().advance(Duration.ofSeconds(10));
    bench.mark();
    bench.refused(bench.http().get("/a", access, "Id: " + brief), 401, "invalid_token");
  }

  @Test
  void idTokenForOtherBytesOfTheAccessToken_isRefused() {
    start(config -> config);
    bench.mark();

    bench.refused(
        bench
            .http()
            .get(
                "/a",
                access,
                "Id: " + issuer().idToken("gateway", Map.of("at_hash", "AAAAAAAAAAAAAAAAAAAAAA"))),
        401,
        "invalid_token");
  }
}
