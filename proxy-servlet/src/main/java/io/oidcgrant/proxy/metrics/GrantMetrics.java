package io.oidcgrant.proxy.metrics;

import io.oidcgrant.observe.GrantObserver;
import io.oidcgrant.protocol.Failure;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/** What the filters do with their issuers, counted. Safe for concurrent use. */
public final class GrantMetrics implements GrantObserver {
  // Written by the constructor alone.
  private final Map<Endpoint, Map<Outcome, LongAdder>> calls =
      each(Endpoint.class, endpoint -> each(Outcome.class, outcome -> new LongAdder()));
  private final Map<Endpoint, Durations> durations =
      each(Endpoint.class, endpoint -> new Durations());
  private final Map<Lookup, LongAdder> lookups = each(Lookup.class, result -> new LongAdder());
  private final Map<Renewal, LongAdder> renewals = each(Renewal.class, outcome -> new LongAdder());
  private final Map<Failure.Kind, LongAdder> refusals =
      each(Failure.Kind.class, reason -> new LongAdder());

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
      of(durations, endpoint).add(nanos);
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

  long calls(Endpoint endpoint, Outcome outcome) {
    return of(of(calls, endpoint), outcome).sum();
  }

  Durations durations(Endpoint endpoint) {
    return of(durations, endpoint);
  }

  long lookups(Lookup result) {
    return of(lookups, result).sum();
  }

  long renewals(Renewal outcome) {
    return of(renewals, outcome).sum();
  }

  long refusals(Failure.Kind reason) {
    return of(refusals, reason).sum();
  }
}
