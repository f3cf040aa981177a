package io.oidcgrant.flow;

import io.oidcgrant.cache.CacheKey;
import org.jspecify.annotations.Nullable;

/**
 * Tokens for one credential of one request, and the key under which they are remembered. One thread
 * after the other.
 */
public final class Wanted {
  private final CacheKey key;
  private final GrantRequest request;
  private @Nullable Lookup lookup;

  Wanted(CacheKey key, GrantRequest request) {
    this.key = key;
    this.request = request;
  }

  CacheKey key() {
    return key;
  }

  GrantRequest request() {
    return request;
  }

  void lookedUp(Lookup result) {
    lookup = result;
  }

  /** What the last look for remembered tokens came to; null before there was one. */
  public @Nullable Lookup lookup() {
    return lookup;
  }
}
