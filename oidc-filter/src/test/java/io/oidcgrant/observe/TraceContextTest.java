package io.oidcgrant.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** W3C Trace Context, sections 3.2 and 3.3. */
class TraceContextTest {
  private static final String PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

  private static Map<String, String> headers(List<String> parents, String... states) {
    TraceContext context = TraceContext.of(parents, List.of(states));
    return context == null ? Map.of() : context.headers();
  }

  @Test
  void wellFormed_isCarriedOnAsItIs() {
    assertThat(headers(List.of(PARENT))).isEqualTo(Map.of("traceparent", PARENT));
    assertThat(headers(List.of(PARENT), "a=1", "b@c=2"))
        .isEqualTo(Map.of("traceparent", PARENT, "tracestate", "a=1,b@c=2"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "00",
        "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00F067AA0BA902B7-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e47366-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\n",
        " 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0g",
        "00-٤bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
      })
  void malformed_isNoTrace_andItsStateNeither(String parent) {
    assertThat(headers(List.of(parent), "a=1")).isEmpty();
  }

  @Test
  void noParent_orTwo_isNoTrace() {
    assertThat(headers(List.of(), "a=1")).isEmpty();
    assertThat(headers(List.of(PARENT, PARENT))).isEmpty();
  }

  @Test
  void state_isLeftOutWhereItIsTooLong_orNotText() {
    String longest = "a=" + "v".repeat(510);
    assertThat(headers(List.of(PARENT), longest)).containsEntry("tracestate", longest);
    assertThat(headers(List.of(PARENT), longest + "v")).isEqualTo(Map.of("traceparent", PARENT));
    assertThat(headers(List.of(PARENT), longest.substring(3), "b=2").keySet())
        .containsExactly("traceparent");
    for (String bad : List.of("a=\r\nX: y", "a=ü", "a=\0", "", "  ")) {
      assertThat(headers(List.of(PARENT), bad)).isEqualTo(Map.of("traceparent", PARENT));
    }
  }
}
