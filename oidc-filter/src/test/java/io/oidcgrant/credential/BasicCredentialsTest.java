package io.oidcgrant.credential;

import static org.assertj.core.api.Assertions.assertThat;

import io.oidcgrant.protocol.Secret;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 7617. */
class BasicCredentialsTest {
  private static String basic(String text) {
    return "Basic " + Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @CsvSource({
    "jö:pä:ss%+&=, jö, pä:ss%+&=",
    "a:b, a, b",
    "a::, a, :",
    "'a b: c ', 'a b', ' c '",
    "a&grant_type=x:y, a&grant_type=x, y",
  })
  void header_isUserUpToTheFirstColon_andPassword(String text, String user, String password) {
    assertThat(BasicCredentials.parse(basic(text)))
        .isEqualTo(new BasicCredentials(user, Secret.of(password)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Basic YTpi", "basic YTpi", "BASIC YTpi", "bAsIc   YTpi", "Basic YTpi  "})
  void scheme_isWithoutCase_andSpacesDoNotMatter(String header) {
    assertThat(BasicCredentials.isBasic(header)).isTrue();
    assertThat(BasicCredentials.parse(header)).isEqualTo(new BasicCredentials("a", Secret.of("b")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Basic",
        "Basic ",
        "Basic !!!",
        "Basic YTp",
        "Basic YTpi YTpi",
        "Basic YTpi,",
        "Basic YWJj", // no colon
        "Basic OmI=", // no user
        "Basic YTo=", // no password
        "Basic Og==",
        "Basic IDp4", // a blank user
        "Basic eDog", // a blank password
        "Basic YTr/", // not UTF-8
        "Basic YTrA", // a UTF-8 sequence that is cut
        "Basic YToAYg==", // NUL
        "Basic YToNCg==", // a line end
        "Basic YTrChQ==", // C1
      })
  void malformed_isNone_thoughItIsBasic(String header) {
    assertThat(BasicCredentials.isBasic(header)).isTrue();
    assertThat(BasicCredentials.parse(header)).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Bearer YTpi", "BasicYTpi", "Basics YTpi", " Basic YTpi", "Bas"})
  void otherScheme_isNotBasic(String header) {
    assertThat(BasicCredentials.isBasic(header)).isFalse();
    assertThat(BasicCredentials.parse(header)).isNull();
  }

  @Test
  void longHeader_isRead() {
    String password = "x".repeat(20_000);

    assertThat(BasicCredentials.parse(basic("a:" + password)))
        .isEqualTo(new BasicCredentials("a", Secret.of(password)));
  }

  @Test
  void toString_hidesThePassword() {
    assertThat(String.valueOf(BasicCredentials.parse(basic("alice:s3cr3t"))))
        .contains("alice")
        .doesNotContain("s3cr3t");
  }
}
