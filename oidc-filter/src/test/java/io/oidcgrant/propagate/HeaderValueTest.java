package io.oidcgrant.propagate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.nimbusds.jose.util.JSONArrayUtils;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Claims as values of headers. */
class HeaderValueTest {
  /** One line of RFC 9110 section 5.5, without what recipients strip. */
  private static final String FIELD_VALUE = "[\\x21-\\x7e]([\\x20-\\x7e]*[\\x21-\\x7e])?";

  private static Stream<Arguments> texts() {
    return Stream.of(
        arguments("alice", "alice"),
        arguments("a b  c", "a b  c"),
        arguments("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"),
        arguments("100%41", "100%41"),
        arguments("Jörg", "UTF-8''J%C3%B6rg"),
        arguments("€ 5", "UTF-8''%E2%82%AC%205"),
        arguments("😀", "UTF-8''%F0%9F%98%80"),
        arguments("a\r\nX-Evil: 1", "UTF-8''a%0D%0AX-Evil%3A%201"),
        arguments("a\nb", "UTF-8''a%0Ab"),
        arguments("a\tb", "UTF-8''a%09b"),
        arguments("\u0000", "UTF-8''%00"),
        arguments("a\u007f", "UTF-8''a%7F"),
        arguments("\u0085", "UTF-8''%C2%85"),
        arguments("\u2028", "UTF-8''%E2%80%A8"),
        arguments(" a", "UTF-8''%20a"),
        arguments("a ", "UTF-8''a%20"),
        arguments(" ", "UTF-8''%20"),
        arguments("UTF-8''J%C3%B6rg", "UTF-8''UTF-8%27%27J%25C3%25B6rg"),
        arguments("utf-8''a", "UTF-8''utf-8%27%27a"),
        arguments("UTF-8'en'a", "UTF-8'en'a"),
        arguments("", null));
  }

  @ParameterizedTest
  @MethodSource("texts")
  void text_isPlainOrEncoded(String claim, String value) {
    assertThat(HeaderValue.of(claim)).isEqualTo(value);
  }

  @Test
  void everyCharacter_fitsIntoALine_andCanBeReadBack() {
    IntStream.rangeClosed(0, 0x3000)
        .mapToObj(Character::toString)
        .flatMap(c -> Stream.of(c, "a" + c + "b", c + "a", "a" + c))
        .forEach(claim -> {
          String value = HeaderValue.of(claim);
          assertThat(value).matches(FIELD_VALUE);
          assertThat(read(value)).isEqualTo(claim);
        });
  }

  @Test
  void halfOfACharacter_fitsIntoALine() {
    assertThat(HeaderValue.of("a\ud800\nb")).matches(FIELD_VALUE);
  }

  /** As a recipient reads it (RFC 8187 section 3.2.1). */
  private static String read(String value) {
    return value.startsWith("UTF-8''")
        ? URLDecoder.decode(value.substring(7).replace("+", "%2B"), StandardCharsets.UTF_8)
        : value;
  }

  private static Stream<Arguments> scalars() {
    return Stream.of(
        arguments(true, "true"),
        arguments(false, "false"),
        arguments(0, "0"),
        arguments(-1, "-1"),
        arguments(1_790_000_000L, "1790000000"),
        arguments(1.5, "1.5"),
        arguments(new BigDecimal("1.50"), "1.50"),
        arguments(new BigInteger("18446744073709551616"), "18446744073709551616"),
        arguments(null, null));
  }

  @ParameterizedTest
  @MethodSource("scalars")
  void numberAndBoolean_areTheirText_andNullIsNothing(Object claim, String value) {
    assertThat(HeaderValue.of(claim)).isEqualTo(value);
  }

  @Test
  void object_isBase64OfItsJson_withPadding() throws ParseException {
    Map<String, Object> claim = new LinkedHashMap<>();
    claim.put("a", "é\r\n");
    claim.put("b", List.of(1, true));
    String value = HeaderValue.of(claim);

    assertThat(value).matches("[A-Za-z0-9+/]+=*");
    assertThat(value.length() % 4).isZero();
    assertThat(JSONObjectUtils.parse(decoded(value)))
        .containsEntry("a", "é\r\n")
        .containsEntry("b", List.of(1L, true));
    assertThat(HeaderValue.of(Map.of())).isEqualTo("e30=");
  }

  @Test
  void list_isBase64OfItsJson() throws ParseException {
    List<Object> claim = Arrays.asList("a", 1L, null, Map.of("b", "c"));

    assertThat(JSONArrayUtils.parse(decoded(HeaderValue.of(claim)))).isEqualTo(claim);
    assertThat(HeaderValue.of(List.of())).isEqualTo("W10=");
  }

  @Test
  void base64_isOfTheStandardAlphabet() {
    assertThat(HeaderValue.base64("\u00fb\u00ff\u00fe?>")).isEqualTo("w7vDv8O+Pz4=");
  }

  private static String decoded(String value) {
    return new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8);
  }

  private static Stream<Arguments> lists() {
    return Stream.of(
        arguments(List.of("a", "b c", "d"), "a, b c, d"),
        arguments(List.of("a, admin"), "UTF-8''a%2C%20admin"),
        arguments(List.of("a", "b\r\nX-Evil: 1"), "a, UTF-8''b%0D%0AX-Evil%3A%201"),
        arguments(List.of("Jörg", " x"), "UTF-8''J%C3%B6rg, UTF-8''%20x"),
        arguments(List.of("UTF-8''a"), "UTF-8''UTF-8%27%27a"),
        arguments(Arrays.asList("a", null, "", " ", "b"), "a, b"),
        arguments(List.of(1, true), "1, true"),
        arguments(List.of("", " "), null),
        arguments(List.of(), null));
  }

  @ParameterizedTest
  @MethodSource("lists")
  void severalTexts_areSeparatedByCommas_whichTheyCannotHold(List<Object> items, String value) {
    assertThat(HeaderValue.list(items)).isEqualTo(value);
  }
}
