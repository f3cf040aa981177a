package io.oidcgrant.proxy.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PathPatternTest {
  @ParameterizedTest
  @CsvSource({
    "~/a, /a, /a",
    "~/a%2eb%2Dc%7e, '/a\\.b\\-c~', /a.b-c~",
    "~/%61%c3%a9, /a%C3%A9, /a%C3%A9",
    "~/%2A, /%2A, /%2A",
    "~/a\\%41, /a\\%41, /a%41",
    "~/a%4, /a%4, /a%4",
    "~/a%zz, /a%zz, /a%zz",
    "~/a?b, /a?b, /",
    "~/ab*, /ab*, /a",
    "'~/ab{2}', '/ab{2}', /a",
    "~/ab+, /ab+, /a",
    "~/*, /*, ''",
    "~/a\\.?, /a\\.?, /a",
    "~/a\\d, /a\\d, /a",
    "~/a\\/b, /a\\/b, /a/b",
    "~/a/[bc]d, /a/[bc]d, /a/",
    "~/a/(b|c), /a/(b|c), /a/",
    "~/a/(b|(c|d))e, /a/(b|(c|d))e, /a/",
    "~/ab|/cd, /ab|/cd, ''",
    "~/(a)|b, /(a)|b, ''",
    "~/a\\|b, /a\\|b, /a|b",
    "~/a[|], /a[|], ''",
    "~/a[(]b|/c, /a[(]b|/c, ''",
    "~/a\\(b|/c, /a\\(b|/c, ''",
    "~/a\\Q(\\E|/c, /a\\Q(\\E|/c, ''",
    "~/a$, /a$, /a",
    "~/a\\$, /a\\$, /a$",
    "~/a\\$b$, /a\\$b$, /a$b",
    "~/a\\.\\.*, '/a\\.\\.*', /a.",
    "~/a(?i)B, /a(?i)B, /a",
  })
  void regex_isInTheFormOfPaths_andKnowsWhatItBeginsWith(
      String written, String text, String prefix) {
    PathPattern pattern = PathPattern.parse(written);

    assertThat(pattern.regex()).hasToString(text);
    assertThat(pattern.prefix()).isEqualTo(prefix);
  }

  @ParameterizedTest
  @CsvSource({
    "~/a%2eb, /a.b/c, 4",
    "~/a%2eb, /aXb, -1",
    "~/b, /a/b, -1",
    "~/a|b, /a, 2",
    "~/a|/b, /b, 2",
    "'~/(?<version>\\d+)/(?P<user>\\S+)', /1/john, 7",
    "~/a/b$, /a/b, 4",
    "~/a, /ab, 2",
    "~/a\\.b$, /a.b, 4",
    "~/a|/b$, /bc, -1",
    "~/a/b$, /a/bc, -1",
    "~/a*?, /aaa, 1",
    "~/a|/ab, /ab, 2",
    "~/a, /A, -1",
  })
  void regex_isAnchoredAtTheStart_andPrefersLikePerl(String written, String path, int matched) {
    PathPattern pattern = PathPattern.parse(written);

    assertThat(path.startsWith(pattern.prefix()) ? pattern.matchAtStart(path) : -1)
        .isEqualTo(matched);
    assertThat(String.valueOf(pattern.regex())).isEqualTo(pattern.text());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "~/a(?=b)",
        "~/a(?!b)",
        "~/(?<=a)b",
        "~/(?<!a)b",
        "~/(a)\\1",
        "~/(?<a>a)\\k<a>",
        "~/a++",
        "~/(?>a)",
      })
  void regex_thatNeedsBacktracking_isRefused_andToldSo(String written) {
    assertThatThrownBy(() -> PathPattern.parse(written))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("look-around, back references")
        .hasMessageContaining("RE2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"~/a(", "~/a[", "~/(?z)", "~/a{1,9999}", "~a", "~", "", "a", "//", "/a?b"})
  void whatIsNoPath_isRefused(String written) {
    assertThatThrownBy(() -> PathPattern.parse(written))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching("(?s)(must be|is not).*");
  }

  @Test
  void regex_thatIsHugeOnceWrittenOut_isRefused() {
    assertThatThrownBy(() -> PathPattern.parse("~/(a{1,100}){1,100}"))
        .hasMessageContaining("too large");
  }
}
