package io.oidcgrant;

import static org.assertj.core.api.Assertions.assertThat;

import io.oidcgrant.config.HeaderSetting;
import io.oidcgrant.config.OidcGrantConfigBuilder;
import io.oidcgrant.protocol.TokenPart;
import io.oidcgrant.testing.FilterBench;
import io.oidcgrant.testing.RawHttp.Answer;
import io.oidcgrant.testing.ScriptedIssuer.Reply;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the caller is told by headers of the answer. */
class DownstreamHeadersIT {
  private FilterBench bench;

  private void start(UnaryOperator<OidcGrantConfigBuilder> changes) {
    bench = FilterBench.start(changes);
  }

  @AfterEach
  void stop() {
    bench.close();
  }

  private static HeaderSetting claim(String header, String... path) {
    return new HeaderSetting(header, TokenPart.CLAIM, List.of(path));
  }

  private String bearer(Map<String, ?> changes) {
    Map<String, Object> claims = new HashMap<>(Map.of("aud", "api"));
    claims.putAll(changes);
    return "Authorization: Bearer " + bench.issuer().accessToken(claims);
  }

  @Test
  void tokensAndClaims_areTold_fetchedAndRemembered() {
    start(config -> config
        .downstreamAccessTokenHeader("x_at:bearer")
        .downstreamRefreshTokenHeader("x_rt")
        .downstreamIdTokenHeader("x_id")
        .downstreamAccessTokenJwkHeader("x_at_jwk")
        .downstreamIdTokenJwkHeader("x_id_jwk")
        .downstreamHeaders(
            List.of(claim("x_sub", "sub"), claim("X-Mail", "mail"), claim("x_no", "no"))));
    String access = bench.issuer().accessToken(Map.of());
    String id = bench.issuer().idToken("gateway", Map.of("mail", "a@b"));
    bench
        .issuer()
        .answer(Reply.json(
            200,
            bench
                .issuer()
                .tokens(Map.of("access_token", access, "refresh_token", "rt-1", "id_token", id))));
    for (int i = 0; i < 2; i++) {
      Answer answer = bench.http().get("/a", FilterBench.basic("u", "p"));

      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.header("x-at")).isEqualTo("Bearer " + access);
      assertThat(answer.header("x-rt")).isEqualTo("rt-1");
      assertThat(answer.header("x-id")).isEqualTo(id);
      for (String key : List.of("x-at-jwk", "x-id-jwk")) {
        String jwk =
            new String(Base64.getDecoder().decode(answer.header(key)), StandardCharsets.UTF_8);
        assertThat(jwk).contains(bench.issuer().key().getKeyID()).doesNotContain("\"d\":");
      }
      assertThat(answer.header("x-sub")).isEqualTo("alice");
      assertThat(answer.header("x-mail")).isEqualTo("a@b");
      assertThat(answer.headers()).doesNotContainKey("x-no");
      // Not to the upstream, too.
      assertThat(bench.app().last().headers())
          .doesNotContainKeys("x-at", "x-id", "x-sub", "x-mail", "x-at-jwk", "x-id-jwk");
    }
    assertThat(bench.issuer().asked()).hasSize(1);
  }

  @Test
  void value_cannotSplitTheAnswer() {
    start(config -> config
        .authMethods("bearer")
        .audienceRequired("api")
        .downstreamHeaders(List.of(claim("X-Claim", "c"))));
    List<String> evil = IntStream.range(0, 0x20)
        .mapToObj(c -> "a" + (char) c + "Set-Cookie: evil=1\r\n\r\n<html>")
        .toList();
    for (String text : evil) {
      Answer answer = bench.http().get("/a", bearer(Map.of("c", text)));
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.headers()).doesNotContainKey("set-cookie");
      assertThat(answer.header("x-claim"))
          .startsWith("UTF-8''a%")
          .endsWith("Set-Cookie%3A%20evil%3D1%0D%0A%0D%0A%3Chtml%3E");
      assertThat(answer.body()).isEqualTo("ok");
    }
    for (Object value : List.of(Map.of("k", evil.get(13)), List.of(evil.get(10)))) {
      Answer answer = bench.http().get("/a", bearer(Map.of("c", value)));
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.headers()).doesNotContainKey("set-cookie");
      assertThat(answer.header("x-claim")).matches("[A-Za-z0-9+/=]+");
    }
  }

  /** The application calls its answers public. */
  @Test
  void answerThatTellsOfTheCaller_isForNobodyElse() {
    start(config -> config
        .authMethods("bearer")
        .audienceRequired("api")
        .downstreamHeaders(List.of(claim("x_mail", "mail"))));
    for (String token : List.of(bearer(Map.of("mail", "a@b")), bearer(Map.of()))) {
      for (int i = 0; i < 2; i++) {
        Answer answer = bench.http().get("/a", token);
        assertThat(answer.header("cache-control"))
            .isEqualTo(answer.header("x-mail") == null ? "public, max-age=60" : "private");
      }
    }
  }

  @Test
  void nothingIsTold_toWhomDoesNotPass_orIsNobody() {
    start(config -> config
        .authMethods("bearer")
        .audienceRequired("api")
        .anonymous("guest")
        .runOnPreflight(false)
        .downstreamAccessTokenHeader("x_at")
        .downstreamHeaders(List.of(claim("x_sub", "sub"))));
    Answer told = bench.http().get("/a", bearer(Map.of()));
    assertThat(told.header("x-sub")).isEqualTo("alice");
    for (Answer answer : List.of(
        bench.http().get("/a"),
        bench.http().get("/a", bearer(Map.of("aud", "other"))),
        bench.http().get("/a", bearer(Map.of("exp", 5))),
        bench.http().send("OPTIONS", "/a", null, bearer(Map.of())))) {
      assertThat(answer.headers()).doesNotContainKeys("x-at", "x-sub");
    }
    assertThat(told.header("x-at")).startsWith("eyJ");
  }
}
