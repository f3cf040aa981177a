package io.oidcgrant.config;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One row of the field table: everything that the init-param, the file, the JSON Schema and the
 * reference need to know of it.
 *
 * @param name to the letter as Kong writes it
 * @param defaultValue null where there is none
 * @param sentence what it means, with units and source
 */
record Field<T>(String name, FieldType<T> type, @Nullable T defaultValue, String sentence) {
  static <T> Field<T> of(String name, FieldType<T> type, String sentence) {
    return new Field<>(name, type, null, sentence);
  }

  static <T> Field<T> of(String name, FieldType<T> type, T defaultValue, String sentence) {
    return new Field<>(name, type, defaultValue, sentence);
  }

  Optional<T> defaultsTo() {
    return Optional.ofNullable(defaultValue);
  }
}
