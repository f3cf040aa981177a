package io.oidcgrant.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.oidcgrant.config.ConfigProblem;
import io.oidcgrant.config.Reading;
import io.oidcgrant.config.YamlReader;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A declarative file, taken apart and put together again. */
class EntitiesTest {
  private final Reading reading = new Reading(name -> null, false);

  private Entities of(String yaml) {
    return Entities.of(YamlReader.read("state", yaml, reading).get(0), reading);
  }

  @Test
  void whatStandsInAnother_standsForItself_andRefersToIt() {
    Entities entities = of("""
        services:
        - name: shop
          host: h
          plugins: [{name: upstream-oauth, config: {}}]
          routes:
          - {name: cart, paths: [/c], plugins: [{name: openid-connect, config: {}}]}
        routes: [{name: top, service: shop, paths: [/t], plugins: []}]
        consumers: [{username: alice}]
        """);
    assertThat(reading.problems()).isEmpty();
    String service = entities.all("services").get(0).id();
    String route = entities.all("routes").get(0).id();
    assertThat(JsonNodes.write(entities.document()))
        .contains(
            "\"services\":[{\"id\":\"" + service + "\",\"name\":\"shop\",\"host\":\"h\"}]",
            "\"paths\":[\"/c\"],\"service\":{\"id\":\"" + service + "\"}}",
            "\"name\":\"upstream-oauth\",\"config\":{},\"service\":{\"id\":\"" + service + "\"}}",
            "\"name\":\"openid-connect\",\"config\":{},\"route\":{\"id\":\"" + route + "\"}}",
            "\"name\":\"top\",\"service\":{\"id\":\"" + service + "\"}");
    assertThat(entities.place(entities.all("routes").get(1))).isEqualTo("routes[1]");
  }

  @Test
  void putTogetherAgain_isTheSame() {
    String once = JsonNodes.write(of("""
        _format_version: "3.0"
        services: [{name: "7", host: "true", port: 80, enabled: true, path: ~, routes: [{paths: ["/"]}]}]
        unknown: {a: 1.50}
        """).document());
    assertThat(once)
        .contains("\"name\":\"7\",\"host\":\"true\",\"port\":80,\"enabled\":true,\"path\":null");
    assertThat(JsonNodes.write(of(once).document())).isEqualTo(once);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[1]",
        "services: [1]",
        "services: [{id: a}, {id: a}]",
        "services: [{routes: [x]}]",
      })
  void whatCannotBeAnEntity_isAProblem(String yaml) {
    of(yaml);
    assertThat(reading.problems()).extracting(ConfigProblem::source).containsExactly("state");
  }

  @Test
  void changes_leaveTheOnesBefore() {
    Entities before = of("services: [{name: a, host: h}]");
    Entity entity = before.all("services").get(0);
    Entities after = before.without(entity);
    assertThat(after.all("services")).isEmpty();
    assertThat(before.all("services")).hasSize(1);
    assertThat(after.with(entity).find("services", entity.id())).contains(entity);
    assertThat(List.of(entity.toString())).noneMatch(text -> text.contains("host"));
  }
}
