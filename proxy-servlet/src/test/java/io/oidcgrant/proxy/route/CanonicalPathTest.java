package io.oidcgrant.proxy.route;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CanonicalPathTest {
  @ParameterizedTest
  @CsvSource({
    "/, /",
    "/a/b, /a/b",
    "/a/, /a/",
    "/%61%2D%7e, /a-~",
    "/caf%c3%a9, /caf%C3%A9",
    "/a%20b, /a%20b",
    "/a;v=1, /a;v=1",
    "/a%3Bv=1, /a%3Bv=1",
    "/.a/b..c/..., /.a/b..c/...",
    "/a%25b, /a%25b",
    "'/a:@!$&*+,=b', '/a:@!$&*+,=b'",
    "/a()'b, /a()'b",
  })
  void path_hasOneForm(String raw, String text) {
    CanonicalPath path = CanonicalPath.of(raw).orElseThrow();

    assertThat(path.text()).isEqualTo(text);
    assertThat(path.raw()).isEqualTo(raw);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "*",
        "a",
        "http://h/a",
        "/..",
        "/../a",
        "/a/..",
        "/a/./b",
        "/.",
        "/a/%2e%2E/b",
        "/a/.%2e",
        "/%2e",
        "//",
        "//a",
        "/a//b",
        "/a%2fb",
        "/a%2Fb",
        "/a%5cb",
        "/a\\b",
        "/a%00b",
        "/a/..;x/b",
        "/a/..;x",
        "/a/.;",
        "/a/%2e%2e%3Bx",
        "/a;x/b",
        "/;x/b",
        "/a%3bx/b",
        "/a%",
        "/a%2",
        "/a%zz",
        "/a%１2",
        "/a b",
        "/a\u0001",
        "/a\u007f",
        "/é",
        "/a{b}",
        "/a|b",
        "/a\"b",
        "/a<b>",
        "/a^b",
        "/a`b",
        "/a#b",
        "/a?b",
      })
  void path_thatCouldBeReadTwoWays_hasNoForm(String raw) {
    assertThat(CanonicalPath.of(raw)).isEmpty();
  }

  @Test
  void rawAfter_countsInTheText_andAnswersInTheBytes() {
    CanonicalPath path = CanonicalPath.of("/%61pi%20x/b%2Dc").orElseThrow();

    assertThat(path.rawAfter(0)).isEqualTo("/%61pi%20x/b%2Dc");
    assertThat(path.rawAfter("/api".length())).isEqualTo("%20x/b%2Dc");
    assertThat(path.rawAfter("/api%20x".length())).isEqualTo("/b%2Dc");
    assertThat(path.rawAfter("/api%20x/b-c".length())).isEmpty();
  }
}
