package io.oidcgrant.flow;

import io.oidcgrant.cache.CacheKey;
import io.oidcgrant.cache.TokenCache;
import io.oidcgrant.observe.GrantObserver;
import io.oidcgrant.observe.GrantObserver.Lookup;
import io.oidcgrant.observe.GrantObserver.Renewal;
import io.oidcgrant.protocol.Failure;
import io.oidcgrant.protocol.Failure.Kind;
import io.oidcgrant.protocol.GrantException;
import io.oidcgrant.protocol.Tokens;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers tokens, and makes one request however many callers wait for the same ones. A flight
 * belongs to nobody: it goes on when those who wait go away, and what it brings is remembered. Safe
 * for concurrent use.
 */
final class CachingTokenSource {
  private static final Logger LOG = LoggerFactory.getLogger(CachingTokenSource.class);
  private static final Duration RENEWAL_RETRY = Duration.ofSeconds(1);

  /** Discovery, token request and keys may each take the whole deadline. */
  private static final int LONGEST_FLIGHT_IN_DEADLINES = 4;

  private final TokenSource<Tokens> source;
  private final TokenCache cache;
  private final ConcurrentMap<CacheKey, CompletableFuture<Tokens>> flights;
  private final InstantSource clock;
  private final GrantObserver observer;
  private final Settings settings;

  /**
   * How long what is remembered.
   *
   * @param remembers false: only requests that come at the same time share
   * @param negativeTtl life of a definite rejection
   * @param deadline longest time that a caller waits
   */
  record Settings(boolean remembers, Duration negativeTtl, Duration deadline) {}

  CachingTokenSource(
      TokenSource<Tokens> source,
      TokenMemory memory,
      InstantSource clock,
      GrantObserver observer,
      Settings settings) {
    this.source = source;
    this.cache = memory.cache();
    this.flights = memory.flights();
    this.clock = clock;
    this.observer = observer;
    this.settings = settings;
  }

  /** Tokens at hand, or null. The warm path: neither blocks nor parses. */
  @Nullable Tokens remembered(Wanted wanted) {
    if (!settings.remembers()) {
      return null;
    }
    Tokens tokens = cache.tokens(wanted.key());
    if (tokens == null) {
      return null;
    }
    observer.lookedUp(Lookup.HIT);
    if (!tokens.renewAt().isAfter(clock.instant())) {
      renew(wanted, tokens);
    }
    wanted.lookedUp(Lookup.HIT);
    return tokens;
  }

  /**
   * Tokens from a flight: the one under way, or a new one. Fails within the deadline with a
   * {@link GrantException}.
   */
  CompletionStage<Tokens> tokens(Wanted wanted) {
    Failure rejection = cache.rejection(wanted.key());
    if (rejection != null) {
      wanted.lookedUp(Lookup.REJECTION);
      observer.lookedUp(Lookup.REJECTION);
      return CompletableFuture.failedFuture(rejection.toException());
    }
    return flight(wanted, observer)
        .copy()
        .orTimeout(settings.deadline().toMillis(), TimeUnit.MILLISECONDS)
        .exceptionally(error -> {
          throw failure(error).toException();
        });
  }

  /** Does not hand out these very tokens again; such as came after them, it does. */
  void drop(Wanted wanted, Tokens tokens) {
    cache.forget(wanted.key(), tokens);
  }

  /**
   * The flight under way, or a new one.
   *
   * @param lookup hears which of them it is
   */
  private CompletableFuture<Tokens> flight(Wanted wanted, GrantObserver lookup) {
    CacheKey key = wanted.key();
    CompletableFuture<Tokens> mine = new CompletableFuture<>();
    CompletableFuture<Tokens> other = flights.putIfAbsent(key, mine);
    if (other != null) {
      wanted.lookedUp(Lookup.JOINED);
      lookup.lookedUp(Lookup.JOINED);
      return other;
    }
    // An earlier flight may have landed between the look into the cache and the start of this one.
    Tokens landed = settings.remembers() ? cache.tokens(key) : null;
    if (landed != null && landed.renewAt().isAfter(clock.instant())) {
      flights.remove(key, mine);
      wanted.lookedUp(Lookup.HIT);
      mine.complete(landed);
      lookup.lookedUp(Lookup.HIT);
      return mine;
    }
    wanted.lookedUp(Lookup.MISS);
    lookup.lookedUp(Lookup.MISS);
    return start(wanted, mine);
  }

  private CompletableFuture<Tokens> start(Wanted wanted, CompletableFuture<Tokens> mine) {
    CompletionStage<Tokens> asked;
    try {
      asked = source.tokens(wanted.request());
    } catch (RuntimeException | Error e) {
      asked = CompletableFuture.failedFuture(e);
    }
    long longest = LONGEST_FLIGHT_IN_DEADLINES * settings.deadline().toMillis();
    var unused = asked
        .toCompletableFuture()
        .copy()
        .orTimeout(longest, TimeUnit.MILLISECONDS)
        .whenComplete((tokens, error) -> land(wanted.key(), mine, tokens, error));
    return mine;
  }

  /**
   * First remember, then take the flight off, then tell those who wait: so nobody starts a second
   * one.
   */
  private void land(
      CacheKey key,
      CompletableFuture<Tokens> flight,
      @Nullable Tokens tokens,
      @Nullable Throwable error) {
    if (tokens != null) {
      if (settings.remembers() && tokens.reusable()) {
        cache.remember(key, tokens);
      }
      flights.remove(key, flight);
      flight.complete(tokens);
      return;
    }
    Failure failure =
        error == null ? Failure.of(Kind.INTERNAL, "no tokens and no error") : failure(error);
    if (failure.kind() == Kind.INTERNAL) {
      LOG.error("a fault while tokens were asked for", error);
    }
    if (failure.kind().definite()) {
      cache.forget(key);
      cache.rememberRejection(key, failure, settings.negativeTtl());
    }
    flights.remove(key, flight);
    flight.completeExceptionally(failure.toException());
  }

  private static Failure failure(Throwable error) {
    Throwable cause = GrantException.causeOf(error);
    return cause instanceof TimeoutException
        ? Failure.of(Kind.ISSUER_TIMEOUT, "the issuer did not answer in time")
        : GrantException.failureOf(cause);
  }

  /** In the background, while the old ones serve. */
  private void renew(Wanted wanted, Tokens old) {
    if (flights.containsKey(wanted.key())) {
      return;
    }
    CompletableFuture<Tokens> flight = flight(wanted, GrantObserver.NONE);
    if (wanted.lookup() != Lookup.MISS) {
      // Another began it, or it is over.
      return;
    }
    var unused = flight.whenComplete((tokens, error) -> {
      observer.renewed(outcome(error));
      if (error == null || failure(error).kind().definite()) {
        return;
      }
      Instant again = clock.instant().plus(RENEWAL_RETRY);
      if (old.expiresAt().isAfter(again)) {
        cache.remember(wanted.key(), old.withRenewAt(again));
      }
      LOG.warn("tokens could not be renewed ahead: {}", failure(error).detail());
    });
  }

  private static Renewal outcome(@Nullable Throwable error) {
    if (error == null) {
      return Renewal.OK;
    }
    return failure(error).kind().definite() ? Renewal.REJECTED : Renewal.FAILED;
  }
}
