package io.oidcgrant.cache;

import io.oidcgrant.protocol.Failure;
import io.oidcgrant.protocol.Tokens;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Remembers tokens, and for a short while rejections. Bounded. Safe for concurrent use. */
public interface TokenCache {
  /** Tokens that are there and not expired; null otherwise. Neither blocks nor parses. */
  @Nullable Tokens tokens(CacheKey key);

  /** Remembers until {@link Tokens#expiresAt}. */
  void remember(CacheKey key, Tokens tokens);

  void forget(CacheKey key);

  /** Forgets these very tokens; not such as came after them. */
  void forget(CacheKey key, Tokens tokens);

  /** A rejection that is still remembered; null otherwise. */
  @Nullable Failure rejection(CacheKey key);

  void rememberRejection(CacheKey key, Failure failure, Duration life);
}
