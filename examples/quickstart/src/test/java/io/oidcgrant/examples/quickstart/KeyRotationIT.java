package io.oidcgrant.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jwt.SignedJWT;
import io.oidcgrant.examples.keycloak.SharedKeycloak;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real issuer gets a new key while callers come. */
class KeyRotationIT {
  private static final Duration PACE = Duration.ofMillis(50);
  private static final int MOST_REQUESTS = 2000;

  @TempDir
  Path folder;

  /** Requests at a steady pace, each with the next of the tokens. */
  private static final class Traffic implements AutoCloseable {
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    private final Queue<CompletableFuture<HttpResponse<String>>> answers =
        new ConcurrentLinkedQueue<>();
    private final AtomicInteger sent = new AtomicInteger();
    private final List<String> tokens;

    Traffic(RunningProxy proxy, List<String> initial) {
      tokens = new CopyOnWriteArrayList<>(initial);
      var unused = clock.scheduleAtFixedRate(
          () -> {
            if (sent.get() < MOST_REQUESTS) {
              send(proxy, tokens.get(sent.get() % tokens.size()));
            }
          },
          0,
          PACE.toMillis(),
          TimeUnit.MILLISECONDS);
    }

    void send(RunningProxy proxy, String token) {
      sent.incrementAndGet();
      answers.add(proxy.getAsync("/keys", "Authorization", "Bearer " + token));
    }

    void alsoWith(List<String> more) {
      tokens.addAll(more);
    }

    /** Waits until so many more have been answered. */
    void continues(int more) {
      long until = answered() + more;
      await().atMost(Duration.ofSeconds(60)).until(() -> answered() >= until);
    }

    private long answered() {
      return answers.stream().filter(CompletableFuture::isDone).count();
    }

    /** Ends it; the statuses that were answered. */
    List<Integer> statuses() throws InterruptedException {
      clock.shutdown();
      assertThat(clock.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
      return answers.stream().map(answer -> answer.join().statusCode()).toList();
    }

    @Override
    public void close() {
      clock.shutdownNow();
    }
  }

  private static List<String> tokens(String client, int count) throws Exception {
    List<String> tokens = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      tokens.add(CallerToken.of(client).get());
    }
    return tokens;
  }

  private static Set<String> keyIds(List<String> tokens) throws Exception {
    Set<String> ids = new HashSet<>();
    for (String token : tokens) {
      ids.add(SignedJWT.parse(token).getHeader().getKeyID());
    }
    return ids;
  }

  @Test
  void newRsaKey_isFetchedOnce_andNoCallerNotices() throws Exception {
    newKeyIsFetchedOnce("other-client", "rsa-generated", Map.of("algorithm", "RS256"));
  }

  @Test
  void newEcKey_isFetchedOnce_andNoCallerNotices() throws Exception {
    newKeyIsFetchedOnce("alg-es256", "ecdsa-generated", Map.of("ecdsaEllipticCurveKey", "P-256"));
  }

  /** Of the latest requests. */
  private static Set<String> upstreamTokens(RunningProxy proxy) {
    return proxy.upstream().requests().stream()
        .map(request -> request.header("Authorization").orElse("").replace("Bearer ", ""))
        .collect(Collectors.toSet());
  }

  private void newKeyIsFetchedOnce(String client, String kind, Map<String, String> key)
      throws Exception {
    URI certs = URI.create(
        SharedKeycloak.server().issuer("example-realm") + "/protocol/openid-connect/certs");
    List<String> old = tokens(client, 3);
    try (EndpointRelay keys = new EndpointRelay(certs);
        RunningProxy proxy =
            new RoutesFile().route("keys", """
                auth_methods: [bearer]
                audience_required: [account]
                cache_tokens: false
                rediscovery_lifetime: 1
                jwks_endpoint: %s
                """.formatted(keys.uri())).start(folder);
        Traffic traffic = new Traffic(proxy, old)) {
      traffic.continues(40);
      assertThat(keys.requests()).isEqualTo(1);

      String added = AdminApi.addKey(kind, key);
      try {
        List<String> fresh = tokens(client, 3);
        assertThat(keyIds(fresh)).hasSize(1).doesNotContainAnyElementsOf(keyIds(old));
        // Many callers at once with a key that is not known yet.
        Stream.generate(() -> fresh)
            .limit(10)
            .flatMap(List::stream)
            .forEach(token -> traffic.send(proxy, token));
        traffic.alsoWith(fresh);
        traffic.continues(100);

        List<Integer> statuses = traffic.statuses();
        assertThat(statuses).as(proxy.log()).containsOnly(200).hasSizeGreaterThanOrEqualTo(140);
        assertThat(upstreamTokens(proxy)).containsAll(old).containsAll(fresh);
        assertThat(keys.requests()).isEqualTo(2);
      } finally {
        AdminApi.delete(added);
      }
    }
  }
}
