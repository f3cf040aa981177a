package io.oidcgrant.proxy.config;

import io.oidcgrant.config.FieldType;
import io.oidcgrant.config.MappingReader;

/** Fields of which this release does one value only. */
final class Accepted {
  private Accepted() {}

  static <T> void only(MappingReader fields, String name, FieldType<T> type, T value) {
    fields
        .take(name, type)
        .filter(written -> !written.equals(value))
        .ifPresent(written -> fields.problem(
            name, null, "other than " + value + " is not implemented in this release"));
  }
}
