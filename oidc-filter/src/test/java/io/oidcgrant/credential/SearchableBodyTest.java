package io.oidcgrant.credential;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SearchableBodyTest {
  private static SearchableBody kind(String method, String type, long length, String... lines) {
    return SearchableBody.of(
        new TextRequest(method, List.of(lines), null, type, length, Optional.empty()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "application/x-www-form-urlencoded | FORM",
        "Application/X-WWW-Form-URLencoded ; charset=UTF-8 | FORM",
        "application/json | JSON",
        "application/json;charset=\"utf-8\" | JSON",
        "application/json; charset=us-ascii; x=y | JSON",
      })
  void formAndJson_areSearched(String type, SearchableBody expected) {
    assertThat(kind("POST", type, 5)).isEqualTo(expected);
    assertThat(kind("DELETE", type, -1)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/jsonx",
        "application/problem+json",
        "application/json; charset=utf-16",
        "application/json; charset=utf-8x",
        "application/x-www-form-urlencoded; charset=iso-8859-1",
        "text/plain; application/json"
      })
  void otherType_isNotSearched(String type) {
    assertThat(kind("POST", type, 5)).isNull();
  }

  @Test
  void requestWithoutASearchableBody_isNotSearched() {
    String form = "application/x-www-form-urlencoded";

    assertThat(kind("POST", null, 5)).isNull();
    assertThat(kind("POST", form, 0)).isNull();
    assertThat(kind("GET", form, 5)).isNull();
    assertThat(kind("HEAD", form, 5)).isNull();
    assertThat(kind("POST", form, 5, "content-encoding", "gzip")).isNull();
    assertThat(kind("POST", form, 5, "Content-Encoding", "identity, br")).isNull();
    assertThat(kind("POST", form, 5, "Content-Encoding", " Identity ")).isNotNull();
  }

  @Test
  void form_thatIsNotAscii_keepsItsBytes() {
    byte[] body = "x=\u00ff\u0080&t=a&y=\u00c3".getBytes(StandardCharsets.ISO_8859_1);

    assertThat(SearchableBody.FORM.values(body, "t")).containsExactly("a");
    assertThat(SearchableBody.FORM.values(body, "x")).containsExactly((String) null);
    assertThat(SearchableBody.FORM.without(body, Set.of("t")))
        .isEqualTo("x=\u00ff\u0080&y=\u00c3".getBytes(StandardCharsets.ISO_8859_1));
  }

  @Test
  void form_inRawUtf8_isRead() {
    assertThat(SearchableBody.FORM.values("t=jö".getBytes(StandardCharsets.UTF_8), "t"))
        .containsExactly("jö");
  }
}
