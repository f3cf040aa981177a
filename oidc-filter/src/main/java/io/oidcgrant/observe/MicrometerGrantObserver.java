package io.oidcgrant.observe;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import io.oidcgrant.protocol.Failure;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * Tells a web application's Micrometer, which must be on its class path: counters
 * {@code oidc.grant.idp.requests} by {@code endpoint} and {@code outcome},
 * {@code oidc.grant.token.cache} by {@code result}, {@code oidc.grant.renewals} by {@code outcome},
 * {@code oidc.grant.refusals} by {@code reason}; the timer {@code oidc.grant.idp.request} by
 * {@code endpoint}; the gauge {@code oidc.grant.jwks.age} by {@code issuer}. Safe for concurrent
 * use.
 */
public final class MicrometerGrantObserver implements GrantObserver {
  /** Issuers are configured; should they be made without end, the rest is not told. */
  private static final int MAX_ISSUERS = 100;

  private final MeterRegistry registry;
  // Written by the constructor alone.
  private final Map<Endpoint, Map<Outcome, Counter>> calls;
  private final Map<Endpoint, Timer> times;
  private final Map<Lookup, Counter> lookups;
  private final Map<Renewal, Counter> renewals;
  private final Map<Failure.Kind, Counter> refusals;

  private final Map<String, AtomicLong> fetched = new HashMap<>(); // guarded by itself

  /** Registers its meters, but for the gauges. */
  public MicrometerGrantObserver(MeterRegistry registry) {
    this.registry = registry;
    this.calls = each(
        Endpoint.class,
        endpoint -> each(
            Outcome.class,
            outcome -> registry.counter(
                "oidc.grant.idp.requests",
                "endpoint",
                endpoint.code(),
                "outcome",
                outcome.code())));
    this.times = each(
        Endpoint.class,
        endpoint -> registry.timer("oidc.grant.idp.request", "endpoint", endpoint.code()));
    this.lookups = each(
        Lookup.class,
        result -> registry.counter("oidc.grant.token.cache", "result", result.code()));
    this.renewals = each(
        Renewal.class,
        outcome -> registry.counter("oidc.grant.renewals", "outcome", outcome.code()));
    this.refusals = each(
        Failure.Kind.class,
        reason -> registry.counter("oidc.grant.refusals", "reason", reason.code()));
  }

  private static <K extends Enum<K>, V> Map<K, V> each(Class<K> keys, Function<K, V> value) {
    Map<K, V> all = new EnumMap<>(keys);
    for (K key : keys.getEnumConstants()) {
      all.put(key, value.apply(key));
    }
    return all;
  }

  private static <K, V> V of(Map<K, V> all, K key) {
    return Objects.requireNonNull(all.get(key));
  }

  @Override
  public void called(Endpoint endpoint, Outcome outcome, long nanos) {
    of(of(calls, endpoint), outcome).increment();
    if (nanos > 0) {
      of(times, endpoint).record(nanos, TimeUnit.NANOSECONDS);
    }
  }

  @Override
  public void lookedUp(Lookup result) {
    of(lookups, result).increment();
  }

  @Override
  public void renewed(Renewal outcome) {
    of(renewals, outcome).increment();
  }

  @Override
  public void refused(Failure.Kind reason) {
    of(refusals, reason).increment();
  }

  @Override
  public void keysFetched(String issuer) {
    synchronized (fetched) {
      AtomicLong known = fetched.get(issuer);
      if (known != null) {
        known.set(System.nanoTime());
      } else if (fetched.size() < MAX_ISSUERS) {
        AtomicLong now = new AtomicLong(System.nanoTime());
        fetched.put(issuer, now);
        TimeGauge.builder(
                "oidc.grant.jwks.age",
                now,
                TimeUnit.NANOSECONDS,
                at -> System.nanoTime() - at.get())
            .tag("issuer", issuer)
            .register(registry);
      }
    }
  }
}
