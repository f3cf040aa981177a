package io.oidcgrant.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SecretTest {
  private static final Secret SECRET = Secret.of("hunter2");

  @Test
  void secret_printsStars_whereverItIs() {
    Tokens tokens = Tokens.builder(SECRET)
        .refreshToken(SECRET)
        .idToken(SECRET)
        .claims(Map.of("sub", "hunter2"))
        .expiresAt(Instant.EPOCH)
        .build();

    assertThat(SECRET).hasToString("***");
    assertThat(String.format("%s %s %s", List.of(SECRET), Optional.of(SECRET), Map.of("a", SECRET)))
        .isEqualTo("[***] Optional[***] {a=***}");
    assertThat(tokens.toString()).doesNotContain("hunter2");
  }

  @Test
  void secret_isItsText() {
    assertThat(SECRET).isEqualTo(Secret.of("hunter2")).hasSameHashCodeAs(Secret.of("hunter2"));
    assertThat(SECRET).isNotEqualTo(Secret.of("hunter3")).isNotEqualTo("hunter2");
    assertThat(SECRET.reveal()).isEqualTo("hunter2");
    assertThat(Secret.of("").isEmpty()).isTrue();
    assertThat(SECRET.isEmpty()).isFalse();
  }

  @Test
  void tokens_withAnotherRenewal_areTheSameOtherwise() {
    Tokens tokens = Tokens.builder(SECRET)
        .refreshToken(Secret.of("r"))
        .idToken(Secret.of("i"))
        .claims(Map.of("sub", "a"))
        .expiresAt(Instant.ofEpochSecond(9))
        .reusable(false)
        .replayedHeaders(Map.of("x", "y"))
        .build();

    Tokens renewed = tokens.withRenewAt(Instant.ofEpochSecond(5));

    assertThat(renewed.renewAt()).isEqualTo(Instant.ofEpochSecond(5));
    assertThat(renewed).usingRecursiveComparison().ignoringFields("renewAt").isEqualTo(tokens);
  }
}
