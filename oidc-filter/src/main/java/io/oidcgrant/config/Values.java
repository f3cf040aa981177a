package io.oidcgrant.config;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Values of fields: written, written as null, or not written at all. */
final class Values {
  private final Map<String, Optional<?>> written;

  Values() {
    this.written = new HashMap<>();
  }

  /** A copy that does not change any more. */
  Values(Values other) {
    this.written = Map.copyOf(other.written);
  }

  void put(Field<?> field, Optional<?> value) {
    written.put(field.name(), value);
  }

  boolean isWritten(Field<?> field) {
    return written.containsKey(field.name());
  }

  /** Whether something else than the default was written, and not null. */
  boolean isSet(Field<?> field) {
    return !isDefault(field) && find(field).isPresent();
  }

  /** Whether it is as where nothing was written. */
  boolean isDefault(Field<?> field) {
    Optional<?> value = written.get(field.name());
    return value == null || value.equals(field.defaultsTo());
  }

  /** The value or the default; none where null was written. */
  @SuppressWarnings("unchecked") // put by the field's own type
  <T> Optional<T> find(Field<T> field) {
    Optional<?> value = written.get(field.name());
    return value == null ? field.defaultsTo() : (Optional<T>) value;
  }

  /** The value, or the default also where null was written: for fields that cannot do without. */
  <T> T get(Field<T> field) {
    Optional<T> value = find(field);
    return value.isPresent() ? value.get() : Objects.requireNonNull(field.defaultValue());
  }
}
