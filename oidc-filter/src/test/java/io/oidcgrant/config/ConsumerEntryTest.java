package io.oidcgrant.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.oidcgrant.protocol.Consumer;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Entries of {@code consumers[]}. */
class ConsumerEntryTest {
  private final Reading reading =
      new Reading(name -> "FROM".equals(name) ? "vaulted" : null, false);

  private List<Consumer> read(String... documents) {
    for (String text : documents) {
      YamlReader.read("k.yaml", text, reading).forEach(reading::readEntities);
    }
    return reading.consumers().all();
  }

  private List<String> problems() {
    return reading.problems().stream().map(ConfigProblem::toString).toList();
  }

  @Test
  void consumers_ofAllDocuments_areRead() {
    List<Consumer> read = read(
        "consumers: [{id: a, username: alice, custom_id: '1', tags: [x], created_at: 5}]",
        "consumers: [{username: '{vault://env/FROM}'}, {custom_id: c, plugins: [], groups: null}]",
        "consumers:",
        "services: []");

    assertThat(problems()).isEmpty();
    assertThat(read).hasSize(3);
    assertThat(read.get(0)).isEqualTo(new Consumer("a", Optional.of("alice"), Optional.of("1")));
    assertThat(read.get(1).username()).contains("vaulted");
    assertThat(read.get(2).customId()).contains("c");
  }

  @Test
  void idThatIsNotWritten_isTheSameAtEveryStart_andAnotherForEverybody() {
    String text = "consumers: [{username: a}, {custom_id: a}, {username: b, custom_id: a1}]";
    List<String> ids = read(text).stream().map(Consumer::id).toList();

    assertThat(ids)
        .doesNotHaveDuplicates()
        .allMatch(id -> id.matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"));
    Reading again = new Reading(name -> null, false);
    YamlReader.read("k.yaml", text, again).forEach(again::readEntities);
    assertThat(again.consumers().all()).isEqualTo(reading.consumers().all());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{a: 1} | consumers: is a mapping, must be a list",
        "[x] | consumers[0]: is a text, must be a mapping",
        "[{id: a}] | consumers[0].username: is missing: a consumer has a username or a custom_id",
        "[{username: ''}] | consumers[0].username: is empty",
        "[{username: a, custom_id: ''}] | consumers[0].custom_id: is empty",
        "[{id: '', username: a}] | consumers[0].id: is empty",
        "[{username: 5}] | consumers[0].username: is a number, must be a text: put it in quotes",
        "[{username: a, usrname: b}] | consumers[0].usrname: unknown field; did you mean username?",
        "[{username: a, keyauth_credentials: [{key: k}]}] | consumers[0].keyauth_credentials: is not implemented in this release",
        "[{username: a, plugins: [{name: x}]}] | consumers[0].plugins: is not implemented in this release",
        "[{username: a}, {username: a, id: x}] | consumers[1].username: is that of another consumer",
        "[{id: x, username: a}, {id: x, username: b}] | consumers[1].id: is that of another consumer",
        "[{custom_id: a}, {username: b, custom_id: a}] | consumers[1].custom_id: is that of another consumer",
        "[{username: '{vault://env/NONE}'}] | consumers[0].username: ",
      })
  void problem_isTold(String entries, String problem) {
    read("consumers: " + entries);

    assertThat(problems()).hasSizeGreaterThanOrEqualTo(1);
    assertThat(problems().get(0)).startsWith("k.yaml:1: " + (problem == null ? "" : problem));
  }
}
