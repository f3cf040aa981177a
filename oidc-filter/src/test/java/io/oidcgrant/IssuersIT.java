package io.oidcgrant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import io.oidcgrant.config.IssuerKeys;
import io.oidcgrant.config.OidcGrantConfigBuilder;
import io.oidcgrant.testing.FilterBench;
import io.oidcgrant.testing.RawHttp.Answer;
import io.oidcgrant.testing.RawServer;
import io.oidcgrant.testing.ScriptedIssuer;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Callers' tokens of several issuers: whose keys verify whose tokens. */
@Timeout(60)
class IssuersIT {
  private ScriptedIssuer second;
  private ScriptedIssuer third;
  private FilterBench bench;

  @BeforeEach
  void startOthers() {
    second = ScriptedIssuer.start();
    third = ScriptedIssuer.start();
  }

  private void start(UnaryOperator<OidcGrantConfigBuilder> changes) {
    start(ScriptedIssuer.start(), changes);
  }

  private void start(ScriptedIssuer first, UnaryOperator<OidcGrantConfigBuilder> changes) {
    bench = FilterBench.start(
        first, config -> changes.apply(config.authMethods("bearer").audienceRequired("api")));
    second.clock(bench.clock());
    third.clock(bench.clock());
  }

  @AfterEach
  void stop() {
    bench.close();
    second.close();
    third.close();
  }

  private static String keysOf(ScriptedIssuer issuer) {
    return issuer.url() + "/keys";
  }

  /** Each with its own keys. */
  private static List<IssuerKeys> tied(ScriptedIssuer... issuers) {
    return Stream.of(issuers)
        .map(issuer -> new IssuerKeys(issuer.url(), URI.create(keysOf(issuer))))
        .toList();
  }

  /** A token that says it is of {@code issuer}, signed with this key. */
  private static String token(ScriptedIssuer issuer, RSAKey key) {
    return issuer.sign(Map.of("aud", "api"), "JWT", key);
  }

  private static String token(ScriptedIssuer issuer) {
    return token(issuer, issuer.key());
  }

  private Answer get(String token) {
    bench.mark();
    return bench.http().get("/a", "Authorization: Bearer " + token);
  }

  private void passes(String token) {
    Answer answer = get(token);
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    assertThat(bench.seen()).isEqualTo(1);
  }

  private void refused(String token) {
    bench.refused(get(token), 401, "invalid_token");
  }

  private static RSAKey named(RSAKey key, String keyId) {
    return new RSAKey.Builder(key).keyID(keyId).build();
  }

  @Test
  void extraKeys_countForEveryAcceptedIssuer_andForNoOther() {
    start(config -> config
        .extraJwksUris(List.of(keysOf(second), keysOf(third)))
        .issuersAllowed(config(config), second.url()));
    ScriptedIssuer first = bench.issuer();
    for (RSAKey key : List.of(first.key(), second.key(), third.key())) {
      passes(token(first, key));
      passes(token(second, key));
      refused(token(third, key));
    }
    refused(first.sign(Collections.singletonMap("iss", null), "JWT", null));
    refused(first.sign(Map.of("iss", List.of(first.url())), "JWT", null));
    assertThat(List.of(first.keyFetches(), second.keyFetches(), third.keyFetches()))
        .containsExactly(1, 1, 1);
  }

  /** The configured issuer's own name. */
  private static String config(OidcGrantConfigBuilder builder) {
    return builder.build().issuer();
  }

  @Test
  void tiedKeys_countForTheirIssuerAlone_whateverIsWarm() {
    start(config -> config.issuerJwks(tied(second, third)));
    List<ScriptedIssuer> all = List.of(bench.issuer(), second, third);
    List<String> good = all.stream().map(IssuersIT::token).toList();
    for (int round = 0; round < 2; round++) {
      for (ScriptedIssuer issuer : all) {
        for (ScriptedIssuer other : all) {
          if (issuer != other) {
            refused(token(issuer, other.key()));
            refused(token(issuer, named(other.key(), issuer.key().getKeyID())));
            refused(token(issuer, named(other.key(), null)));
          }
        }
      }
      good.forEach(this::passes);
    }
  }

  @Test
  void tiedKeys_areNotAmongTheExtraOnes_norTheExtraOnesAmongThem() {
    start(config -> config.issuerJwks(tied(second)).extraJwksUris(List.of(keysOf(third))));

    passes(token(bench.issuer(), third.key()));
    refused(token(second, third.key()));
    refused(token(bench.issuer(), second.key()));
    passes(token(second));
  }

  @Test
  void clientSecret_doesNotSignForAnIssuerWithKeysOfItsOwn() {
    String secret = "canary-of-more-than-thirty-two-octets";
    start(config -> config.issuerJwks(tied(second)).clientSecret(secret).enableHsSignatures(true));

    passes(HmacTokens.signed(secret, "HS256", bench.clock(), bench.issuer().url()));
    refused(HmacTokens.signed(secret, "HS256", bench.clock(), second.url()));
  }

  @Test
  void sameAddress_forTwoIssuers_isFetchedOnce() {
    start(config -> config.issuerJwks(List.of(
        new IssuerKeys(second.url(), URI.create(keysOf(third))),
        new IssuerKeys("https://other.example", URI.create(keysOf(third))))));

    passes(token(second, third.key()));
    refused(token(third));
    assertThat(third.keyFetches()).isEqualTo(1);
    assertThat(second.keyFetches()).isZero();
  }

  @Test
  void issuer_thatIsNotAllowed_isRefused_althoughItsKeyIsTrusted() {
    start(config -> config.extraJwksUris(List.of(keysOf(second))).issuerJwks(tied(third)));

    refused(token(second));
    passes(token(bench.issuer(), second.key()));
    for (String name : List.of("/", "/x", "#", "?", " ")) {
      refused(third.sign(Map.of("aud", "api", "iss", third.url() + name), "JWT", third.key()));
    }
    refused(third.sign(
        Map.of("aud", "api", "iss", third.url().replace("http", "HTTP")), "JWT", third.key()));
    refused(third.sign(Map.of("aud", "api", "iss", List.of(third.url())), "JWT", third.key()));
  }

  @Test
  void keyServerThatIsDown_isFeltByItsOwnTokensAlone() {
    second.close();
    start(config -> config
        .issuerJwks(tied(second, third))
        .extraJwksUris(List.of(second.url() + "/more", keysOf(third))));

    passes(token(bench.issuer()));
    passes(token(bench.issuer(), third.key()));
    passes(token(third));
    bench.refused(get(token(second)), 503, null);
    refused(token(third, second.key()));
  }

  @Test
  @Timeout(8) // less than the deadline of ten seconds
  void keyServerThatHangs_isWaitedForByNobodyElse() throws IOException {
    CountDownLatch end = new CountDownLatch(1);
    try (RawServer hanging = RawServer.start(out -> end.await())) {
      start(config -> config
          .jwksEndpoint(hanging.uri("/keys").toString())
          .extraJwksUris(List.of(keysOf(third), hanging.uri("/more").toString()))
          .issuerJwks(tied(second)));

      passes(token(second));
      passes(token(bench.issuer(), third.key()));
      await().until(() -> hanging.requests() == 2);
    } finally {
      end.countDown();
    }
  }

  @Test
  void configuredIssuerThatIsDown_doesNotKeepOthersTokensOut() {
    ScriptedIssuer down = ScriptedIssuer.start();
    down.close();
    start(down, config -> config.issuerJwks(tied(second)));

    passes(token(second));
    bench.refused(get(token(down)), 503, null);
  }

  @Test
  void serversThatGoAway_leaveTheirKeysBehind() {
    start(config -> config.issuerJwks(tied(second)));
    passes(token(second));
    second.close();
    bench.clock().advance(Duration.ofMinutes(11));

    passes(token(second));
  }

  @Test
  void floodOfUnknownKeyIds_isBoundedAtEveryServer() {
    start(config -> config.issuerJwks(tied(second)).extraJwksUris(List.of(keysOf(third))));
    ScriptedIssuer first = bench.issuer();
    List.of(token(first), token(second), token(first, third.key())).forEach(this::passes);
    bench.clock().advance(Duration.ofSeconds(31));
    for (int i = 0; i < 50; i++) {
      for (ScriptedIssuer issuer : List.of(first, second)) {
        refused(token(issuer, named(third.key(), UUID.randomUUID().toString())));
      }
    }
    assertThat(List.of(first.keyFetches(), second.keyFetches(), third.keyFetches()))
        .containsExactly(2, 2, 2);
  }

  @Test
  void keysThatRotate_underTraffic_areFetchedOnce() throws Exception {
    start(config -> config.issuerJwks(tied(second)));
    passes(token(second));
    bench.clock().advance(Duration.ofSeconds(31));
    RSAKey old = second.key();
    RSAKey next = new RSAKeyGenerator(2048).keyID("next").generate();
    ExecutorService callers = Executors.newFixedThreadPool(8);
    List<Future<Answer>> answers = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      if (i == 100) {
        second.publish(new JWKSet(List.of(next.toPublicJWK(), old.toPublicJWK())));
      }
      String token = token(second, i < 100 || i % 10 == 0 ? old : next);
      answers.add(callers.submit(() -> bench.http().get("/a", "Authorization: Bearer " + token)));
    }
    for (Future<Answer> answer : answers) {
      assertThat(answer.get().status()).isEqualTo(200);
    }
    callers.shutdown();
    assertThat(second.keyFetches()).isEqualTo(2);
    assertThat(bench.issuer().keyFetches()).isEqualTo(1);
  }
}
