package io.oidcgrant.verify;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 3986 sections 6.2.2 and 6.2.3. */
class RequestTargetTest {
  @ParameterizedTest
  @CsvSource({
    "https://api.example/a, https://api.example/a",
    "HTTPS://API.Example/A, https://api.example/A",
    "https://api.example, https://api.example/",
    "https://api.example:443/a, https://api.example/a",
    "https://api.example:/a, https://api.example/a",
    "https://api.example:80/a, https://api.example:80/a",
    "http://api.example:80/a, http://api.example/a",
    "http://api.example:443/a, http://api.example:443/a",
    "https://api.example/a?b#c, https://api.example/a",
    "https://api.example?b=/x, https://api.example/",
    "https://api.example/a#b?c, https://api.example/a",
    "https://api.example/%7e%41%2d%2E%5f, https://api.example/~A-._",
    "https://api.example/a%2fb%c3%a9%25, https://api.example/a%2Fb%C3%A9%25",
    "https://api.example//a/, https://api.example//a/",
    "https://api.example/a;b=c/...,  https://api.example/a;b=c/...",
    "https://[2001:DB8::1]:443/a, https://[2001:db8::1]/a",
    "http://127.0.0.1:8000/a, http://127.0.0.1:8000/a",
    "http://order_service:8080/a, http://order_service:8080/a",
    "'https://api.example/a|b\"<^`{}>', 'https://api.example/a|b\"<^`{}>'"
  })
  void address_inItsNormalForm(String address, String normal) {
    assertThat(RequestTarget.normal(address)).isEqualTo(normal);
    assertThat(RequestTarget.normal(normal)).isEqualTo(normal);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/a",
        "//api.example/a",
        "api.example/a",
        "ftp://api.example/a",
        "https:/api.example/a",
        "https:///a",
        "https://:443/a",
        "https://user@api.example/a",
        "https://api.example@evil.example/a",
        "https://api.example:x/a",
        "https://api.example:-1/a",
        "https://api.example:123456/a",
        "https://api%2eexample/a",
        "https://api.example\\@evil.example/a",
        "https://api.example/a\\b",
        "https://api.example/a b",
        "https://api.example/a\tb",
        "https://api.example/a\nb",
        "https://api.example/\u0000",
        "https://api.example/\u00e9",
        "https://api.example/\u2028/../a",
        " https://api.example/a",
        "https://api.example/%",
        "https://api.example/%2",
        "https://api.example/%zz",
        "https://api.example/..",
        "https://api.example/.",
        "https://api.example/a/../b",
        "https://api.example/a/./b",
        "https://api.example/a/%2e%2E/b",
        "https://api.example/a/.%2e",
        "https://api.example/%2e/b"
      })
  void address_thatIsNoneOrAmbiguous_hasNoNormalForm(String address) {
    assertThat(RequestTarget.normal(address)).isNull();
  }

  @Test
  void longAddress_isNoTrouble() {
    String address = "https://api.example" + "/a%2e".repeat(100_000);

    assertThat(RequestTarget.normal(address)).hasSize(19 + 300_000);
  }
}
