package io.oidcgrant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.oidcgrant.config.ConfigException;
import io.oidcgrant.config.OidcGrantConfig;
import io.oidcgrant.config.OidcGrantConfigBuilder;
import io.oidcgrant.testing.FilterBench;
import io.oidcgrant.testing.RawHttp.Answer;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Access tokens in a cookie, and cookies that a token must belong to. */
class BearerCookieIT {
  private FilterBench bench;

  private void start(UnaryOperator<OidcGrantConfigBuilder> changes) {
    bench = FilterBench.start(config -> changes.apply(config
        .authMethods("bearer")
        .audienceRequired("api")
        .bearerTokenParamType("header", "cookie")
        .bearerTokenCookieName("tok")));
  }

  @AfterEach
  void stop() {
    bench.close();
  }

  private String token(Object... claims) {
    Map<String, Object> all = new HashMap<>(Map.of("aud", "api"));
    for (int i = 0; i < claims.length; i += 2) {
      all.put((String) claims[i], claims[i + 1]);
    }
    return bench.issuer().accessToken(all);
  }

  private Answer get(String... headers) {
    bench.mark();
    return bench.http().get("/a", headers);
  }

  private void passes(String... headers) {
    Answer answer = get(headers);
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
  }

  @Test
  void cookie_isTakenOut_andTheOthersStayByteForByte() {
    start(config -> config);
    String token = token();
    for (List<String> line : List.of(
        List.of("a=1; tok=@; b=2", "a=1; b=2"),
        List.of("tok=@; b=2", "b=2"),
        List.of("a=1; tok=@", "a=1"),
        List.of("a=\"1\";  tok=@;b=\u00fc; c; =d; e==;", "a=\"1\";b=\u00fc; c; =d; e==;"),
        List.of("Tok=x; tok2=y; TOK=z; tok=@", "Tok=x; tok2=y; TOK=z"),
        List.of("a=tok=x; tok=@; b=\"tok=y\"", "a=tok=x; b=\"tok=y\""),
        List.of("a=1; tok=\"@\"; b=2", "a=1; b=2"),
        List.of("a=1;tok =@;b=2", "a=1;b=2"),
        List.of("a=1; tok= @ ;b=2", "a=1;b=2"))) {
      passes("Cookie: " + line.get(0).replace("@", token));

      byte[] octets = bench.app().last().header("cookie").getBytes(StandardCharsets.ISO_8859_1);
      assertThat(new String(octets, StandardCharsets.UTF_8)).isEqualTo(line.get(1));
      assertThat(bench.app().last().header("authorization")).isEqualTo("Bearer " + token);
    }
    passes("Cookie: tok=" + token);
    assertThat(bench.app().last().headers()).doesNotContainKey("cookie");
    passes("Cookie: a=1", "Cookie: tok=" + token, "Cookie: b=2; tok2=3");
    assertThat(bench.app().last().headers().get("cookie")).containsExactly("a=1", "b=2; tok2=3");
  }

  @Test
  void application_doesNotSeeIt_amongTheCookies() {
    List<String> seen = new CopyOnWriteArrayList<>();
    bench = FilterBench.start(
        new HttpServlet() {
          @Override
          protected void doGet(HttpServletRequest request, HttpServletResponse response) {
            Arrays.stream(request.getCookies())
                .map((Cookie cookie) -> cookie.getName() + "=" + cookie.getValue())
                .forEach(seen::add);
          }
        },
        config -> config
            .authMethods("bearer")
            .audienceRequired("api")
            .bearerTokenParamType("cookie")
            .bearerTokenCookieName("tok"));

    assertThat(bench
            .http()
            .get("/a", "Cookie: a=1; tok=" + token() + "; tok2=x", "Cookie: b=2")
            .status())
        .isEqualTo(200);
    assertThat(seen).containsExactlyInAnyOrder("a=1", "tok2=x", "b=2");
  }

  @Test
  void cookie_staysWhereCredentialsAreNotHidden() {
    start(config -> config.hideCredentials(false));
    String token = token();

    passes("Cookie: a=1; tok=" + token);
    assertThat(bench.app().last().header("cookie")).isEqualTo("a=1; tok=" + token);
  }

  @Test
  void severalTokens_areAmbiguous() {
    start(config -> config);
    String token = token();

    for (String[] headers : new String[][] {
      {"Cookie: tok=" + token + "; tok=" + token()},
      {"Cookie: tok=" + token + "; tok=" + token},
      {"Cookie: tok=" + token, "Cookie: tok=" + token},
      {"Cookie: tok=" + token + "; tok="},
      {"Cookie: tok=" + token, "Authorization: Bearer " + token()},
    }) {
      bench.refused(get(headers), 400, "invalid_request");
    }
    passes("Cookie: a=1; tok=" + token, "Authorization: Bearer " + token);
    assertThat(bench.app().last().header("cookie")).isEqualTo("a=1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\"\"", "  "})
  void emptyCookie_isNone(String value) {
    start(config -> config);

    bench.refused(get("Cookie: tok=" + value), 401, null);
    passes("Cookie: tok=" + value, "Authorization: Bearer " + token());
  }

  @ParameterizedTest
  @ValueSource(strings = {"opaque", "a b", "\"", "a,b", "\u00fc", "%20", "Bearer x"})
  void cookieOfSomethingElse_isRefused(String value) {
    start(config -> config);

    Answer answer = get("Cookie: tok=" + value);
    assertThat(answer.status()).isIn(400, 401);
    bench.refused(
        answer, answer.status(), answer.status() == 400 ? "invalid_request" : "invalid_token");
  }

  @Test
  void cookie_isNotLookedFor_whereItIsNotALocation() {
    start(config -> config.bearerTokenParamType("header"));
    String token = token();

    bench.refused(get("Cookie: tok=" + token), 401, null);
    passes("Cookie: tok=" + token(), "Authorization: Bearer " + token);
    assertThat(bench.app().last().header("cookie")).startsWith("tok=ey");
  }

  @Test
  void header_isNotLookedFor_whereOnlyTheCookieIs() {
    start(config -> config.bearerTokenParamType("cookie"));

    bench.refused(get("Authorization: Bearer " + token()), 401, null);
    passes("Cookie: tok=" + token());
  }

  @Test
  void location_needsAName() {
    start(config -> config);
    OidcGrantConfigBuilder builder = OidcGrantConfig.builder()
        .issuer("https://idp.example")
        .clientId("c")
        .clientSecret("x")
        .audienceRequired("api")
        .bearerTokenParamType("cookie");

    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(builder::build)
        .withMessageContaining("bearer_token_cookie_name");
    for (String bad : List.of("a b", "a;b", "a=b", "")) {
      assertThatExceptionOfType(ConfigException.class)
          .as(bad)
          .isThrownBy(() -> builder.bearerTokenCookieName(bad).build())
          .withMessageContaining("bearer_token_cookie_name");
    }
    assertThat(builder.bearerTokenCookieName("tok").build().bearerTokenCookieName())
        .contains("tok");
  }

  @Test
  void token_mustBeOfTheSession() {
    start(config -> config.jwtSessionCookie("sess"));
    String token = "Authorization: Bearer " + token("sid", "s1");
    for (int warm = 0; warm < 2; warm++) {
      passes(token, "Cookie: sess=s1; a=b");
      assertThat(bench.app().last().header("cookie")).isEqualTo("sess=s1; a=b");
      passes(token, "Cookie: sess=\"s1\"");
      for (String cookie : List.of(
          "a=b",
          "sess=s2",
          "sess=S1",
          "Sess=s1",
          "sess=",
          "sess",
          "sess=s1; sess=s2",
          "sess=s1; sess=s1",
          "sess=s1x")) {
        bench.refused(get(token, "Cookie: " + cookie), 401, "invalid_token");
      }
      bench.refused(get(token), 401, "invalid_token");
    }
    bench.refused(get("Authorization: Bearer " + token(), "Cookie: sess=s1"), 401, "invalid_token");
    bench.refused(
        get("Authorization: Bearer " + token("sid", ""), "Cookie: a=b"), 401, "invalid_token");
    bench.refused(
        get("Authorization: Bearer " + token("sid", List.of("s1")), "Cookie: sess=s1"),
        401,
        "invalid_token");
    bench.refused(
        get("Authorization: Bearer " + token("sid", 1), "Cookie: sess=1"), 401, "invalid_token");
  }

  @Test
  void sessionClaim_isTheOneThatIsNamed() {
    start(config -> config.jwtSessionCookie("sess").jwtSessionClaim("session"));

    passes("Cookie: sess=s1; tok=" + token("session", "s1", "sid", "other"));
    bench.refused(
        get("Cookie: sess=s1; tok=" + token("session", "other", "sid", "s1")),
        401,
        "invalid_token");
  }
}
