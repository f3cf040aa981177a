package io.oidcgrant.credential;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FormParametersTest {
  @ParameterizedTest
  @CsvSource({
    "t=a, a",
    "x=1&t=a&y=2, a",
    "t=a%20b+c, a b c",
    "t=%2B%26%3D%25, +&=%",
    "t=j%C3%B6, jö",
    "t=a=b=c, a=b=c",
    "t, ''",
    "t=, ''",
    "%74=a, a",
    "t=a;b, a;b",
    "t=%E2%82%ac, €",
    "t=%41, A",
  })
  void value_isDecoded(String encoded, String value) {
    assertThat(FormParameters.values(encoded, "t")).containsExactly(value);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "&", "&&", "=", "=t", "T=a", "tt=a", "x=t", "t%00=a", "t+=a", "%7=a"})
  void otherName_isNotIt(String encoded) {
    assertThat(FormParameters.values(encoded, "t")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"t=%zz", "t=%", "t=%4", "t=a%", "t=%C3", "t=%C3%28", "t=%ED%A0%80", "t=\u20ac"})
  void value_thatIsNotPercentEncodedUtf8_isNull(String encoded) {
    assertThat(FormParameters.values(encoded, "t")).containsExactly((String) null);
  }

  @Test
  void severalValues_areAllSeen() {
    assertThat(FormParameters.values("t=a&%74=b&t=", "t")).containsExactly("a", "b", "");
  }

  @ParameterizedTest
  @CsvSource({
    "t=a, ''",
    "t=a&x=1, x=1",
    "x=1&t=a, x=1",
    "x=%zz+%20&%74=a&y, x=%zz+%20&y",
    "&&t=a&&x=;&, &&&x=;&",
    "t=a&t=b, ''",
    "x=t&T=a, x=t&T=a",
    "'', ''",
  })
  void without_keepsEveryOtherByte(String encoded, String rest) {
    assertThat(FormParameters.without(encoded, Set.of("t", "u"))).isEqualTo(rest);
  }

  @Test
  void forEach_passesWhatCanBeDecoded() {
    List<String> seen = new ArrayList<>();

    FormParameters.forEach("a=1&&b&c=%zz&d=%20&=e", (name, value) -> seen.add(name + ">" + value));

    assertThat(seen).containsExactly("a>1", "b>", "d> ", ">e");
  }

  @Test
  void anyText_losesItsValues_andNothingElse() {
    Random random = new Random(7);
    String alphabet = "t=&%74+;x";
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int n = random.nextInt(14); n > 0; n--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      String rest = FormParameters.without(text.toString(), Set.of("t"));

      assertThat(FormParameters.values(rest, "t")).as(text.toString()).isEmpty();
      assertThat(FormParameters.values(rest, "x"))
          .as(text.toString())
          .isEqualTo(FormParameters.values(text.toString(), "x"));
    }
  }
}
