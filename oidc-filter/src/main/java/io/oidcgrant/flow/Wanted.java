package io.oidcgrant.flow;

import io.oidcgrant.cache.CacheKey;

/** Tokens for one credential of one request, and the key under which they are remembered. */
public final class Wanted {
  private final CacheKey key;
  private final GrantRequest request;

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
}
