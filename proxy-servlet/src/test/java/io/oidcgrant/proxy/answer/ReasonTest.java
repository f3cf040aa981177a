package io.oidcgrant.proxy.answer;

import static org.assertj.core.api.Assertions.assertThat;

import io.oidcgrant.protocol.Failure;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A code of the access log has one status, whoever of filter and proxy says it. */
class ReasonTest {
  @Test
  void noCode_hasTwoStatuses() {
    Map<String, Integer> statuses = new HashMap<>();
    for (Failure.Kind kind : Failure.Kind.values()) {
      assertThat(statuses.put(kind.code(), kind.status())).as(kind.code()).isNull();
    }
    for (Reason reason : Reason.values()) {
      Integer other = statuses.put(reason.code(), reason.status());
      assertThat(other).as(reason.code()).isIn(null, reason.status());
    }
    assertThat(statuses.keySet()).allMatch(code -> code.matches("[a-z_]+"));
  }

  /** What this proxy answers by itself: those that {@link ErrorAnswer} has words for, and more. */
  @ParameterizedTest
  @ValueSource(
      ints = {
        204, 301, 302, 307, 308, 400, 404, 405, 408, 413, 414, 415, 417, 421, 426, 431, 500, 501,
        503, 505
      })
  void status_hasAReasonOfThatStatus(int status) {
    assertThat(Reason.ofStatus(status).status()).isEqualTo(status);
  }

  @ParameterizedTest
  @EnumSource(Reason.class)
  void reason_isFoundByItsStatus_unlessSomebodyNotesIt(Reason reason) {
    if (reason.status() != 0
        && reason != Reason.CALLER_GONE
        && !reason.name().startsWith("UPSTREAM_")) {
      assertThat(Reason.ofStatus(reason.status())).isEqualTo(reason);
    }
  }
}
