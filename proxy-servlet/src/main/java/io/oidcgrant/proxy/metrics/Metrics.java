package io.oidcgrant.proxy.metrics;

import java.util.EnumMap;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/**
 * The counters. They are adders, apart from any library: to count costs nanoseconds, and what reads
 * them is not there before it is asked. Safe for concurrent use.
 */
public final class Metrics {
  /** Upper bounds in seconds; the last bucket has none. */
  private static final double[] BOUNDS = {0.005, 0.025, 0.1, 0.5, 2.5, 10, Double.POSITIVE_INFINITY
  };

  /** Written by the constructor alone. */
  private final EnumMap<Limit, LongAdder> limits = new EnumMap<>(Limit.class);

  /** By the first digit of the status; 0 where there was no answer. */
  private final LongAdder[] answers = adders(6);

  private final LongAdder[] durations = adders(BOUNDS.length);
  private final LongAdder nanos = new LongAdder();

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
    int bucket = 0;
    while (took > BOUNDS[bucket] * 1e9) {
      bucket++;
    }
    durations[bucket].increment();
    nanos.add(took);
  }

  long times(Limit limit) {
    return Objects.requireNonNull(limits.get(limit)).sum();
  }

  long answers(int statusClass) {
    return answers[statusClass].sum();
  }

  double[] bounds() {
    return BOUNDS.clone();
  }

  /** How many requests there are in each bucket. */
  long[] durations() {
    return Stream.of(durations).mapToLong(LongAdder::sum).toArray();
  }

  double seconds() {
    return nanos.sum() / 1e9;
  }
}
