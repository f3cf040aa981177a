package io.oidcgrant.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * {@code REFERENCE.md} is made from the field table: {@code -Dreference.write=true} writes it anew.
 */
class ReferenceTest {
  private static final Path REFERENCE = Path.of("..", "REFERENCE.md");

  @Test
  void reference_saysWhatTheFieldTableSays() throws IOException {
    String made = render();
    if (Boolean.getBoolean("reference.write")) {
      Files.writeString(REFERENCE, made);
    }
    assertThat(Files.readString(REFERENCE)).isEqualTo(made);
  }

  private static String render() {
    StringBuilder page = new StringBuilder();
    page.append("""
        # Reference: the fields of `openid-connect` and `upstream-oauth`

        Made from the field table of the code. The same names serve in every place where a configuration may stand: `config:` of the
        plugin in a declarative file, init-params of the filter (lists separated by commas or white space), and the Java builder (in
        camelCase). A single value where a list is expected is a list of one; `null` unsets. In files and init-params every text marked
        *reference* may be written `{vault://env/NAME}`, `{vault://env/NAME/KEY}` or `{file:PATH}`, and every value in a file
        `${{ env "NAME" }}`.

        | field | type | default | meaning |
        | --- | --- | --- | --- |
        """);
    rows(page, OidcFields.rows());
    page.append("""

        ## Fields of `upstream-oauth`

        What stands before the dot is the mapping that holds the field in a file; init-params have the whole name, the Java builder the
        part behind the dot in camelCase (with `cache` before those of the cache).

        | field | type | default | meaning |
        | --- | --- | --- | --- |
        """);
    rows(page, UpstreamOAuthFields.rows());
    page.append("""

        ## Known fields of `openid-connect` that this release does not implement

        Each may stand in a file with Kong's own default (as in a dump of a whole configuration); any other value is refused with a
        message that says so. With `--compat kong` those that cannot weaken anything are warned of and ignored.

        """);
    page.append(UnimplementedFields.load("openid-connect").names().stream()
            .sorted()
            .map(name -> "`" + name + "`")
            .collect(Collectors.joining(", ")))
        .append(".\n");
    return page.toString();
  }

  private static void rows(StringBuilder page, List<Field<?>> fields) {
    for (Field<?> field : fields) {
      page.append("| `")
          .append(field.name())
          .append("` | ")
          .append(type(field.type()))
          .append(" | ")
          .append(field.defaultsTo().map(ReferenceTest::shown).orElse("–"))
          .append(" | ")
          .append(field.sentence())
          .append(" |\n");
    }
  }

  private static String type(FieldType<?> type) {
    String words = type.words().replace(" | ", ", ");
    return (words.equals("a text") ? "text" : words.replace("list of a text", "list of texts"))
        + (referenceable(type) ? ", *reference*" : "");
  }

  /** Whether the type goes to look for a file. */
  private static boolean referenceable(FieldType<?> type) {
    Reading reading = new Reading(name -> null, false);
    type.read(ConfigNode.Scalar.text("test", "{file:/nowhere}"), "", reading);
    return reading.problems().stream().anyMatch(p -> p.message().contains("cannot be read"));
  }

  private static String shown(Object value) {
    if (value instanceof List<?> list) {
      return list.isEmpty()
          ? "empty"
          : list.stream().map(item -> "`" + item + "`").collect(Collectors.joining(", "));
    }
    return value instanceof Double number && number == Math.rint(number)
        ? "`" + number.longValue() + "`"
        : "`" + value + "`";
  }
}
