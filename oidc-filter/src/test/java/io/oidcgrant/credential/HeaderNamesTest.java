package io.oidcgrant.credential;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeaderNamesTest {
  @ParameterizedTest
  @CsvSource({
    "refresh_token, Refresh-Token, true",
    "refresh.token, REFRESH_TOKEN, true",
    "a, A, true",
    "x-a, x-b, false",
    "x-a, x-ab, false",
    "x-a, xa, false",
    "x[, x{, false",
    "'', '', true",
    "kelvin, \u212aelvin, false",
  })
  void names_foldCaseAndSeparators(String a, String b, boolean same) {
    assertThat(HeaderNames.same(a, b)).isEqualTo(same);
    assertThat(HeaderNames.same(b, a)).isEqualTo(same);
  }

  @ParameterizedTest
  @CsvSource({"Refresh_Token, refresh-token", "X.Y-Z, x-y-z"})
  void folded_isTheFormForSets(String name, String folded) {
    assertThat(HeaderNames.folded(name)).isEqualTo(folded);
  }

  @ParameterizedTest
  @CsvSource({
    "authorization, Authorization",
    "x_refresh_token, X-Refresh-Token",
    "x-ID-token, x-ID-token",
    "X_Token, X-Token",
    "a--b, A--B",
    "1a-b, 1a-B",
  })
  void emitted_hasDashesAndCapitals(String configured, String emitted) {
    assertThat(HeaderNames.emitted(configured)).isEqualTo(emitted);
  }
}
