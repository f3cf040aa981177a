package io.oidcgrant.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.oidcgrant.protocol.Failure;
import io.oidcgrant.protocol.Failure.Kind;
import io.oidcgrant.protocol.Secret;
import io.oidcgrant.protocol.Tokens;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

class CaffeineTokenCacheTest {
  private static final CacheKey KEY = new CacheKey(1, 2, 3, 4);
  private static final Instant END = Instant.ofEpochSecond(2_000_000_000L);

  private Instant now = END.minusSeconds(60);
  private final InstantSource clock = () -> now;
  private final TokenCache cache = new CaffeineTokenCache(clock, 1_000_000, Runnable::run);

  private static Tokens tokens(Instant expiresAt, int length) {
    return Tokens.builder(Secret.of("x".repeat(length))).expiresAt(expiresAt).build();
  }

  @Test
  void tokens_serveUntilTheirEnd_toTheNanosecond() {
    Tokens tokens = tokens(END, 10);
    cache.remember(KEY, tokens);

    assertThat(cache.tokens(KEY)).isSameAs(tokens);
    now = END.minusNanos(1);
    assertThat(cache.tokens(KEY)).isSameAs(tokens);
    now = END;
    assertThat(cache.tokens(KEY)).isNull();
    now = END.plusSeconds(1);
    assertThat(cache.tokens(KEY)).isNull();
  }

  @Test
  void tokens_thatAreOverOrNeverEnd_areNoTrouble() {
    cache.remember(KEY, tokens(now.minusSeconds(5), 10));
    assertThat(cache.tokens(KEY)).isNull();

    Tokens endless = tokens(Instant.MAX, 10);
    cache.remember(KEY, endless);
    assertThat(cache.tokens(KEY)).isSameAs(endless);
  }

  @Test
  void tokens_areForgotten_andReplaced() {
    Tokens newer = tokens(END, 20);
    cache.remember(KEY, tokens(END, 10));
    cache.remember(KEY, newer);
    assertThat(cache.tokens(KEY)).isSameAs(newer);

    cache.forget(KEY);
    assertThat(cache.tokens(KEY)).isNull();
    assertThat(cache.tokens(new CacheKey(4, 3, 2, 1))).isNull();
  }

  @Test
  void bytes_areBounded() {
    long bytes = 0;
    for (int i = 0; i < 2_000; i++) {
      cache.remember(new CacheKey(i, 0, 0, 0), tokens(END, 2_000));
    }
    for (int i = 0; i < 2_000; i++) {
      Tokens left = cache.tokens(new CacheKey(i, 0, 0, 0));
      bytes += left == null ? 0 : left.weight();
    }

    assertThat(bytes).isPositive().isLessThanOrEqualTo(1_000_000);
  }

  @Test
  void entryBiggerThanTheCache_isNotKept() {
    Tokens small = tokens(END, 10);
    cache.remember(KEY, small);

    cache.remember(new CacheKey(9, 9, 9, 9), tokens(END, 2_000_000));

    assertThat(cache.tokens(new CacheKey(9, 9, 9, 9))).isNull();
    assertThat(cache.tokens(KEY)).isSameAs(small);
  }

  @Test
  void smallTokens_areBoundedInNumber() {
    int left = 0;
    for (int i = 0; i < 5_000; i++) {
      cache.remember(new CacheKey(i, 0, 0, 0), tokens(END, 1));
    }
    for (int i = 0; i < 5_000; i++) {
      left += cache.tokens(new CacheKey(i, 0, 0, 0)) == null ? 0 : 1;
    }

    assertThat(left).isBetween(1, 1_000_000 / 512);
  }

  @Test
  void rejection_isRemembered_unlessForNoTime() {
    Failure rejected = Failure.of(Kind.REJECTED, "no");

    cache.rememberRejection(KEY, rejected, Duration.ZERO);
    assertThat(cache.rejection(KEY)).isNull();

    cache.rememberRejection(KEY, rejected, Duration.ofMinutes(1));
    assertThat(cache.rejection(KEY)).isSameAs(rejected);
    assertThat(cache.tokens(KEY)).isNull();
  }
}
