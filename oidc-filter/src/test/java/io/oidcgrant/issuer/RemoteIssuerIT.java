package io.oidcgrant.issuer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.jwk.JWKSet;
import io.oidcgrant.http.IdpClient;
import io.oidcgrant.http.TlsSettings;
import io.oidcgrant.observe.GrantObserver;
import io.oidcgrant.observe.IssuerCalls;
import io.oidcgrant.protocol.Failure.Kind;
import io.oidcgrant.protocol.GrantException;
import io.oidcgrant.testing.ScriptedIssuer;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** OpenID Connect Discovery 1.0 section 4.3; RFC 7517 section 5. */
@Timeout(60)
class RemoteIssuerIT {
  private static final Duration REDISCOVERY = Duration.ofSeconds(30);
  private static final Duration MAX_STALE = Duration.ofHours(2);

  private final ExecutorService executor = Executors.newCachedThreadPool();
  private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
  private final IdpClient client;
  private volatile Instant now = Instant.ofEpochSecond(1_790_000_000L);
  private ScriptedIssuer server = ScriptedIssuer.start();
  private RemoteIssuer issuer;

  RemoteIssuerIT() {
    client = new IdpClient(
        new IdpClient.Settings(Duration.ofSeconds(5), TlsSettings.JVM),
        executor,
        scheduler,
        () -> now);
  }

  @AfterEach
  void stop() {
    if (issuer != null) {
      issuer.close();
    }
    server.close();
    scheduler.shutdownNow();
    executor.shutdownNow();
  }

  private RemoteIssuer start(String identifier) {
    URI document = URI.create(server.url() + "/.well-known/openid-configuration");
    issuer = RemoteIssuer.start(
        new IssuerSettings(
            identifier,
            Optional.of(document),
            Map.of(),
            Map.of(),
            Map.of(),
            Optional.empty(),
            false,
            REDISCOVERY,
            MAX_STALE),
        client,
        scheduler,
        () -> now,
        new IssuerCalls(GrantObserver.NONE));
    return issuer;
  }

  private static <T> T result(CompletionStage<T> stage) {
    return stage.toCompletableFuture().join();
  }

  private static Kind kind(CompletionStage<?> stage) {
    try {
      Object value = result(stage);
      throw new AssertionError("completed with " + value);
    } catch (CompletionException | GrantException e) {
      return GrantException.failureOf(e).kind();
    }
  }

  private static List<String> keyIds(JWKSet keys) {
    return keys.getKeys().stream().map(key -> key.getKeyID()).toList();
  }

  private JWKSet settledKeys() {
    JWKSet keys = result(issuer.keys().current());
    await().until(() -> issuer.status().reachable());
    return keys;
  }

  @Test
  void issuer_isDiscoveredOnce_forAllWhoWait() {
    start(server.url());

    List<CompletionStage<IssuerMetadata>> waiting =
        IntStream.range(0, 20).mapToObj(i -> issuer.metadata()).toList();

    for (CompletionStage<IssuerMetadata> one : waiting) {
      assertThat(result(one).endpoint(IssuerEndpoint.TOKEN, false))
          .contains(URI.create(server.url() + "/token"));
    }
    settledKeys();
    assertThat(server.discoveries()).isEqualTo(1);
    assertThat(server.keyFetches()).isEqualTo(1);
  }

  @Test
  void rediscovery_readsMetadataAndKeys_evenBeforeTheyAreOld() {
    start(server.url());
    settledKeys();

    issuer.rediscover();

    await().untilAsserted(() -> assertThat(server.keyFetches()).isEqualTo(2));
    assertThat(server.discoveries()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "%s/",
        "%s/realm",
        "HTTP://127.0.0.1:1",
        "http://localhost",
        "",
        "https://evil.example"
      })
  void documentOfAnotherIssuer_isRefused(String stated) {
    server.stateIssuer(stated.replace("%s", server.url()));
    start(server.url());

    assertThat(kind(issuer.metadata())).isEqualTo(Kind.ISSUER_UNAVAILABLE);
    assertThat(issuer.status().everDiscovered()).isFalse();
    assertThat(issuer.status().detail()).contains("the discovery document is of issuer");
    assertThat(server.keyFetches()).isZero();
  }

  @Test
  void issuerInAnotherCase_isAnotherOne() {
    server.stateIssuer(server.url() + "/One");
    start(server.url() + "/one");

    assertThat(kind(issuer.metadata())).isEqualTo(Kind.ISSUER_UNAVAILABLE);
  }

  @Test
  void failedDiscovery_isTriedAgainByItself() {
    server.stateIssuer("https://evil.example");
    start(server.url());
    assertThat(kind(issuer.metadata())).isEqualTo(Kind.ISSUER_UNAVAILABLE);
    assertThat(kind(issuer.metadata()))
        .as("at once between two attempts")
        .isEqualTo(Kind.ISSUER_UNAVAILABLE);
    assertThat(server.discoveries()).isEqualTo(1);

    server.stateIssuer(server.url());

    await().atMost(Duration.ofSeconds(20)).until(() -> issuer.status().everDiscovered());
    assertThat(result(issuer.metadata()).issuer()).isEqualTo(server.url());
    assertThat(server.discoveries()).isEqualTo(2);
  }

  @Test
  void metadata_areRenewed_andKeptWhereThatFails() {
    start(server.url());
    IssuerMetadata first = result(issuer.metadata());
    settledKeys();
    server.stateIssuer("https://evil.example");

    now = now.plus(Duration.ofMinutes(61));

    assertThat(result(issuer.metadata())).isEqualTo(first);
    await().until(() -> !issuer.status().reachable());
    assertThat(result(issuer.metadata())).isEqualTo(first);
    assertThat(issuer.status().everDiscovered()).isTrue();
  }

  @Test
  void unknownKeyId_isFetchedFor_notMoreOftenThanAllowed() {
    start(server.url());
    JWKSet first = settledKeys();
    server.rotateKey();
    // The fetch at the start was for no unknown key: a rotation right after it is seen.
    JWKSet old = result(issuer.keys().newerThan(first));
    assertThat(keyIds(old)).containsExactly(server.key().getKeyID());
    assertThat(server.keyFetches()).isEqualTo(2);

    server.rotateKey();
    assertThat(result(issuer.keys().newerThan(old))).as("too early").isSameAs(old);
    assertThat(server.keyFetches()).isEqualTo(2);

    now = now.plus(REDISCOVERY);
    List<CompletionStage<JWKSet>> waiting =
        IntStream.range(0, 50).mapToObj(i -> issuer.keys().newerThan(old)).toList();
    JWKSet fresh = result(waiting.get(0));
    assertThat(waiting).allSatisfy(one -> assertThat(result(one)).isSameAs(fresh));
    assertThat(keyIds(fresh)).containsExactly(server.key().getKeyID());
    assertThat(server.keyFetches()).isEqualTo(3);

    assertThat(result(issuer.keys().newerThan(fresh))).isSameAs(fresh);
    assertThat(server.keyFetches()).isEqualTo(3);
  }

  @Test
  void keys_areKept_whileTheIssuerIsAway_andNoLonger() {
    start(server.url());
    JWKSet good = settledKeys();
    server.close();

    now = now.plus(REDISCOVERY);
    assertThat(result(issuer.keys().newerThan(good))).isSameAs(good);
    now = now.plus(MAX_STALE).minus(REDISCOVERY);
    assertThat(result(issuer.keys().current())).isSameAs(good);

    await().until(() -> !issuer.status().reachable());
    now = now.plusSeconds(6);
    assertThat(kind(issuer.keys().current())).isEqualTo(Kind.KEYS_UNAVAILABLE);
  }

  @Test
  void emptyKeySet_doesNotReplaceAGoodOne() {
    start(server.url());
    JWKSet good = settledKeys();
    server.publish(new JWKSet());

    now = now.plus(REDISCOVERY);

    assertThat(result(issuer.keys().newerThan(good))).isSameAs(good);
    assertThat(server.keyFetches()).isEqualTo(2);
    assertThat(result(issuer.keys().current())).isSameAs(good);
  }

  @Test
  void failedFetch_isTriedAgainAfterFiveSeconds() {
    server.publish(new JWKSet());
    start(server.url());
    result(issuer.metadata());
    assertThat(kind(issuer.keys().current())).isEqualTo(Kind.KEYS_UNAVAILABLE);
    await().until(() -> !issuer.status().reachable());
    int fetches = server.keyFetches();
    server.rotateKey();

    now = now.plusSeconds(5).minusNanos(1);
    assertThat(kind(issuer.keys().current())).isEqualTo(Kind.KEYS_UNAVAILABLE);
    assertThat(server.keyFetches()).isEqualTo(fetches);

    now = now.plusNanos(1);
    assertThat(keyIds(result(issuer.keys().current())))
        .containsExactly(server.key().getKeyID());
  }

  @Test
  void keys_areRenewedInTheBackground() {
    start(server.url());
    JWKSet old = settledKeys();
    server.rotateKey();

    now = now.plus(Duration.ofMinutes(11));

    assertThat(result(issuer.keys().current())).isSameAs(old);
    await()
        .untilAsserted(() -> assertThat(keyIds(result(issuer.keys().current())))
            .containsExactly(server.key().getKeyID()));
  }

  @Test
  void issuerWithoutDiscovery_isKnownAtOnce() {
    issuer = RemoteIssuer.start(
        new IssuerSettings(
            "name",
            Optional.empty(),
            Map.of(),
            Map.of(IssuerEndpoint.TOKEN, URI.create(server.url() + "/token")),
            Map.of(),
            Optional.of(URI.create(server.url() + "/keys")),
            false,
            REDISCOVERY,
            MAX_STALE),
        client,
        scheduler,
        () -> now,
        new IssuerCalls(GrantObserver.NONE));

    assertThat(result(issuer.metadata()).issuer()).isEqualTo("name");
    assertThat(keyIds(result(issuer.keys().current())))
        .containsExactly(server.key().getKeyID());
    assertThat(server.discoveries()).isZero();
  }
}
