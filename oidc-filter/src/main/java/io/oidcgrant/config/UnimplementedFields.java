package io.oidcgrant.config;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Fields, Kong's and some of ours, that this release does not implement. One that has its own
 * default (as in a dump of a whole configuration) asks for nothing and is accepted; any other value
 * is refused, or warned of where ignoring it cannot weaken anything and {@code --compat kong} is
 * on.
 */
final class UnimplementedFields {
  /**
   * @param normalDefault Kong's default in the form of {@link #normal}; {@code *} accepts anything,
   *     for settings of a store that is chosen by another field
   */
  private record Known(String normalDefault, boolean harmless) {}

  private final Map<String, Known> known;

  private UnimplementedFields(Map<String, Known> known) {
    this.known = known;
  }

  /** The table in the resource {@code NAME-unimplemented.tsv}: name, default, harmless. */
  static UnimplementedFields load(String name) {
    Map<String, Known> known = new LinkedHashMap<>();
    String resource = name + "-unimplemented.tsv";
    try (BufferedReader lines = new BufferedReader(new InputStreamReader(
        Objects.requireNonNull(UnimplementedFields.class.getResourceAsStream(resource), resource),
        StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] cells = line.split("\t", -1);
        known.put(cells[0], new Known(cells[1], cells[2].equals("harmless")));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new UnimplementedFields(known);
  }

  Set<String> names() {
    return Collections.unmodifiableSet(known.keySet());
  }

  void read(ConfigNode.Entry entry, String path, Reading reading) {
    Known field = Objects.requireNonNull(known.get(entry.name()));
    if (entry.value().isNull()
        || field.normalDefault().equals("*")
        || normal(entry.value()).equals(field.normalDefault())) {
      return;
    }
    ConfigNode at = new ConfigNode.Sequence(entry.value().source(), entry.line(), List.of());
    if (reading.kongCompatible() && field.harmless()) {
      reading.warning(at, path, "is not implemented in this release and ignored");
    } else {
      reading.problem(at, path, "is a known field, but not implemented in this release");
    }
  }

  /**
   * Lists as sorted words joined by commas (an empty one as nothing), so that order and style do
   * not matter.
   */
  private static String normal(ConfigNode node) {
    if (node instanceof ConfigNode.Scalar scalar) {
      return scalar.text();
    }
    if (node instanceof ConfigNode.Sequence sequence) {
      return sequence.items().stream()
          .map(UnimplementedFields::normal)
          .sorted()
          .collect(Collectors.joining(","));
    }
    return ((ConfigNode.Mapping) node)
        .entries().stream()
            .filter(entry -> !entry.value().isNull())
            .map(entry -> entry.name() + "=" + normal(entry.value()))
            .sorted()
            .collect(Collectors.joining(";", "{", "}"));
  }
}
