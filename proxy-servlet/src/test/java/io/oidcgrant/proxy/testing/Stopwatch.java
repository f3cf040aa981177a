package io.oidcgrant.proxy.testing;

import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** How long things take, on a machine that others use as well. */
public final class Stopwatch {
  private Stopwatch() {}

  /** Milliseconds of the fastest of some runs: the others had to wait for the machine. */
  public static long fastest(int runs, Runnable action) {
    return IntStream.range(0, runs)
        .mapToLong(i -> {
          long start = System.nanoTime();
          action.run();
          return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        })
        .min()
        .orElseThrow();
  }
}
