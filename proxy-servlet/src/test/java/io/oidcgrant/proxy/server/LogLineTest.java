package io.oidcgrant.proxy.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What callers write can neither end a line or a value, nor make it long. */
class LogLineTest {
  private static final String VISIBLE = "[ -~]*";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/a\r\n2026-01-01 INFO  access status=200",
        "\"}\n{\"level\":\"ERROR\"",
        "a\" status=\"200",
        "\\",
        "\\\"",
        "\u0000\u001b[31m\u007f\u0085\u2028\u2029",
        "Köln \ud83d\ude00 \ud83d",
        "a; reason=granted",
      })
  void hostileValue_staysOneValueOfOneLine(String value) throws Exception {
    LogLine json = LogLine.json(1);
    json.text("path", value);
    json.number("status", 404);
    String line = json.end();
    assertThat(line).matches(VISIBLE);
    Map<String, Object> members = JSONObjectUtils.parse(line);
    assertThat(members)
        .containsEntry("path", value)
        .containsEntry("status", 404L)
        .containsEntry("level", "INFO")
        .hasSize(5);

    LogLine plain = LogLine.plain("begin");
    plain.text("path", value);
    plain.number("status", 404);
    String text = plain.end();
    assertThat(text).matches("begin path=\"(?:[ !#-\\[\\]-~]|\\\\[\"\\\\u])*\" status=404");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "\n", "\""})
  void longValue_isCut(String piece) throws Exception {
    for (LogLine line : new LogLine[] {LogLine.json(1), LogLine.plain("x")}) {
      line.text("path", piece.repeat(100_000));
      line.text("reason", "no_route");
      assertThat(line.end()).hasSizeLessThan(LogLine.LONGEST + 120).contains("...\"", "no_route");
    }
  }

  @Test
  void words_needNoQuotes_andWhatIsNotThereIsNotTold() {
    LogLine line = LogLine.explanation();
    line.text("route", "cart");
    line.text("service", "");
    line.number("upstream_ms", -1);
    line.text("reason", "granted");
    assertThat(line.end()).isEqualTo("route=cart; reason=granted");
  }
}
