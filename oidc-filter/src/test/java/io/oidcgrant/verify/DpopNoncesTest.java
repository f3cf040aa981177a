package io.oidcgrant.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.oidcgrant.testing.TestClock;
import java.time.Duration;
import java.util.Base64;
import org.junit.jupiter.api.Test;

class DpopNoncesTest {
  private static final byte[] KEY =
      "a key of many nodes".getBytes(java.nio.charset.StandardCharsets.UTF_8);

  private final TestClock clock = new TestClock();
  private final DpopNonces nonces = new DpopNonces(KEY, Duration.ofMinutes(5), clock);

  @Test
  void nonce_isGoodForItsLifetime_atEveryNodeWithTheKey() {
    String nonce = nonces.make();

    assertThat(nonces.accepts(nonce)).isTrue();
    assertThat(new DpopNonces(KEY, Duration.ofMinutes(5), clock).accepts(nonce)).isTrue();
    clock.advance(Duration.ofSeconds(299));
    assertThat(nonces.accepts(nonce)).isTrue();
    clock.advance(Duration.ofSeconds(1));
    assertThat(nonces.accepts(nonce)).isFalse();
  }

  /** By a node whose clock is ahead: it would outlive what remembers its proofs. */
  @Test
  void nonceOfTheFuture_isRefused() {
    TestClock ahead = new TestClock();
    DpopNonces other = new DpopNonces(KEY, Duration.ofMinutes(5), ahead);
    ahead.advance(Duration.between(ahead.instant(), clock.instant()));
    ahead.advance(Duration.ofSeconds(60));
    assertThat(nonces.accepts(other.make())).isTrue();
    ahead.advance(Duration.ofSeconds(1));
    assertThat(nonces.accepts(other.make())).isFalse();
  }

  @Test
  void whatIsNotOurs_isRefused() {
    String nonce = nonces.make();
    byte[] bytes = Base64.getUrlDecoder().decode(nonce);
    for (int i = 0; i < bytes.length; i++) {
      byte[] changed = bytes.clone();
      changed[i] ^= 1;
      assertThat(nonces.accepts(Base64.getUrlEncoder().withoutPadding().encodeToString(changed)))
          .as("byte " + i)
          .isFalse();
    }
    for (String strange : new String[] {null, "", "x", "!", nonce + "A", nonce.substring(2)}) {
      assertThat(nonces.accepts(strange)).isFalse();
    }
    assertThat(new DpopNonces(new byte[] {1}, Duration.ofMinutes(5), clock).accepts(nonce))
        .isFalse();
  }
}
