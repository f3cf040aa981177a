package io.oidcgrant.proxy.answer;

import static org.assertj.core.api.Assertions.assertThat;

import org.eclipse.jetty.http.HttpFields;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which ids of callers are taken over. */
class RequestIdTest {
  private static final String LONGEST = "a".repeat(128);

  @ParameterizedTest
  @ValueSource(strings = {"a", "AZaz09._:-", "6f1e5a8f-6b01-4f1e-9d35-2f1e5a8f6b01"})
  void wellFormed_isTaken(String id) {
    assertThat(RequestId.callers(HttpFields.build().add("x-request-ID", id))).isEqualTo(id);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", " ", "a b", "a;b", "a,b", "a/b", "a\"b", "ä", "a\u007f", "a@b", "a[b"})
  void malformed_isNot(String id) {
    assertThat(RequestId.callers(HttpFields.build().add("X-Request-Id", id))).isNull();
  }

  @Test
  void length_hasABound() {
    assertThat(RequestId.callers(HttpFields.build().add("X-Request-Id", LONGEST)))
        .isEqualTo(LONGEST);
    assertThat(RequestId.callers(HttpFields.build().add("X-Request-Id", LONGEST + "a")))
        .isNull();
  }

  @Test
  void several_areNone() {
    HttpFields two = HttpFields.build().add("X-Request-Id", "a").add("X-Request-Id", "a");
    assertThat(RequestId.callers(two)).isNull();
  }
}
