package io.oidcgrant.proxy.route;

import java.util.Arrays;

/**
 * Places in the order of candidates, the first first. Safe for concurrent use when it is filled.
 */
final class Places {
  private int[] places = new int[1];
  private int size;

  /** Appends one that is behind all others. */
  void add(int place) {
    if (size == places.length) {
      places = Arrays.copyOf(places, 2 * size);
    }
    places[size++] = place;
  }

  int size() {
    return size;
  }

  int get(int i) {
    return places[i];
  }
}
