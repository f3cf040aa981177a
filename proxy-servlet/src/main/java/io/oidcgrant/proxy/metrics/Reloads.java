package io.oidcgrant.proxy.metrics;

import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.LongAdder;

/** Changes of the configuration while the proxy runs. Safe for concurrent use. */
public final class Reloads {
  private final InstantSource clock;
  private final LongAdder applied = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private volatile Instant last;

  /** The first configuration is in force from now on. */
  Reloads(InstantSource clock) {
    this.clock = clock;
    this.last = clock.instant();
  }

  /** Another configuration is in force. */
  public void applied() {
    applied.increment();
    last = clock.instant();
  }

  /** What was found is not used. */
  public void refused() {
    refused.increment();
  }

  long timesApplied() {
    return applied.sum();
  }

  long timesRefused() {
    return refused.sum();
  }

  /** Since when what is in force is, seconds since 1970. */
  double last() {
    return last.toEpochMilli() / 1000.0;
  }
}
