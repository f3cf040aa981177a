package io.oidcgrant.config;

import java.util.ArrayList;
import java.util.List;

/** Collects rows of the field table, in their order. */
final class FieldRows {
  private final List<Field<?>> rows = new ArrayList<>();

  <T> Field<T> row(String name, FieldType<T> type, String sentence) {
    return register(Field.of(name, type, sentence));
  }

  <T> Field<T> row(String name, FieldType<T> type, T defaultValue, String sentence) {
    return register(Field.of(name, type, defaultValue, sentence));
  }

  private <T> Field<T> register(Field<T> field) {
    rows.add(field);
    return field;
  }

  List<Field<?>> all() {
    return List.copyOf(rows);
  }
}
