package io.oidcgrant.cache;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Set;

/**
 * Remembers what may be used but once: for at least the time it is made for, at most twice that. It
 * forgets nothing sooner: when it is full it takes nothing in. Safe for concurrent use.
 */
public final class ReplayMemory {
  /** Bytes of an entry, roughly. */
  private static final long ENTRY = 128;

  private static final int MOST = 1 << 22;

  /** What came of an attempt. */
  public enum Use {
    FIRST,
    AGAIN,
    /** Nobody knows: the memory is full. */
    UNKNOWN
  }

  private final Duration time;
  private final int limit;
  private final InstantSource clock;
  private Set<CacheKey> current = new HashSet<>(); // guarded by this
  private Set<CacheKey> previous = Set.of(); // guarded by this
  private Instant since; // guarded by this

  /**
   * An empty memory.
   *
   * @param limit most entries of one period; two of them are kept
   */
  public ReplayMemory(Duration time, int limit, InstantSource clock) {
    this.time = time;
    this.limit = limit;
    this.clock = clock;
    this.since = clock.instant();
  }

  /** One that takes at most an eighth of the heap. */
  public static ReplayMemory ofHeap(Duration time, InstantSource clock) {
    long most = Runtime.getRuntime().maxMemory() / 8 / (2 * ENTRY);
    return new ReplayMemory(time, (int) Math.min(MOST, most), clock);
  }

  /** Marks it as used. Of several at once, one is the first. */
  public synchronized Use use(CacheKey key) {
    Instant now = clock.instant();
    if (Duration.between(since, now).compareTo(time) >= 0) {
      boolean both = Duration.between(since, now).compareTo(time.multipliedBy(2)) >= 0;
      previous = both ? Set.of() : current;
      current = new HashSet<>();
      since = now;
    }
    if (previous.contains(key) || current.contains(key)) {
      return Use.AGAIN;
    }
    if (current.size() >= limit) {
      return Use.UNKNOWN;
    }
    current.add(key);
    return Use.FIRST;
  }
}
