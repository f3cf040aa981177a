package io.oidcgrant.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.oidcgrant.observe.GrantObserver.Endpoint;
import io.oidcgrant.observe.GrantObserver.Lookup;
import io.oidcgrant.observe.GrantObserver.Outcome;
import io.oidcgrant.observe.GrantObserver.Renewal;
import io.oidcgrant.protocol.Failure.Kind;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The meters of a web application. */
class MicrometerGrantObserverTest {
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final MicrometerGrantObserver observer = new MicrometerGrantObserver(registry);

  private double count(String name, String... tags) {
    return registry.get(name).tags(tags).counter().count();
  }

  @Test
  void everyCallback_isCountedUnderItsOwnLabels() {
    observer.called(Endpoint.TOKEN, Outcome.CLIENT_REJECTED, 5_000_000);
    observer.called(Endpoint.JWKS, Outcome.THROTTLED, 0);
    observer.lookedUp(Lookup.JOINED);
    observer.renewed(Renewal.FAILED);
    observer.refused(Kind.FORBIDDEN);
    assertThat(count("oidc.grant.idp.requests", "endpoint", "token", "outcome", "client_rejected"))
        .isEqualTo(1);
    assertThat(count("oidc.grant.idp.requests", "endpoint", "token", "outcome", "ok"))
        .isZero();
    assertThat(count("oidc.grant.idp.requests", "endpoint", "jwks", "outcome", "throttled"))
        .isEqualTo(1);
    assertThat(registry
            .get("oidc.grant.idp.request")
            .tag("endpoint", "token")
            .timer()
            .totalTime(TimeUnit.MILLISECONDS))
        .isEqualTo(5);
    assertThat(registry
            .get("oidc.grant.idp.request")
            .tag("endpoint", "jwks")
            .timer()
            .count())
        .isZero();
    assertThat(count("oidc.grant.token.cache", "result", "joined")).isEqualTo(1);
    assertThat(count("oidc.grant.renewals", "outcome", "failed")).isEqualTo(1);
    assertThat(count("oidc.grant.refusals", "reason", "forbidden")).isEqualTo(1);
  }

  @Test
  void ageOfKeys_isThatOfTheLastFetch_forAHundredIssuersAtMost() {
    for (int i = 0; i < 300; i++) {
      observer.keysFetched("https://idp" + i % 150 + ".example");
    }
    assertThat(registry.find("oidc.grant.jwks.age").gauges()).hasSize(100);
    assertThat(registry
            .get("oidc.grant.jwks.age")
            .tag("issuer", "https://idp7.example")
            .timeGauge()
            .value(TimeUnit.SECONDS))
        .isBetween(0.0, 30.0);
  }
}
