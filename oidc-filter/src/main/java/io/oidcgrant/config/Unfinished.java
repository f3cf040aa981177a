package io.oidcgrant.config;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** One of Kong's words, of which this release implements some. */
record Unfinished(List<String> implemented, List<String> missing) implements FieldType<String> {
  @Override
  public Optional<String> read(ConfigNode node, String path, Reading reading) {
    Optional<String> word = FieldType.oneOf(
            Stream.concat(implemented.stream(), missing.stream()).toArray(String[]::new))
        .read(node, path, reading);
    if (word.isPresent() && missing.contains(word.get())) {
      reading.problem(
          node,
          path,
          word.get() + " is not implemented in this release; implemented: "
              + String.join(", ", implemented));
      return Optional.empty();
    }
    return word;
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
