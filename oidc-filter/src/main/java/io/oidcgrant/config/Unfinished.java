package io.oidcgrant.config;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** One of Kong's words, of which this release implements some. */
record Unfinished(List<String> implemented, List<String> missing) implements FieldType<String> {
  @Override
  public Optional<String> read(ConfigNode node, String path, Reading reading) {
    Optional<String> word = TEXT.read(node, path, reading);
    Optional<String> wrong = word.flatMap(this::wrong);
    wrong.ifPresent(message -> reading.problem(node, path, message));
    return wrong.isPresent() ? Optional.empty() : word;
  }

  @Override
  public Optional<String> wrong(String word) {
    return missing.contains(word)
        ? Optional.of(word + " is not implemented in this release; implemented: "
            + String.join(", ", implemented))
        : FieldType.oneOf(
                Stream.concat(implemented.stream(), missing.stream()).toArray(String[]::new))
            .wrong(word);
  }

  @Override
  public Map<String, Object> schema() {
    return Map.of("type", "string", "enum", implemented);
  }

  @Override
  public String words() {
    return String.join(" | ", implemented);
  }
}
