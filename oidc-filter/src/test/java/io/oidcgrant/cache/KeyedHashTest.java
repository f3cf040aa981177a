package io.oidcgrant.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class KeyedHashTest {
  private final KeyedHash hash = new KeyedHash(new SecureRandom());
  private final byte[] policy = hash.digest(List.of("https://idp.example", "openid"));

  @Test
  void sameParts_areTheSameKey() {
    assertThat(hash.key(policy, "password", "alice", "pw", List.of("x")))
        .isEqualTo(hash.key(policy, "password", "alice", "pw", List.of("x")));
    assertThat(hash.key(policy, "password", "alice", "pw", null))
        .isEqualTo(hash.key(policy, "password", "alice", "pw", List.of()));
    assertThat(hash.digest(List.of("a", "b"))).isEqualTo(hash.digest(List.of("a", "b")));
  }

  @Test
  void everyPart_andItsPlace_makesAnotherKey() {
    byte[] other = hash.digest(List.of("https://idp.example", "openid2"));
    Set<CacheKey> keys = new HashSet<>(List.of(
        hash.key(policy, "password", "alice", "pw", null),
        hash.key(other, "password", "alice", "pw", null),
        hash.key(policy, "client_credentials", "alice", "pw", null),
        hash.key(policy, "password", "alic", "epw", null),
        hash.key(policy, "password", "alicep", "w", null),
        hash.key(policy, "password", "alice", "", List.of("pw")),
        hash.key(policy, "password", "alice", "pw", List.of("")),
        hash.key(policy, "password", "alice", "pw", List.of("", "")),
        hash.key(policy, "password", "alice", "pw", List.of("a", "b")),
        hash.key(policy, "password", "alice", "pw", List.of("ab")),
        hash.key(policy, "password", "alice", "pw", List.of("b", "a")),
        hash.key(policy, "password", "pw", "alice", null),
        hash.key(policy, "password", "Alice", "pw", null),
        hash.key(policy, "password", "a\0\0\0b", "c", null),
        hash.key(policy, "password", "a", "b\0\0\0c", null)));

    assertThat(keys).hasSize(15);
    assertThat(hash.digest(List.of("a", "b"))).isNotEqualTo(hash.digest(List.of("ab", "")));
  }

  @Test
  void anotherProcess_hasOtherKeys() {
    KeyedHash other = new KeyedHash(new SecureRandom());

    assertThat(other.key(policy, "password", "alice", "pw", null))
        .isNotEqualTo(hash.key(policy, "password", "alice", "pw", null));
  }

  @Test
  void threads_agree() {
    CacheKey expected = hash.key(policy, "password", "alice", "pw", null);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<CompletableFuture<Boolean>> all = IntStream.range(0, 200)
          .mapToObj(i -> CompletableFuture.supplyAsync(
              () -> hash.key(policy, "password", "alice", "pw", null).equals(expected)
                  && !hash.key(policy, "password", "alice", "pw" + i, null).equals(expected),
              threads))
          .toList();

      assertThat(all).allMatch(CompletableFuture::join);
    } finally {
      threads.shutdownNow();
    }
  }
}
