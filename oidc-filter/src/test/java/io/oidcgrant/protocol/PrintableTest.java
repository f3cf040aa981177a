package io.oidcgrant.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrintableTest {
  @Test
  void text_staysOneLine() {
    assertThat(Printable.of("a\r\nERROR b\t\u0000\u001b[31m\u007f\u0085\u2028\u202e\u200b"))
        .isEqualTo(
            "a\\u000d\\u000aERROR b\\u0009\\u0000\\u001b[31m\\u007f\\u0085\\u2028\\u202e\\u200b");
  }

  @Test
  void backslash_isEscaped_soThatAnEscapeCannotBeForged() {
    assertThat(Printable.of("\\u000a")).isEqualTo("\\u005cu000a");
  }

  @ParameterizedTest
  @CsvSource({"jö é 中 7, jö é 中 7", "'a \"b\" <c>', 'a \"b\" <c>'", "'', ''"})
  void letters_stay(String text, String printed) {
    assertThat(Printable.of(text)).isEqualTo(printed);
  }

  @Test
  void null_isADash() {
    assertThat(Printable.of(null)).isEqualTo("-");
  }

  @Test
  void longText_isCut() {
    assertThat(Printable.of("x".repeat(256))).isEqualTo("x".repeat(256));
    assertThat(Printable.of("x".repeat(257))).isEqualTo("x".repeat(256) + "…");
    assertThat(Printable.of("\n".repeat(100_000)).length()).isLessThan(2000);
  }

  @Test
  void cutInsideASurrogatePair_isStillPrintable() {
    for (String text : List.of("x".repeat(255) + "\ud83d\ude00", "\ud83d", "\ude00\ud83d")) {
      assertThat(Printable.of(text).chars()).noneMatch(c -> c >= 0xd800 && c <= 0xdfff);
    }
  }
}
