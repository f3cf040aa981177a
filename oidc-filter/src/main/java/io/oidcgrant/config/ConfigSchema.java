package io.oidcgrant.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** JSON Schema (2020-12) of the plugins' settings, made of the tables by which they are read. */
public final class ConfigSchema {
  /** What decK replaces before a value has a type. */
  private static final Map<String, Object> VARIABLE =
      Map.of("type", "string", "pattern", "\\$\\{\\{\\s*env");

  private ConfigSchema() {}

  /** Of the {@code config} of {@code openid-connect}. */
  public static Map<String, Object> openidConnect() {
    Map<String, Object> properties = new LinkedHashMap<>();
    OidcFields.rows().forEach(field -> properties.put(field.name(), of(field)));
    return object(properties);
  }

  /** Of the {@code config} of {@code upstream-oauth}. */
  public static Map<String, Object> upstreamOAuth() {
    Map<String, Map<String, Object>> sections = new LinkedHashMap<>();
    for (Field<?> field : UpstreamOAuthFields.rows()) {
      int dot = field.name().indexOf('.');
      sections
          .computeIfAbsent(field.name().substring(0, dot), name -> new LinkedHashMap<>())
          .put(field.name().substring(dot + 1), of(field));
    }
    Map<String, Object> properties = new LinkedHashMap<>();
    sections.forEach((name, fields) -> properties.put(name, object(fields)));
    return object(properties);
  }

  /** An object that has these properties and no others. */
  public static Map<String, Object> object(Map<String, ?> properties) {
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("type", "object");
    schema.put("properties", properties);
    schema.put("additionalProperties", false);
    return schema;
  }

  private static Map<String, Object> of(Field<?> field) {
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("description", field.sentence());
    schema.put("anyOf", List.of(field.type().schema(), Map.of("type", "null"), VARIABLE));
    Object standard = field.defaultValue();
    if (standard instanceof String
        || standard instanceof Number
        || standard instanceof Boolean
        || standard instanceof List<?>) {
      schema.put("default", standard);
    }
    return schema;
  }
}
