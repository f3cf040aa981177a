package io.oidcgrant.credential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 8259. */
class JsonMembersTest {
  private static byte[] utf8(String text) {
    return text.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
  }

  private static String without(String json, String... names) {
    return new String(JsonMembers.without(utf8(json), Set.of(names)), StandardCharsets.UTF_8)
        .replace('"', '\'');
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'t':'ä1'}",
        "  {\n 'x' : [{'t':'no'}] , 't' : '\\u00e41' }\r\n",
        "{'\\u0074':'ä1'}",
        "{'x':{'t':'no'},'n':-1.5e3,'t':'ä1','b':true}",
        "\uFEFF{'t':'ä1'}",
        "{'t':null,'t':'ä1'}",
      })
  void topLevelText_isFound(String json) {
    assertThat(JsonMembers.values(utf8(json), "t")).containsExactly("ä1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "'t'",
        "1",
        "{}",
        "{'t':null}",
        "{'T':'a'}",
        "[{'t':'a'}]",
        "{'t':'a'",
        "{'t':'a'}}",
        "{'t':'a'} {}",
        "{'t':'a',}",
        "{t:'a'}",
        "{'t':'a'}x",
        "{'t':'a','x':01}",
        "{'t':'a\u0001'}",
        "{'t':'a','x':NaN}",
        "{'t':'a'/*c*/}"
      })
  void anythingElse_isNothing(String json) {
    assertThat(JsonMembers.values(utf8(json), "t")).isEmpty();
    assertThat(JsonMembers.without(utf8(json), Set.of("q"))).isEqualTo(utf8(json));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{'t':1}", "{'t':{}}", "{'t':['a']}", "{'t':true}"})
  void valueThatIsNoText_isNull(String json) {
    assertThat(JsonMembers.values(utf8(json), "t")).containsExactly((String) null);
  }

  @Test
  void severalValues_areAllSeen() {
    assertThat(JsonMembers.values(utf8("{'t':'a','\\u0074':'b'}"), "t")).containsExactly("a", "b");
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-16LE", "UTF-16BE", "UTF-16", "UTF-32"})
  void otherEncoding_isNothing_andStaysAsItIs(String encoding) {
    byte[] body = "{\"x\":1,\"t\":\"a\"}".getBytes(Charset.forName(encoding));

    assertThat(JsonMembers.values(body, "t")).isEmpty();
    assertThat(JsonMembers.without(body, Set.of("t"))).isEqualTo(body);
  }

  @Test
  void notUtf8_isNothing() {
    byte[] body = "{\"t\":\"\u00e4\"}".getBytes(StandardCharsets.ISO_8859_1);

    assertThat(JsonMembers.values(body, "t")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'t':'a'} | {}",
        "{'t':'a','x':1} | {'x':1}",
        "{'x':1,'t':'a'} | {'x':1}",
        "{ 'x' : 1 , 't' : 'a' , 'y' : [ 2 ] } | { 'x' : 1 , 'y' : [ 2 ] }",
        "{'x':1.50,'\\u0074':'a','y':'\\u00e4'} | {'x':1.50,'y':'\\u00e4'}",
        "{'t':'a','u':'b'} | {}",
        "{'t':'a','x':{'t':'a'},'u':'b'} | {'x':{'t':'a'}}",
        "{'t':'ä€','x':'ö'} | {'x':'ö'}",
        "{'n':123456789012345678901234567890,'t':'a'} | {'n':123456789012345678901234567890}",
        "{'t':'a','n':7} | {'n':7}",
        "{'n':7,'t':'a','m':-0.0e-1} | {'n':7,'m':-0.0e-1}",
        "{'t':'a','b':true,'t':'c','z':null} | {'b':true,'z':null}",
        "{'t':[1,{'x':2}],'x':3} | {'x':3}",
      })
  void without_keepsEveryOtherByte(String json, String rest) {
    assertThat(without(json, "t", "u")).isEqualTo(rest);
  }

  @Test
  void without_keepsTheMarkBefore_andTheSpaceAround() {
    assertThat(without("\uFEFF {'t':'a','x':1} \n", "t")).isEqualTo("\uFEFF {'x':1} \n");
    assertThat(without("\n{\n  't': 'a',\n  'x': 1\n}\n", "t")).isEqualTo("\n{\n  'x': 1\n}\n");
  }

  @Test
  void longBody_keepsItsBytes_acrossTheParsersBuffers() {
    String filler = "ä".repeat(30_000);

    assertThat(without("{'x':'" + filler + "','t':'a','y':'" + filler + "','z':1}", "t"))
        .isEqualTo("{'x':'" + filler + "','y':'" + filler + "','z':1}");
  }

  @Test
  void deepNesting_isNothing() {
    String deep = "{'x':" + "[".repeat(50_000) + "]".repeat(50_000) + ",'t':'a'}";

    assertThat(JsonMembers.values(utf8(deep), "t")).isEmpty();
  }

  @Test
  void longNumber_isNothing() {
    assertThat(JsonMembers.values(utf8("{'x':" + "9".repeat(5_000) + ",'t':'a'}"), "t"))
        .isEmpty();
  }

  @Test
  void manyMembers_areHiddenInLinearTime() {
    String many = "'x':1,".repeat(170_000);

    assertTimeoutPreemptively(
        Duration.ofSeconds(10),
        () -> assertThat(without("{" + many + "'t':'a','y':2}", "t"))
            .isEqualTo("{" + many + "'y':2}"));
  }
}
