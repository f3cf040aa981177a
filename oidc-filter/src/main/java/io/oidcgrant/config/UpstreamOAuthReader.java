package io.oidcgrant.config;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Reads the fields of {@code upstream-oauth}, which stand in four mappings. */
final class UpstreamOAuthReader {
  private static final List<String> SECTIONS = List.of("oauth", "client", "cache", "behavior");

  private UpstreamOAuthReader() {}

  static Optional<UpstreamOAuthConfig> read(ConfigNode node, String path, Reading reading) {
    Optional<MappingReader> found = MappingReader.of(node, path, reading);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    int before = reading.problemCount();
    Values values = new Values();
    Map<String, Integer> lines = new LinkedHashMap<>();
    Set<Field<?>> broken = new HashSet<>();
    sections(found.get(), values, lines, broken, reading);
    if (reading.kongCompatible() && !values.isWritten(UpstreamOAuthFields.INSECURE_HTTP_ISSUER)) {
      values.put(UpstreamOAuthFields.INSECURE_HTTP_ISSUER, Optional.of(true));
    }
    UpstreamOAuthRules.check(values, (field, message) -> {
      if (!broken.contains(field)) {
        reading.problem(
            node.source(),
            lines.getOrDefault(field.name(), node.line()),
            found.get().pathOf(field.name()),
            message);
      }
    });
    if (reading.problemCount() > before) {
      return Optional.empty();
    }
    UpstreamOAuthLint.check(
        values,
        (field, message) -> reading.warning(
            node.source(),
            lines.getOrDefault(field.name(), node.line()),
            found.get().pathOf(field.name()),
            message));
    return Optional.of(new UpstreamOAuthConfig(values, reading.kongCompatible()));
  }

  /** Notes what is wrong with single fields. */
  static void checkTypes(ConfigNode node, String path, Reading reading) {
    MappingReader.of(node, path, reading)
        .ifPresent(mapping ->
            sections(mapping, new Values(), new LinkedHashMap<>(), new HashSet<>(), reading));
  }

  private static void sections(
      MappingReader config,
      Values values,
      Map<String, Integer> lines,
      Set<Field<?>> broken,
      Reading reading) {
    for (String section : SECTIONS) {
      config
          .take(section)
          .flatMap(inner -> MappingReader.of(inner, config.pathOf(section), reading))
          .ifPresent(mapping -> section(section, mapping, values, lines, broken, reading));
    }
    config.finish();
  }

  private static void section(
      String section,
      MappingReader mapping,
      Values values,
      Map<String, Integer> lines,
      Set<Field<?>> broken,
      Reading reading) {
    Map<String, Integer> written = new LinkedHashMap<>();
    if (mapping.node() instanceof ConfigNode.Mapping entries) {
      entries.entries().forEach(entry -> written.put(entry.name(), entry.line()));
    }
    for (Field<?> field : UpstreamOAuthFields.rows()) {
      if (!field.name().startsWith(section + ".")) {
        continue;
      }
      String name = field.name().substring(section.length() + 1);
      Optional<ConfigNode> value = mapping.take(name);
      if (!written.containsKey(name)) {
        continue;
      }
      lines.put(field.name(), written.get(name));
      Optional<?> typed = value.flatMap(at -> field.type().read(at, mapping.pathOf(name), reading));
      values.put(field, typed);
      if (value.isPresent() && typed.isEmpty()) {
        broken.add(field);
      }
    }
    if (section.equals("cache")) {
      // Settings of stores: of the shared dictionary there is none, Redis is chosen by the
      // strategy.
      mapping.ignore("memory", "redis");
    }
    mapping.finish();
  }

  static UpstreamOAuthConfig fromTexts(
      String source, Iterable<String> names, UnaryOperator<String> texts) {
    Reading reading = new Reading();
    Map<String, List<ConfigNode.Entry>> sections = new LinkedHashMap<>();
    for (String name : names) {
      int dot = name.indexOf('.');
      String section = dot < 0 ? name : name.substring(0, dot);
      String rest = dot < 0 ? "" : name.substring(dot + 1);
      FieldType<?> type = UpstreamOAuthFields.rows().stream()
          .filter(field -> field.name().equals(name))
          .findFirst()
          .<FieldType<?>>map(Field::type)
          .orElse(FieldType.TEXT);
      String text = texts.apply(name);
      ConfigNode value = text.isEmpty()
          ? new ConfigNode.Scalar(source, 0, "", true, false)
          : FieldType.fromText(type, source, text, reading);
      if (dot < 0) {
        reading.problem(source, 0, name, "unknown field; fields are named such as oauth.client_id");
      } else {
        sections
            .computeIfAbsent(section, key -> new ArrayList<>())
            .add(new ConfigNode.Entry(rest, 0, value));
      }
    }
    List<ConfigNode.Entry> entries = new ArrayList<>();
    sections.forEach((section, fields) ->
        entries.add(new ConfigNode.Entry(section, 0, new ConfigNode.Mapping(source, 0, fields))));
    Optional<UpstreamOAuthConfig> config =
        read(new ConfigNode.Mapping(source, 0, entries), "", reading);
    reading.throwIfAny();
    return config.orElseThrow();
  }
}
