package io.oidcgrant.proxy.metrics;

import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/**
 * The counters. They are adders, apart from any library: to count costs nanoseconds, and what reads
 * them is not there before it is asked. Safe for concurrent use.
 */
public final class Metrics {
  /** Written by the constructor alone. */
  private final EnumMap<Limit, LongAdder> limits = new EnumMap<>(Limit.class);

  /** By the first digit of the status; 0 where there was no answer. */
  private final LongAdder[] answers = adders(6);

  private final Durations durations = new Durations();
  private final GrantMetrics grants = new GrantMetrics();
  private final Reloads reloads = new Reloads(InstantSource.system());

  public Metrics() {
    for (Limit limit : Limit.values()) {
      limits.put(limit, new LongAdder());
    }
  }

  private static LongAdder[] adders(int count) {
    return Stream.generate(LongAdder::new).limit(count).toArray(LongAdder[]::new);
  }

  /** A limit has been met. */
  public void met(Limit limit) {
    Objects.requireNonNull(limits.get(limit)).increment();
  }

  /**
   * A request is over.
   *
   * @param took nanoseconds since its head was there
   */
  public void answered(int status, long took) {
    answers[status >= 100 && status < 600 ? status / 100 : 0].increment();
    durations.add(took);
  }

  /** What the filters do with their issuers. */
  public GrantMetrics grants() {
    return grants;
  }

  public Reloads reloads() {
    return reloads;
  }

  long times(Limit limit) {
    return Objects.requireNonNull(limits.get(limit)).sum();
  }

  long answers(int statusClass) {
    return answers[statusClass].sum();
  }

  Durations durations() {
    return durations;
  }
}
