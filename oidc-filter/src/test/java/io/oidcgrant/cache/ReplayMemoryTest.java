package io.oidcgrant.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.oidcgrant.cache.ReplayMemory.Use;
import io.oidcgrant.testing.TestClock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ReplayMemoryTest {
  private static final Duration TIME = Duration.ofSeconds(100);

  private final TestClock clock = new TestClock();
  private final ReplayMemory memory = new ReplayMemory(TIME, 1000, clock);

  private static CacheKey key(long number) {
    return new CacheKey(number, 0, 0, 0);
  }

  @Test
  void secondUse_isAgain_forTheWholeTime() {
    for (int start = 0; start < 5; start++) {
      CacheKey key = key(start);
      assertThat(memory.use(key)).isEqualTo(Use.FIRST);
      clock.advance(Duration.ofSeconds(37));
      assertThat(memory.use(key)).isEqualTo(Use.AGAIN);
      clock.advance(Duration.ofSeconds(62));
      assertThat(memory.use(key)).isEqualTo(Use.AGAIN);
    }
  }

  @Test
  void itForgets_afterTwiceTheTime() {
    memory.use(key(1));
    clock.advance(Duration.ofSeconds(200));

    assertThat(memory.use(key(1))).isEqualTo(Use.FIRST);
  }

  @Test
  void whenItIsFull_itTakesNothingIn_andForgetsNothing() {
    for (int i = 0; i < 1000; i++) {
      assertThat(memory.use(key(i))).isEqualTo(Use.FIRST);
    }

    assertThat(memory.use(key(1000))).isEqualTo(Use.UNKNOWN);
    assertThat(memory.use(key(0))).isEqualTo(Use.AGAIN);
    clock.advance(TIME);
    assertThat(memory.use(key(1000))).isEqualTo(Use.FIRST);
    assertThat(memory.use(key(0))).isEqualTo(Use.AGAIN);
  }

  @Test
  void ofManyAtOnce_oneIsTheFirst() {
    for (int round = 0; round < 200; round++) {
      CacheKey key = key(round);
      List<CompletableFuture<Use>> uses = IntStream.range(0, 8)
          .mapToObj(i -> CompletableFuture.supplyAsync(() -> memory.use(key)))
          .toList();

      assertThat(uses.stream().map(CompletableFuture::join).filter(use -> use == Use.FIRST))
          .hasSize(1);
    }
  }
}
