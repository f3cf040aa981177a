package io.oidcgrant.examples.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TemplateTest {
  private static final Map<String, String> FIELDS = Map.of(
      ".Client.Name", "Order Service", ".Client.Labels.env", "test", ".AuthServer.ID", "as-1");

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "plain ~ plain",
        "${ .Client.Name } ~ Order Service",
        "${.Client.Name} ~ Order Service",
        "a-${ .AuthServer.ID }-${ .Client.Labels.env }-z ~ a-as-1-test-z",
        "${ .Client.Labels.env | default \"production\" } ~ test",
        "${ .Client.Labels.gone | default \"production\" } ~ production",
        "${ .Client.Labels.gone | default \"production\" | upper } ~ PRODUCTION",
        "${ upper .Client.Name } ~ ORDER SERVICE",
        "${ .Client.Name | lower } ~ order service",
        "${ \"x | y\" } ~ x | y",
        "${ default \"a\" .Client.Labels.gone } ~ a",
        "${ uuidValidate \"no\" } ~ false",
        "${ uuidParse \"AAAAAAAA-0000-0000-0000-000000000000\" } ~ aaaaaaaa-0000-0000-0000-000000000000",
        "costs $5 {x} ~ costs $5 {x}",
      })
  void render_fillsIn(String template, String text) {
    assertThat(Template.parse(template).render(FIELDS)).isEqualTo(text);
  }

  @Test
  void render_dynamicValuesHaveTheirForm() {
    assertThat(Template.parse("${ uuidv4 }").render(FIELDS))
        .matches("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
        .isNotEqualTo(Template.parse("${ uuidv4 }").render(FIELDS));
    assertThat(Template.parse("${ now | date \"2006-01-02T15:04:05Z07:00\" }").render(FIELDS))
        .matches("20\\d\\d-[01]\\d-[0-3]\\dT[0-2]\\d:[0-5]\\d:[0-5]\\dZ");
    assertThat(Template.parse("${ now | date \"20060102\" }").render(FIELDS)).matches("20\\d{6}");
    assertThat(Template.parse("${ randAlphaNum 12 }").render(FIELDS)).matches("[A-Za-z0-9]{12}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "${",
        "${ }",
        "${ .Client.Name ",
        "${ .Client.Secret }",
        "${ .Env.HOME }",
        "${ exec \"ls\" }",
        "${ upper }",
        "${ upper .Client.Name .Client.Name }",
        "${ | upper }",
        "${ .Client.Name | }",
        "${ .Client.Name | \"x\" }",
        "${ .Client.Name upper }",
        "${ \"open }",
        "${ %s }",
      })
  void parse_refusesWhatItCannotRead(String template) {
    assertThatThrownBy(() -> Template.parse(template)).isInstanceOf(IllegalArgumentException.class);
  }
}
