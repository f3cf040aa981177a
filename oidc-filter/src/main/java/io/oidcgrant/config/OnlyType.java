package io.oidcgrant.config;

import java.util.Map;
import java.util.Optional;

/**
 * A field of Kong's of which this release does one value: any other is refused, or warned of under
 * {@code --compat kong}; none of them weakens anything.
 */
record OnlyType<T>(FieldType<T> type, T value) implements FieldType<T> {
  @Override
  public Optional<T> read(ConfigNode node, String path, Reading reading) {
    Optional<T> written = type.read(node, path, reading);
    Optional<String> wrong = written.flatMap(this::wrong);
    if (wrong.isEmpty()) {
      return written;
    }
    if (reading.kongCompatible()) {
      reading.warning(node, path, wrong.get() + " and ignored");
      return Optional.of(value);
    }
    reading.problem(node, path, wrong.get());
    return Optional.empty();
  }

  @Override
  public Optional<String> wrong(T other) {
    return other.equals(value)
        ? Optional.empty()
        : Optional.of("other than " + value + " is not implemented in this release");
  }

  @Override
  public Map<String, Object> schema() {
    return Map.of("const", value);
  }

  @Override
  public String words() {
    return "only " + value;
  }
}
