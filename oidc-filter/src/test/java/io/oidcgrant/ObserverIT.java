package io.oidcgrant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.oauth2.sdk.AccessTokenResponse;
import com.nimbusds.oauth2.sdk.token.BearerAccessToken;
import com.nimbusds.oauth2.sdk.token.Tokens;
import io.oidcgrant.config.OidcGrantConfig;
import io.oidcgrant.config.OidcGrantConfigBuilder;
import io.oidcgrant.endpoint.TokenEndpointClient;
import io.oidcgrant.flow.GrantRuntime;
import io.oidcgrant.testing.EchoApp;
import io.oidcgrant.testing.FilterBench;
import io.oidcgrant.testing.RawHttp;
import io.oidcgrant.testing.RecordingObserver;
import io.oidcgrant.testing.ScriptedIssuer;
import io.oidcgrant.testing.ScriptedIssuer.Asked;
import io.oidcgrant.testing.ScriptedIssuer.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an observer hears of a filter, and which traces the issuer sees. */
@Timeout(60)
class ObserverIT {
  private static final String PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  private static final String OTHER = "00-11112222333344445555666677778888-1111222233334444-00";

  private final RecordingObserver observer = new RecordingObserver();
  private final List<EchoApp> apps = new ArrayList<>();
  private ScriptedIssuer issuer;
  private GrantRuntime runtime;
  private int callers;

  @BeforeEach
  void start() {
    issuer = ScriptedIssuer.start();
    runtime = GrantRuntime.create(observer);
  }

  @AfterEach
  void stop() {
    apps.forEach(EchoApp::close);
    runtime.close();
    issuer.close();
  }

  private RawHttp app(OidcGrantConfigBuilder config) {
    EchoApp app = EchoApp.start(new OidcGrantFilter(config.build(), runtime));
    apps.add(app);
    await()
        .until(() -> runtime.issuers().stream().allMatch(each -> each.keysAge().isPresent()));
    return new RawHttp(app.port());
  }

  private String caller() {
    return FilterBench.basic("caller" + callers++, "canary");
  }

  private List<String> afterwards(Reply reply, RawHttp http, int status) {
    issuer.answer(reply);
    observer.take();
    assertThat(http.get("/a", caller()).status()).isEqualTo(status);
    return observer.take();
  }

  @Test
  void calls_lookUps_andRefusals_areHeard() {
    RawHttp http = app(FilterBench.config(issuer));
    assertThat(observer.take())
        .containsExactly("discovery ok", "jwks ok", "keys of " + issuer.url());
    String caller = caller();
    assertThat(http.get("/a", caller).status()).isEqualTo(200);
    assertThat(observer.take()).containsExactly("cache miss", "token ok");
    assertThat(http.get("/a", caller).status()).isEqualTo(200);
    assertThat(observer.take()).containsExactly("cache hit");
    assertThat(http.get("/a").status()).isEqualTo(401);
    assertThat(observer.take()).containsExactly("refused no_credential");
    String rejected = caller();
    issuer.answer(Reply.error(400, "invalid_grant"));
    assertThat(http.get("/a", rejected).status()).isEqualTo(401);
    assertThat(http.get("/a", rejected).status()).isEqualTo(401);
    assertThat(observer.take())
        .containsExactly(
            "cache miss",
            "token rejected",
            "refused rejected",
            "cache rejection",
            "refused rejected");
  }

  @Test
  void everyOutcome_isHeard() {
    RawHttp http = app(FilterBench.config(issuer).timeout(Duration.ofMillis(1500)));
    assertThat(afterwards(Reply.error(401, "invalid_client"), http, 503))
        .containsExactly("cache miss", "token client_rejected", "refused client_refused");
    assertThat(afterwards(Reply.json(200, "[]"), http, 502))
        .containsExactly("cache miss", "token unusable", "refused answer_unusable");
    assertThat(afterwards(Reply.json(500, "{}"), http, 503))
        .containsExactly("cache miss", "token unavailable", "refused issuer_unavailable");
    CountDownLatch late = new CountDownLatch(1);
    issuer.answer(asked -> {
      try {
        late.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return issuer.grant(asked);
    });
    observer.take();
    assertThat(http.get("/a", caller()).status()).isEqualTo(504);
    late.countDown();
    await().untilAsserted(() -> assertThat(observer.take()).contains("token timeout"));
    Reply busy = new Reply(429, Map.of("Retry-After", "60"), "");
    assertThat(afterwards(busy, http, 503)).contains("token throttled", "refused issuer_busy");
    // Not sent: the issuer wants to be left alone.
    assertThat(afterwards(busy, http, 503)).contains("token throttled unsent");
  }

  @Test
  void keysThatCannotBeFetched_areNoneOfTheFetched() {
    issuer.publish(new JWKSet());
    EchoApp app = EchoApp.start(new OidcGrantFilter(FilterBench.config(issuer).build(), runtime));
    apps.add(app);
    List<String> heard = new ArrayList<>();
    await().untilAsserted(() -> {
      heard.addAll(observer.take());
      assertThat(heard).containsExactly("discovery ok", "jwks unusable");
    });
    assertThat(runtime.issuers().get(0).keysAge()).isEmpty();
  }

  @Test
  void introspectionAndUserinfo_areHeard_andCarryTheTrace() {
    OidcGrantConfigBuilder config = FilterBench.config(issuer)
        .authMethods("introspection")
        .audienceRequired("api")
        .introspectionEndpoint(issuer.url() + "/token")
        .userinfoEndpoint(issuer.url() + "/token")
        .searchUserInfo(true);
    RawHttp http = app(config);
    issuer.answer(Reply.json(200, "{\"active\":true,\"sub\":\"alice\",\"aud\":\"api\"}"));
    observer.take();
    assertThat(http.get("/a", "Authorization: Bearer opaque", "Traceparent: " + PARENT)
            .status())
        .isEqualTo(200);
    assertThat(observer.take()).containsExactly("cache miss", "introspection ok", "userinfo ok");
    assertThat(traces()).containsExactly(PARENT, PARENT);
  }

  private List<String> traces() {
    return issuer.asked().stream().map(asked -> asked.header("traceparent")).toList();
  }

  @Test
  void traceOfACaller_reachesTheIssuerAndTheApplication_andNothingElseOfIt() {
    RawHttp http = app(FilterBench.config(issuer));
    String caller = caller();
    String[] headers = {
      caller, "traceparent: " + PARENT, "tracestate: a=1", "TraceState: b=2", "baggage: user=canary"
    };
    assertThat(http.get("/a", headers).status()).isEqualTo(200);
    Asked asked = issuer.asked().get(0);
    assertThat(asked.headers().get("traceparent")).containsExactly(PARENT);
    assertThat(asked.headers().get("tracestate")).containsExactly("a=1,b=2");
    assertThat(asked.headers()).doesNotContainKey("baggage");
    assertThat(apps.get(0).last().header("traceparent")).isEqualTo(PARENT);
    // The same tokens, whatever the trace.
    headers[1] = "traceparent: " + OTHER;
    assertThat(http.get("/a", headers).status()).isEqualTo(200);
    assertThat(issuer.asked()).hasSize(1);
    assertThat(apps.get(0).last().header("traceparent")).isEqualTo(OTHER);
  }

  @Test
  void malformedTrace_doesNotReachTheIssuer() {
    RawHttp http = app(FilterBench.config(issuer));
    for (String[] bad : new String[][] {
      {"traceparent: " + PARENT.toUpperCase(java.util.Locale.ROOT)},
      {"traceparent: " + PARENT, "traceparent: " + PARENT},
      {"traceparent: x"},
      {"X-A: b"}
    }) {
      List<String> headers = new ArrayList<>(List.of(bad));
      headers.add("tracestate: a=1");
      headers.add(caller());
      assertThat(http.get("/a", headers.toArray(String[]::new)).status()).isEqualTo(200);
    }
    assertThat(issuer.asked())
        .hasSize(4)
        .allSatisfy(
            asked -> assertThat(asked.headers()).doesNotContainKeys("traceparent", "tracestate"));
  }

  @Test
  void traceOfTheFirst_isThatOfAFlight() {
    RawHttp http = app(FilterBench.config(issuer));
    CountDownLatch first = new CountDownLatch(1);
    CountDownLatch both = new CountDownLatch(1);
    issuer.answer(asked -> {
      first.countDown();
      try {
        both.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return issuer.grant(asked);
    });
    String caller = caller();
    // Not on the common pool, which may have one thread.
    Executor callers = task -> new Thread(task).start();
    CompletableFuture<Integer> one = CompletableFuture.supplyAsync(
        () -> http.get("/a", caller, "traceparent: " + PARENT).status(), callers);
    CompletableFuture<Integer> two = CompletableFuture.supplyAsync(
        () -> {
          try {
            first.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          return http.get("/a", caller, "traceparent: " + OTHER).status();
        },
        callers);
    List<String> heard = new CopyOnWriteArrayList<>();
    await().untilAsserted(() -> {
      heard.addAll(observer.take());
      assertThat(heard).contains("cache joined");
    });
    both.countDown();
    assertThat(List.of(one.join(), two.join())).containsExactly(200, 200);
    assertThat(traces()).containsExactly(PARENT);
  }

  @Test
  void customClient_getsTheTraceAmongTheHeaders_andIsHeard() throws Exception {
    List<Map<String, String>> headers = new CopyOnWriteArrayList<>();
    TokenEndpointClient client = new TokenEndpointClient() {
      @Override
      public CompletableFuture<com.nimbusds.oauth2.sdk.TokenResponse> send(
          com.nimbusds.oauth2.sdk.TokenRequest request) {
        return CompletableFuture.completedFuture(new AccessTokenResponse(
            new Tokens(new BearerAccessToken(issuer.accessToken(Map.of()), 300, null), null)));
      }

      @Override
      public java.util.concurrent.CompletionStage<Answer> send(
          com.nimbusds.oauth2.sdk.TokenRequest request, Map<String, String> more) {
        headers.add(more);
        return TokenEndpointClient.super.send(request, more);
      }
    };
    OidcGrantConfig config =
        FilterBench.config(issuer).tokenHeadersClient("Traceparent", "X-Tenant").build();
    EchoApp app = EchoApp.start(new OidcGrantFilter(config, client));
    apps.add(app);
    RawHttp http = new RawHttp(app.port());
    String[] with = {caller(), "traceparent: " + PARENT, "X-Tenant: t"};
    assertThat(http.get("/a", with).status()).isEqualTo(200);
    assertThat(http.get("/a", caller()).status()).isEqualTo(200);
    assertThat(headers).containsExactly(Map.of("traceparent", PARENT, "X-Tenant", "t"), Map.of());
  }
}
