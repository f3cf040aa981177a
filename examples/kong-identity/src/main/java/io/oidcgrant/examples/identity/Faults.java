package io.oidcgrant.examples.identity;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The faults to come; each endpoint takes its own in order. Safe for concurrent use. */
public final class Faults {
  private static final int MOST = 1000;

  private final List<Fault> faults = new ArrayList<>();

  Faults() {}

  /** After those that are there. */
  public void add(Fault fault) {
    addAll(List.of(fault));
  }

  /** All of them, or none where they are too many. */
  synchronized void addAll(List<Fault> more) {
    if (faults.size() + more.size() > MOST) {
      throw new IllegalArgumentException("more than " + MOST + " faults");
    }
    faults.addAll(more);
  }

  /** Those that did not happen yet. */
  public synchronized List<Fault> remaining() {
    return List.copyOf(faults);
  }

  /** Forgets those that did not happen yet. */
  public synchronized void clear() {
    faults.clear();
  }

  synchronized Optional<Fault> take(Endpoint endpoint) {
    for (int i = 0; i < faults.size(); i++) {
      Fault fault = faults.get(i);
      if (fault.endpoint() == endpoint) {
        if (fault.times() > 1) {
          faults.set(i, fault.again());
        } else {
          faults.remove(i);
        }
        return Optional.of(fault);
      }
    }
    return Optional.empty();
  }
}
