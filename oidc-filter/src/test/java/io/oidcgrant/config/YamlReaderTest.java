package io.oidcgrant.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.oidcgrant.config.ConfigNode.Mapping;
import io.oidcgrant.config.ConfigNode.Scalar;
import io.oidcgrant.config.ConfigNode.Sequence;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class YamlReaderTest {
  private static final Map<String, String> ENVIRONMENT =
      Map.of("NAME", "alice", "LINES", "a: b\n- c # \"", "YES", "true", "DOLLAR", "$1\\x");

  private final Reading reading = new Reading(ENVIRONMENT::get, false);

  private List<ConfigNode> read(String text) {
    return YamlReader.read("f.yaml", text, reading);
  }

  /** The value of {@code a} in a mapping. */
  private Scalar a(String text) {
    Mapping mapping = (Mapping) read(text).get(0);
    return (Scalar) mapping.entries().get(0).value();
  }

  private List<String> problems() {
    return reading.problems().stream().map(ConfigProblem::toString).toList();
  }

  @Test
  void nodes_knowTheirLines() {
    Mapping root = (Mapping) read("# c\na: 1\nb:\n  - x\n  - y: 2\n").get(0);
    Sequence list = (Sequence) root.entries().get(1).value();

    assertThat(root.entries().get(0).line()).isEqualTo(2);
    assertThat(root.entries().get(1).line()).isEqualTo(3);
    assertThat(list.items()).extracting(ConfigNode::line).containsExactly(4, 5);
    assertThat(problems()).isEmpty();
  }

  @Test
  void json_isYaml() {
    assertThat(a("{\"a\": \"x\\u00e4\\n\"}").text()).isEqualTo("xä\n");
  }

  @ParameterizedTest
  @CsvSource({
    "a: true, a boolean",
    "a: True, a boolean",
    "a: yes, a text",
    "a: 'true', a text",
    "a: 12, a number",
    "a: -1.5e3, a number",
    "a: 0x10, a text",
    "a: 1_000, a text",
    "a: 2020-01-01, a text",
    "a: ~, null",
    "a: null, null",
    "a:, null",
    "a: \"\", a text",
    "a: \"null\", a text",
  })
  void scalar_hasTheTypeOfTheCoreSchema(String text, String kind) {
    assertThat(a(text).kind()).isEqualTo(kind);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a: ${{ env \"NAME\" }} | alice",
        "a: ${{env \"NAME\"}} | alice",
        "a: \"x-${{ env \"NAME\" }}-y\" | x-alice-y",
        "a: '${{ env \"NAME\" }}${{ env \"NAME\" }}' | alicealice",
        "a: ${{ env \"DOLLAR\" }} | $1\\x",
      })
  void variable_isReplacedInsideTheValue(String text, String value) {
    assertThat(a(text).text()).isEqualTo(value);
    assertThat(problems()).isEmpty();
  }

  /** Else it would be somebody's secret. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "${{ env 'NAME' }}",
        "${{ env NAME }}",
        "${{ env \"NAME\" | trim }}",
        "${{ other \"NAME\" }}",
        "${{ env \"NAME }}",
        "${{- env \"NAME\" -}}",
        "${{ env `NAME` }}",
        "x ${{",
      })
  void variable_thatIsWrittenInAnotherWay_isAProblem(String text) {
    read("a: 1\nb: " + text + " # ${{ other }}\n");
    assertThat(problems())
        .containsExactly(
            "f.yaml:2: b: has ${{ in a form that is not read; write ${{ env \"NAME\" }}");
  }

  @Test
  void mergeKey_addsWhatIsNotThere() {
    Mapping root = (Mapping) read("""
        base: &base {a: 1, b: 2}
        more: &more {b: 3, c: 4}
        one: {<<: *base, a: 0}
        all:
          <<: [*base, *more, {d: 5}]
        text: {"<<": 1}
        """).get(0);
    assertThat(problems()).isEmpty();
    assertThat(texts(root, 2)).containsExactly("a=0", "b=2");
    assertThat(texts(root, 3)).containsExactly("a=1", "b=2", "c=4", "d=5");
    assertThat(texts(root, 4)).containsExactly("<<=1");

    read("a:\n  <<: 1\nb:\n  <<: [{}, x]\nc:\n  <<: {}\n  <<: {}\n");
    assertThat(problems())
        .containsExactly(
            "f.yaml:2: a: has << before a number, must be a mapping",
            "f.yaml:4: b: has << before a text, must be a mapping",
            "f.yaml:7: c.<<: stands here twice, first on line 6");
  }

  private static List<String> texts(Mapping root, int entry) {
    return ((Mapping) root.entries().get(entry).value())
        .entries().stream()
            .map(each -> each.name() + "=" + ((Scalar) each.value()).text())
            .toList();
  }

  @Test
  void variable_withDecksFunctions_isReplaced() {
    assertThat(a("a: ${{ env \"YES\" | toBool | indent 2 }}").text()).isEqualTo("true");
  }

  @Test
  void variable_cannotChangeTheStructure() {
    Mapping root = (Mapping) read("a: ${{ env \"LINES\" }}\nb: 1\n").get(0);

    assertThat(root.entries()).extracting(ConfigNode.Entry::name).containsExactly("a", "b");
    assertThat(((Scalar) root.entries().get(0).value()).text()).isEqualTo("a: b\n- c # \"");
    assertThat(root.entries().get(1).line()).isEqualTo(2);
  }

  @Test
  void variable_isOfTheTypeThatTheFieldWants() {
    Scalar value = a("a: ${{ env \"YES\" }}");

    assertThat(value.booleanValue()).isTrue();
    assertThat(value.textValue()).isTrue();
  }

  @Test
  void variable_thatIsNotSet_isAProblem_exceptInAComment() {
    read("a: x # ${{ env \"GONE\" }}\nb:\n  c: [1, ${{ env \"MISSING\" }}]\n");

    assertThat(problems())
        .containsExactly("f.yaml:3: b.c[1]: environment variable MISSING is not set");
  }

  @Test
  void placeholderCharacters_ofTheFileItself_stayText() {
    assertThat(a("a: \"x\\ue0f07\\ue0f1\"").text()).isEqualTo("x\ue0f07\ue0f1");
    assertThat(a("a: \"\\ue0f099999999999\\ue0f1\"").text()).isEqualTo("\ue0f099999999999\ue0f1");
  }

  @Test
  void nameThatStandsTwice_isAProblem() {
    read("a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\n");

    assertThat(problems()).containsExactly("f.yaml:5: b.c: stands here twice, first on line 3");
  }

  @Test
  void alias_isWhatItStandsFor() {
    Mapping root = (Mapping) read("a: &x [1, 2]\nb: *x\n").get(0);

    assertThat(root.entries().get(1).value()).isEqualTo(root.entries().get(0).value());
    assertThat(problems()).isEmpty();
  }

  @Test
  void alias_ofWhatItIsPartOf_isAProblem() {
    read("a: &x\n  b: *x\n");

    assertThat(problems())
        .hasSize(1)
        .first()
        .asString()
        .contains("an alias points at what it is part of");
  }

  @Test
  @Timeout(20)
  void bomb_isRefusedAtOnce() {
    StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 12; i++) {
      String alias = "*a" + (i - 1);
      bomb.append("a" + i + ": &a" + i + " ["
          + String.join(", ", java.util.Collections.nCopies(9, alias)) + "]\n");
    }

    assertThat(read(bomb.toString())).isEmpty();
    assertThat(problems())
        .singleElement()
        .asString()
        .matches("f.yaml:\\d+: syntax: says too much by its aliases");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[", "{\"a\":", "- "})
  @Timeout(20)
  void deepNesting_isRefused(String opening) {
    assertThat(read(opening.repeat(20_000))).isEmpty();
    assertThat(problems()).hasSize(1).first().asString().startsWith("f.yaml");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a: [1",
        "a: b: c",
        "\ta: 1",
        "a: \"x",
        "a: 1\n b: 2",
        "a: *gone",
        "%",
        "a: @x",
        "a: \"\\q\""
      })
  void brokenText_isAProblemWithItsLine(String text) {
    assertThat(read("# first\n" + text + "\n")).isEmpty();
    assertThat(problems())
        .hasSize(1)
        .first()
        .asString()
        .matches("f\\.yaml:[23]: syntax: is not YAML: [ -~]+");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a: !!binary aGk=", "a: !x y", "!x\na: 1", "? [1]\n: x", "a: \u0000"})
  void whatIsNotOfTheCoreSchema_isAProblem(String text) {
    read(text);

    assertThat(problems()).hasSize(1);
  }

  @Test
  void syntaxProblem_showsNoValue() {
    for (String text : List.of(
        "client_secret: *hunter2",
        "client_secret: \"hunter2",
        "client_secret: 'hunter2' hunter2",
        "client_secret: {hunter2",
        "client_secret: @hunter2",
        "client_secret: !hunter2 x",
        "client_secret: !<hunter2",
        "client_secret: !h!hunter2 x",
        "client_secret: %hunter2",
        "client_secret: |hunter2",
        "client_secret: &hunter2 &hunter2 x",
        "client_secret: hunter2: x")) {
      read(text);
    }

    assertThat(problems()).hasSizeGreaterThanOrEqualTo(11);
    assertThat(problems()).noneMatch(problem -> problem.contains("hunter2"));
  }

  /** One plugin's settings, written once for many routes. */
  @Test
  void alias_mayStandOften() {
    Mapping root =
        (Mapping) read("a: &x {b: [1]}\nr: [" + "*x, ".repeat(2000) + "*x]\n").get(0);

    assertThat(((Sequence) root.entries().get(1).value()).items()).hasSize(2001);
    assertThat(problems()).isEmpty();
  }

  @Test
  @Timeout(20)
  void aliases_mayNotNestDeeper() {
    StringBuilder text = new StringBuilder("a0: &a0 [1]\n");
    for (int i = 1; i < 20_000; i++) {
      text.append("a" + i + ": &a" + i + " [*a" + (i - 1) + "]\n");
    }

    assertThat(read(text.toString())).isEmpty();
    assertThat(problems()).containsExactly("f.yaml:100: syntax: is nested deeper than 100 levels");
  }

  @Test
  void anchor_isOfItsDocument() {
    assertThat(read("a: &x 1\n---\nb: *x\n")).isEmpty();
    assertThat(problems()).singleElement().asString().contains("found undefined alias");
  }

  @Test
  void anchor_givenTwice_isTheLast() {
    Mapping root = (Mapping) read("a: &x 1\nb: &x 2\nc: *x\n*x : d\n").get(0);

    assertThat(((Scalar) root.entries().get(2).value()).text()).isEqualTo("2");
    assertThat(root.entries().get(3).name()).isEqualTo("2");
  }

  @Test
  void name_holdsNoVariable() {
    read("a:\n  ${{ env \"NAME\" }}: 1\n");

    assertThat(problems()).containsExactly("f.yaml:2: a: has a name made of a variable");
  }

  @Test
  void documents_areAllRead() {
    assertThat(read("a: 1\n---\nb: 2\n")).hasSize(2);
    assertThat(read("")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-16", "UTF-16LE", "ISO-8859-1"})
  void file_inAnotherEncoding_isRefused(String encoding, @TempDir Path directory)
      throws IOException {
    Path file = directory.resolve("k.yaml");
    Files.write(file, "a: \u00e4\n".getBytes(Charset.forName(encoding)));

    assertThat(YamlReader.readFile(file, reading)).isEmpty();
    assertThat(problems()).hasSize(1).first().asString().startsWith(file.toString());
  }

  @Test
  void file_withAByteOrderMark_isRead(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("k.yaml"), "\uFEFFa: \u00e4\r\n");

    Mapping root = (Mapping) YamlReader.readFile(file, reading).get(0);

    assertThat(root.entries()).extracting(ConfigNode.Entry::name).containsExactly("a");
  }

  @Test
  void file_thatIsNotThere_isAProblem(@TempDir Path directory) {
    assertThat(YamlReader.readFile(directory.resolve("gone.yaml"), reading)).isEmpty();
    assertThat(YamlReader.readFile(directory, reading)).isEmpty();

    assertThat(problems())
        .satisfiesExactly(
            first -> assertThat(first).endsWith("gone.yaml: file: does not exist"),
            second -> assertThat(second).contains(": file: cannot be read: "));
  }

  @Test
  void bigFile_isReadInTime() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 20_000; i++) {
      text.append("name").append(i).append(": value\n");
    }

    org.junit.jupiter.api.Assertions.assertTimeout(
        Duration.ofSeconds(20), () -> assertThat(read(text.toString())).hasSize(1));
  }

  @Test
  void file_thatFitsInNoMemory_isAProblem(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("huge.yaml");
    try (java.io.RandomAccessFile huge = new java.io.RandomAccessFile(file.toFile(), "rw")) {
      huge.setLength(3L << 30);
    }
    assertThat(YamlReader.readFile(file, reading)).isEmpty();
    assertThat(problems()).singleElement().asString().contains("is longer than");
  }

  @Test
  void functions_withoutNumber_areRead() {
    assertThat(read("a: ${{ env \"A\" " + "| toInt ".repeat(50_000) + "}}")).hasSize(1);
  }

  @Test
  void aliases_mayNotMultiply() {
    StringBuilder text = new StringBuilder("a0: &a0 [1, 1, 1]\n");
    for (int i = 1; i < 16; i++) {
      text.append("aNEW: &aNEW [*aOLD, *aOLD, *aOLD]\n"
          .replace("NEW", "" + i)
          .replace("OLD", "" + (i - 1)));
    }
    // A list of them would be told as a whole.
    assertThat(read(text.toString()).isEmpty()).isTrue();
    assertThat(problems()).singleElement().asString().contains("by its aliases");
  }
}
