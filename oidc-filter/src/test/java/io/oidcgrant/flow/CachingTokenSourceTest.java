package io.oidcgrant.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.oidcgrant.cache.CaffeineTokenCache;
import io.oidcgrant.cache.KeyedHash;
import io.oidcgrant.credential.Credential;
import io.oidcgrant.observe.GrantObserver;
import io.oidcgrant.observe.GrantObserver.Lookup;
import io.oidcgrant.protocol.Failure;
import io.oidcgrant.protocol.Failure.Kind;
import io.oidcgrant.protocol.GrantException;
import io.oidcgrant.protocol.Secret;
import io.oidcgrant.protocol.Tokens;
import io.oidcgrant.testing.RecordingObserver;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is remembered, how often the source is asked, and who shares what. */
@SuppressWarnings("FutureReturnValueIgnored") // often only the asking counts
class CachingTokenSourceTest {
  private static final Instant START = Instant.ofEpochSecond(1_700_000_000);

  private Instant now = START;
  private final List<CompletableFuture<Tokens>> asked = new ArrayList<>();
  private final TokenMemory memory = new TokenMemory(
      new KeyedHash(new SecureRandom()), new CaffeineTokenCache(() -> now, 1 << 20, Runnable::run));
  private final RecordingObserver observer = new RecordingObserver();
  private final CachingTokenSource source = source(true, Duration.ofMinutes(1));

  private CachingTokenSource source(boolean remembers, Duration negativeTtl) {
    return new CachingTokenSource(
        request -> {
          CompletableFuture<Tokens> answer = new CompletableFuture<>();
          asked.add(answer);
          return answer;
        },
        memory,
        () -> now,
        observer,
        new CachingTokenSource.Settings(remembers, negativeTtl, Duration.ofSeconds(20)));
  }

  private Wanted wanted(String credential) {
    return new Wanted(
        memory.hash().key(new byte[0], "refresh_token", "", credential, null),
        new GrantRequest(new Credential.RefreshToken(Secret.of(credential)), 0, Map.of(), null));
  }

  private static Tokens tokens(String value, long renewIn, long expireIn, boolean reusable) {
    return Tokens.builder(Secret.of(value))
        .renewAt(START.plusSeconds(renewIn))
        .expiresAt(START.plusSeconds(expireIn))
        .reusable(reusable)
        .build();
  }

  private CompletableFuture<Tokens> ask(Wanted wanted) {
    return source.tokens(wanted).toCompletableFuture();
  }

  private static Failure.Kind failure(CompletableFuture<Tokens> answer) {
    try {
      answer.join();
      return null;
    } catch (CompletionException e) {
      return GrantException.failureOf(e).kind();
    }
  }

  private static GrantException error(Kind kind) {
    return Failure.of(kind, "scripted").toException();
  }

  @Test
  void callers_atOnce_shareOneRequest() {
    List<CompletableFuture<Tokens>> answers = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      answers.add(ask(wanted("a")));
    }
    assertThat(asked).hasSize(1);
    Tokens good = tokens("good", 290, 300, true);
    asked.get(0).complete(good);
    assertThat(answers).allSatisfy(answer -> assertThat(answer).isCompletedWithValue(good));
    assertThat(source.remembered(wanted("a"))).isSameAs(good);
    assertThat(source.remembered(wanted("b"))).isNull();
  }

  @Test
  void everyCaller_knowsWhetherHeWaitedForAnother() {
    Wanted first = wanted("a");
    Wanted second = wanted("a");
    Wanted third = wanted("a");
    assertThat(first.lookup()).isNull();
    ask(first);
    ask(second);
    asked.get(0).complete(tokens("good", 290, 300, true));
    source.remembered(third);
    assertThat(first.lookup()).isEqualTo(Lookup.MISS);
    assertThat(second.lookup()).isEqualTo(Lookup.JOINED);
    assertThat(third.lookup()).isEqualTo(Lookup.HIT);
    now = START.plusSeconds(290);
    Wanted renewing = wanted("a");
    source.remembered(renewing);
    assertThat(asked).hasSize(2);
    assertThat(renewing.lookup()).isEqualTo(Lookup.HIT);
  }

  @Test
  void caller_whoGoesAway_harmsNobody() {
    CompletableFuture<Tokens> first = ask(wanted("a"));
    CompletableFuture<Tokens> second = ask(wanted("a"));
    first.cancel(true);
    second.completeExceptionally(new IllegalStateException("gone"));
    CompletableFuture<Tokens> third = ask(wanted("a"));
    assertThat(asked).hasSize(1);
    assertThat(asked.get(0)).isNotDone();
    asked.get(0).complete(tokens("good", 290, 300, true));
    assertThat(third).isCompleted();
    assertThat(source.remembered(wanted("a"))).isNotNull();
  }

  @Test
  void tokens_nearTheirEnd_areRenewedWhileTheOldServe() {
    ask(wanted("a"));
    Tokens old = tokens("old", 290, 300, true);
    asked.get(0).complete(old);
    now = START.plusSeconds(290).minusNanos(1);
    assertThat(source.remembered(wanted("a"))).isSameAs(old);
    assertThat(asked).hasSize(1);
    now = START.plusSeconds(290);
    assertThat(source.remembered(wanted("a"))).isSameAs(old);
    assertThat(source.remembered(wanted("a"))).isSameAs(old);
    assertThat(asked).hasSize(2);
    Tokens fresh = tokens("new", 580, 600, true);
    asked.get(1).complete(fresh);
    assertThat(source.remembered(wanted("a"))).isSameAs(fresh);
    assertThat(asked).hasSize(2);
  }

  @Test
  void renewal_thatFailsForNow_isTriedAgainLaterAndTheOldServe() {
    ask(wanted("a"));
    asked.get(0).complete(tokens("old", 290, 300, true));
    now = START.plusSeconds(290);
    source.remembered(wanted("a"));
    asked.get(1).completeExceptionally(error(Kind.ISSUER_UNAVAILABLE));
    assertThat(source.remembered(wanted("a"))).isNotNull();
    assertThat(asked).hasSize(2);
    now = START.plusSeconds(291);
    assertThat(source.remembered(wanted("a"))).isNotNull();
    assertThat(asked).hasSize(3);
    now = START.plusSeconds(300);
    assertThat(source.remembered(wanted("a"))).isNull();
  }

  @Test
  void renewal_thatIsRefused_endsTheOld() {
    ask(wanted("a"));
    asked.get(0).complete(tokens("old", 290, 300, true));
    now = START.plusSeconds(290);
    source.remembered(wanted("a"));
    asked.get(1).completeExceptionally(error(Kind.REJECTED));
    assertThat(source.remembered(wanted("a"))).isNull();
    assertThat(failure(ask(wanted("a")))).isEqualTo(Kind.REJECTED);
    assertThat(asked).hasSize(2);
  }

  @Test
  void tokens_notToBeUsedAgain_serveThoseWhoWaitAlone() {
    CompletableFuture<Tokens> first = ask(wanted("a"));
    CompletableFuture<Tokens> second = ask(wanted("a"));
    asked.get(0).complete(tokens("once", 290, 300, false));
    assertThat(first).isCompleted();
    assertThat(second).isCompleted();
    assertThat(source.remembered(wanted("a"))).isNull();
    ask(wanted("a"));
    assertThat(asked).hasSize(2);
  }

  @Test
  void nothingRemembered_stillSharesWhatIsOnItsWay() {
    CachingTokenSource forgetful = source(false, Duration.ZERO);
    forgetful.tokens(wanted("a"));
    forgetful.tokens(wanted("a"));
    assertThat(asked).hasSize(1);
    asked.get(0).complete(tokens("good", 290, 300, true));
    assertThat(forgetful.remembered(wanted("a"))).isNull();
    forgetful.tokens(wanted("a"));
    assertThat(asked).hasSize(2);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void failure_isRememberedOnlyWhereItIsAVerdictOfTheCredential(Kind kind) {
    CompletableFuture<Tokens> answer = ask(wanted("a"));
    asked.get(0).completeExceptionally(error(kind));
    assertThat(failure(answer)).isEqualTo(kind);
    ask(wanted("a"));
    assertThat(asked).hasSize(kind == Kind.REJECTED ? 1 : 2);
    ask(wanted("another"));
    assertThat(asked).hasSize(kind == Kind.REJECTED ? 2 : 3);
  }

  @Test
  void rejection_ofNoLife_isNotRemembered() {
    CachingTokenSource strict = source(true, Duration.ZERO);
    strict.tokens(wanted("a"));
    asked.get(0).completeExceptionally(error(Kind.REJECTED));
    strict.tokens(wanted("a"));
    assertThat(asked).hasSize(2);
  }

  @Test
  void fault_ofTheSource_endsTheFlight() {
    CompletableFuture<Tokens> answer = ask(wanted("a"));
    asked.get(0).completeExceptionally(new IllegalStateException("canary"));
    assertThat(failure(answer)).isEqualTo(Kind.INTERNAL);
    assertThat(memory.flights()).isEmpty();
    CachingTokenSource broken = new CachingTokenSource(
        request -> {
          throw new IllegalStateException("canary");
        },
        memory,
        () -> now,
        GrantObserver.NONE,
        new CachingTokenSource.Settings(true, Duration.ZERO, Duration.ofSeconds(20)));
    assertThat(failure(broken.tokens(wanted("b")).toCompletableFuture())).isEqualTo(Kind.INTERNAL);
    assertThat(memory.flights()).isEmpty();
  }

  @Test
  void deadline_ofOneCaller_doesNotEndWhatTheNextWaitsFor() {
    CompletableFuture<Tokens> slow = new CompletableFuture<>();
    CachingTokenSource hasty = new CachingTokenSource(
        request -> slow,
        memory,
        () -> now,
        GrantObserver.NONE,
        new CachingTokenSource.Settings(true, Duration.ZERO, Duration.ofMillis(500)));
    assertThat(failure(hasty.tokens(wanted("a")).toCompletableFuture()))
        .isEqualTo(Kind.ISSUER_TIMEOUT);
    CompletableFuture<Tokens> next = hasty.tokens(wanted("a")).toCompletableFuture();
    slow.complete(tokens("good", 290, 300, true));
    assertThat(failure(next)).isNull();
    assertThat(hasty.remembered(wanted("a"))).isNotNull();
  }

  @Test
  void source_thatDoesNotAnswer_isGivenUpByTheCallerInTime() {
    CachingTokenSource hasty = new CachingTokenSource(
        request -> new CompletableFuture<>(),
        memory,
        () -> now,
        GrantObserver.NONE,
        new CachingTokenSource.Settings(true, Duration.ZERO, Duration.ofMillis(20)));
    assertThat(failure(hasty.tokens(wanted("a")).toCompletableFuture()))
        .isEqualTo(Kind.ISSUER_TIMEOUT);
    org.awaitility.Awaitility.await().until(() -> memory.flights().isEmpty());
  }

  @Test
  void everyLookup_isHeardOnce_andRenewalsAreNone() {
    assertThat(source.remembered(wanted("a"))).isNull();
    ask(wanted("a"));
    ask(wanted("a"));
    assertThat(observer.take()).containsExactly("cache miss", "cache joined");
    asked.get(0).complete(tokens("old", 290, 300, true));
    now = START.plusSeconds(290);
    source.remembered(wanted("a"));
    source.remembered(wanted("a"));
    assertThat(observer.take()).containsExactly("cache hit", "cache hit");
    asked.get(1).complete(tokens("new", 580, 600, true));
    assertThat(observer.take()).containsExactly("renewal ok");
    now = START.plusSeconds(580);
    source.remembered(wanted("a"));
    asked.get(2).completeExceptionally(error(Kind.ISSUER_UNAVAILABLE));
    now = START.plusSeconds(582);
    source.remembered(wanted("a"));
    asked.get(3).completeExceptionally(error(Kind.REJECTED));
    assertThat(observer.take())
        .containsExactly("cache hit", "renewal failed", "cache hit", "renewal rejected");
    assertThat(source.remembered(wanted("a"))).isNull();
    ask(wanted("a"));
    assertThat(observer.take()).containsExactly("cache rejection");
  }

  @Test
  void renewal_thatIsOverWhenTheNextCallerBegins_isCountedOnce() {
    ask(wanted("a"));
    asked.get(0).complete(tokens("old", 290, 300, true));
    now = START.plusSeconds(290);
    observer.take();
    Iterator<Runnable> meanwhile = List.<Runnable>of(() -> {
          source.remembered(wanted("a"));
          asked.get(1).complete(tokens("new", 580, 600, true));
        })
        .iterator();
    CachingTokenSource late = new CachingTokenSource(
        request -> new CompletableFuture<>(),
        memory,
        () -> {
          // Between its look into the cache and its renewal.
          if (meanwhile.hasNext()) {
            meanwhile.next().run();
          }
          return now;
        },
        observer,
        new CachingTokenSource.Settings(true, Duration.ZERO, Duration.ofSeconds(20)));
    late.remembered(wanted("a"));
    assertThat(observer.take()).containsExactly("cache hit", "cache hit", "renewal ok");
  }

  @Test
  void source_thatFailsAsNoneShould_leavesNoFlight() {
    CachingTokenSource broken = new CachingTokenSource(
        request -> {
          throw new NoSuchMethodError("scripted");
        },
        memory,
        () -> now,
        observer,
        new CachingTokenSource.Settings(true, Duration.ZERO, Duration.ofSeconds(20)));
    assertThat(failure(broken.tokens(wanted("a")).toCompletableFuture())).isEqualTo(Kind.INTERNAL);
    assertThat(memory.flights()).isEmpty();
  }
}
