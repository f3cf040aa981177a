package io.oidcgrant.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.oidcgrant.protocol.Failure.Kind;
import java.util.Arrays;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The table of answers: status and challenge of every kind (RFC 6750 section 3.1). */
class FailureTest {
  @ParameterizedTest
  @CsvSource({
    "NO_CREDENTIAL, 401,",
    "MALFORMED_CREDENTIAL, 401,",
    "AMBIGUOUS_CREDENTIAL, 400, invalid_request",
    "MALFORMED_REQUEST, 400, invalid_request",
    "REQUEST_TIMEOUT, 408,",
    "BODY_TOO_LARGE, 413,",
    "REJECTED, 401, invalid_token",
    "ISSUER_UNAVAILABLE, 503,",
    "ISSUER_BUSY, 503,",
    "CLIENT_REFUSED, 503,",
    "KEYS_UNAVAILABLE, 503,",
    "ANSWER_UNUSABLE, 502,",
    "ISSUER_TIMEOUT, 504,",
    "INTERNAL, 503,",
  })
  void kind_hasItsStatusAndChallenge(Kind kind, int status, String challenge) {
    assertThat(kind.status()).isEqualTo(status);
    assertThat(kind.challengeError().orElse(null)).isEqualTo(challenge);
    assertThat(kind.definite()).isEqualTo(kind == Kind.REJECTED);
  }

  @Test
  void codes_areStableNames() {
    assertThat(Arrays.stream(Kind.values()).map(Kind::code))
        .doesNotHaveDuplicates()
        .allMatch(code -> code.matches("[a-z]+(_[a-z]+)*"));
  }

  @Test
  void failure_isFoundInsideWhatFuturesThrow() {
    GrantException thrown = Failure.of(Kind.REJECTED, "no").toException();

    assertThat(GrantException.failureOf(new CompletionException(new ExecutionException(thrown))))
        .isEqualTo(thrown.failure());
    assertThat(
            GrantException.failureOf(new CompletionException(new IllegalStateException("secret"))))
        .isEqualTo(Failure.of(Kind.INTERNAL, "java.lang.IllegalStateException"));
  }
}
