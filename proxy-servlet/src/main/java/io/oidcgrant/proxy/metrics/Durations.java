package io.oidcgrant.proxy.metrics;

import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/** A histogram of a few buckets. Safe for concurrent use. */
final class Durations {
  /** Upper bounds in seconds; the last bucket has none. */
  private static final double[] BOUNDS = {0.005, 0.025, 0.1, 0.5, 2.5, 10, Double.POSITIVE_INFINITY
  };

  private final LongAdder[] buckets =
      Stream.generate(LongAdder::new).limit(BOUNDS.length).toArray(LongAdder[]::new);
  private final LongAdder nanos = new LongAdder();

  /** One more, nanoseconds. */
  void add(long took) {
    int bucket = 0;
    while (took > BOUNDS[bucket] * 1e9) {
      bucket++;
    }
    buckets[bucket].increment();
    nanos.add(took);
  }

  static double[] bounds() {
    return BOUNDS.clone();
  }

  /** How many there are in each bucket. */
  long[] counts() {
    return Stream.of(buckets).mapToLong(LongAdder::sum).toArray();
  }

  /** All together. */
  double seconds() {
    return nanos.sum() / 1e9;
  }
}
