package io.oidcgrant.proxy.metrics;

import java.util.Locale;

/** What a caller can have too much of, or be too slow at. */
public enum Limit {
  HEADER_BYTES,
  HEADER_COUNT,
  TARGET,
  CONNECTIONS,
  SLOW_HEAD,
  SLOW_BODY,
  IDLE,
  BODY_SEARCH;

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
