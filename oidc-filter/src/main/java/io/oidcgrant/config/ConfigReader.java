package io.oidcgrant.config;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Reads the fields of {@code openid-connect} from what was written. */
final class ConfigReader {
  private static final UnimplementedFields UNIMPLEMENTED =
      UnimplementedFields.load("openid-connect");

  private ConfigReader() {}

  /**
   * The plugin's {@code config} mapping; empty, with every problem noted, where it is not right.
   */
  static Optional<OidcGrantConfig> read(ConfigNode node, String path, Reading reading) {
    Optional<MappingReader> mapping = MappingReader.of(node, path, reading);
    if (mapping.isEmpty()) {
      return Optional.empty();
    }
    int before = reading.problemCount();
    Values values = new Values();
    Set<Field<?>> broken = fields(mapping.get(), values, reading);
    if (reading.kongCompatible() && !values.isWritten(OidcFields.INSECURE_ANY_AUDIENCE)) {
      // As Kong: without audience_required any audience is good.
      values.put(OidcFields.INSECURE_ANY_AUDIENCE, Optional.of(true));
    }
    OidcRules.check(values, reading.consumers(), (field, message) -> {
      if (!broken.contains(field)) {
        reading.problem(
            node.source(),
            mapping.get().lineOf(field.name()),
            mapping.get().pathOf(field.name()),
            message);
      }
    });
    if (reading.problemCount() > before) {
      return Optional.empty();
    }
    OidcLint.check(
        values,
        (field, message) -> reading.warning(
            node.source(),
            mapping.get().lineOf(field.name()),
            mapping.get().pathOf(field.name()),
            message));
    return Optional.of(new OidcGrantConfig(values, reading.consumers(), reading.kongCompatible()));
  }

  /** The fields, each by itself; those of the wrong type. */
  private static Set<Field<?>> fields(MappingReader mapping, Values values, Reading reading) {
    Set<Field<?>> broken = new HashSet<>();
    for (ConfigNode.Entry entry : mapping.takeRest()) {
      Field<?> field = OidcFields.named(entry.name());
      if (field == null) {
        unknown(entry, mapping.pathOf(entry.name()), reading);
      } else if (entry.value().isNull()) {
        values.put(field, Optional.empty());
      } else {
        Optional<?> typed = field.type().read(entry.value(), mapping.pathOf(field.name()), reading);
        values.put(field, typed);
        if (typed.isEmpty()) {
          broken.add(field);
        }
      }
    }
    return broken;
  }

  /** Notes what is wrong with single fields. */
  static void checkTypes(ConfigNode node, String path, Reading reading) {
    MappingReader.of(node, path, reading)
        .ifPresent(mapping -> fields(mapping, new Values(), reading));
  }

  private static void unknown(ConfigNode.Entry entry, String path, Reading reading) {
    if (UNIMPLEMENTED.names().contains(entry.name())) {
      UNIMPLEMENTED.read(entry, path, reading);
      return;
    }
    List<String> names = new ArrayList<>(UNIMPLEMENTED.names());
    OidcFields.rows().forEach(field -> names.add(field.name()));
    reading.problem(
        entry.value().source(),
        entry.line(),
        path,
        "unknown field"
            + Nearest.to(entry.name(), names)
                .map(n -> "; did you mean " + n + "?")
                .orElse(""));
  }

  /**
   * Settings from named texts, such as a servlet's init-params; lists are separated by commas or
   * white space, secrets are taken as they are.
   *
   * @param texts the text of a name, null where there is none
   * @throws ConfigException with every problem
   */
  static OidcGrantConfig fromTexts(
      String source, Iterable<String> names, UnaryOperator<String> texts) {
    List<ConfigNode.Entry> entries = new ArrayList<>();
    Reading reading = new Reading();
    for (String name : names) {
      String text = texts.apply(name);
      Field<?> field = OidcFields.named(name);
      FieldType<?> type = field == null ? FieldType.TEXT : field.type();
      ConfigNode value = text.isEmpty()
          ? new ConfigNode.Scalar(source, 0, "", true, false)
          : FieldType.fromText(type, source, text, reading);
      entries.add(new ConfigNode.Entry(name, 0, value));
    }
    Optional<OidcGrantConfig> config =
        read(new ConfigNode.Mapping(source, 0, entries), "", reading);
    reading.throwIfAny();
    return config.orElseThrow();
  }
}
