package io.oidcgrant.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Policy;
import io.oidcgrant.protocol.Failure;
import io.oidcgrant.protocol.Tokens;
import java.time.Duration;
import java.time.InstantSource;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * In memory. Bounded by the estimated bytes of the tokens, of which each entry counts at least 512,
 * and so by entries as well.
 */
public final class CaffeineTokenCache implements TokenCache {
  private static final Duration LONGEST = Duration.ofDays(366);
  private static final long MAX_REJECTIONS = 50_000;

  private record Rejection(Failure failure, Duration life) {}

  private final InstantSource clock;
  private final Cache<CacheKey, Tokens> tokens;
  private final Cache<CacheKey, Rejection> rejections;

  /**
   * Creates an empty cache.
   *
   * @param maxBytes estimated memory of all tokens, bytes
   * @param executor runs evictions
   */
  public CaffeineTokenCache(InstantSource clock, long maxBytes, Executor executor) {
    this.clock = clock;
    this.tokens = Caffeine.newBuilder()
        .executor(executor)
        .maximumWeight(maxBytes)
        .weigher((CacheKey key, Tokens value) -> value.weight())
        .expireAfter(Expiry.writing((CacheKey key, Tokens value) -> life(value)))
        .build();
    this.rejections = Caffeine.newBuilder()
        .executor(executor)
        .maximumSize(MAX_REJECTIONS)
        .expireAfter(Expiry.writing((CacheKey key, Rejection value) -> value.life()))
        .build();
  }

  private Duration life(Tokens value) {
    Duration life = Duration.between(clock.instant(), value.expiresAt());
    return life.compareTo(LONGEST) > 0 ? LONGEST : life.isNegative() ? Duration.ZERO : life;
  }

  /** How many entries with tokens there are, about. */
  public long entries() {
    return tokens.estimatedSize();
  }

  /** The estimated memory of all tokens, bytes. */
  public long bytes() {
    return tokens
        .policy()
        .eviction()
        .map(Policy.Eviction::weightedSize)
        .orElse(OptionalLong.empty())
        .orElse(0);
  }

  @Override
  public @Nullable Tokens tokens(CacheKey key) {
    Tokens found = tokens.getIfPresent(key);
    // Eviction follows the JVM's ticker; the tokens end by the wall clock.
    return found != null && found.expiresAt().isAfter(clock.instant()) ? found : null;
  }

  @Override
  public void remember(CacheKey key, Tokens value) {
    tokens.put(key, value);
  }

  @Override
  public void forget(CacheKey key) {
    tokens.invalidate(key);
  }

  @Override
  public void forget(CacheKey key, Tokens value) {
    tokens.asMap().remove(key, value);
  }

  @Override
  public @Nullable Failure rejection(CacheKey key) {
    Rejection found = rejections.getIfPresent(key);
    return found == null ? null : found.failure();
  }

  @Override
  public void rememberRejection(CacheKey key, Failure failure, Duration life) {
    if (!life.isZero()) {
      rejections.put(key, new Rejection(failure, life));
    }
  }
}
