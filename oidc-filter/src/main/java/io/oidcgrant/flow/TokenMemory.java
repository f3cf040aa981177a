package io.oidcgrant.flow;

import io.oidcgrant.cache.CacheKey;
import io.oidcgrant.cache.KeyedHash;
import io.oidcgrant.cache.TokenCache;
import io.oidcgrant.protocol.Tokens;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * What all flows of a process share: what is remembered, and which tokens are on their way.
 *
 * @param flights one for each key that is being asked for
 */
record TokenMemory(
    KeyedHash hash, TokenCache cache, ConcurrentMap<CacheKey, CompletableFuture<Tokens>> flights) {
  TokenMemory(KeyedHash hash, TokenCache cache) {
    this(hash, cache, new ConcurrentHashMap<>());
  }
}
