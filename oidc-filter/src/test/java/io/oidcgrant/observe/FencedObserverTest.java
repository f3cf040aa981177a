package io.oidcgrant.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.oidcgrant.observe.GrantObserver.Endpoint;
import io.oidcgrant.observe.GrantObserver.Lookup;
import io.oidcgrant.observe.GrantObserver.Outcome;
import io.oidcgrant.observe.GrantObserver.Renewal;
import io.oidcgrant.protocol.Failure.Kind;
import io.oidcgrant.testing.CapturedLog;
import io.oidcgrant.testing.RecordingObserver;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What an observer may do, and what it is told. */
class FencedObserverTest {
  private static void tellEverything(GrantObserver observer) {
    observer.called(Endpoint.TOKEN, Outcome.OK, 1);
    observer.lookedUp(Lookup.HIT);
    observer.renewed(Renewal.OK);
    observer.keysFetched("https://idp.example");
    observer.refused(Kind.REJECTED);
  }

  @Test
  void whatItThrows_goesNoFarther_andIsLoggedOnce() {
    try (CapturedLog log = CapturedLog.start()) {
      for (Throwable thrown :
          List.of(new IllegalStateException("bad"), new AssertionError("bad"))) {
        tellEverything(GrantObserver.fenced((GrantObserver) Proxy.newProxyInstance(
            GrantObserver.class.getClassLoader(),
            new Class<?>[] {GrantObserver.class},
            (proxy, method, arguments) -> {
              throw thrown;
            })));
      }
      assertThat(log.lines()).hasSize(2).allMatch(line -> line.startsWith("ERROR an observer"));
    }
  }

  @Test
  void everyCallback_reachesTheObserver() {
    RecordingObserver observer = new RecordingObserver();
    tellEverything(GrantObserver.fenced(observer));
    assertThat(observer.take())
        .containsExactly(
            "token ok",
            "cache hit",
            "renewal ok",
            "keys of https://idp.example",
            "refused rejected");
    assertThat(GrantObserver.fenced(GrantObserver.NONE)).isSameAs(GrantObserver.NONE);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void outcome_isTheCallersOnlyWhereTheFailureIs(Kind kind) {
    Outcome outcome = Outcome.of(kind);
    assertThat(outcome).isNotEqualTo(Outcome.OK);
    assertThat(outcome == Outcome.REJECTED).isEqualTo(kind.status() < 500);
  }

  @Test
  void outcome_ofATimeout_isTimeout() {
    assertThat(Outcome.of(new TimeoutException())).isEqualTo(Outcome.TIMEOUT);
    assertThat(Outcome.of(Kind.ISSUER_BUSY)).isEqualTo(Outcome.THROTTLED);
    assertThat(Outcome.of(Kind.CLIENT_REFUSED)).isEqualTo(Outcome.CLIENT_REJECTED);
    assertThat(Outcome.of(Kind.ANSWER_UNUSABLE)).isEqualTo(Outcome.UNUSABLE);
    assertThat(Outcome.of(new IllegalStateException())).isEqualTo(Outcome.UNAVAILABLE);
  }
}
