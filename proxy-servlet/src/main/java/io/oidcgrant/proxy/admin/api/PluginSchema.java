package io.oidcgrant.proxy.admin.api;

import io.oidcgrant.config.ConfigSchema;
import io.oidcgrant.config.PluginEntry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The fields of a plugin in the form in which Kong tells them. */
final class PluginSchema {
  private PluginSchema() {}

  static List<String> names() {
    return List.of(PluginEntry.OPENID_CONNECT, PluginEntry.UPSTREAM_OAUTH);
  }

  /** Of the plugin of this name; empty where there is none. */
  static Optional<Map<String, @Nullable Object>> of(String plugin) {
    return switch (plugin) {
      case PluginEntry.OPENID_CONNECT -> Optional.of(schema(ConfigSchema.openidConnect()));
      case PluginEntry.UPSTREAM_OAUTH -> Optional.of(schema(ConfigSchema.upstreamOAuth()));
      default -> Optional.empty();
    };
  }

  private static Map<String, @Nullable Object> schema(Map<String, Object> config) {
    return Answer.object("fields", List.of(Map.of("config", record(config))));
  }

  private static Map<String, Object> record(Map<?, ?> schema) {
    List<Map<String, Object>> fields = new ArrayList<>();
    if (schema.get("properties") instanceof Map<?, ?> properties) {
      properties.forEach((name, field) -> {
        if (field instanceof Map<?, ?> of) {
          fields.add(Map.of(String.valueOf(name), field(of)));
        }
      });
    }
    Map<String, Object> record = new LinkedHashMap<>();
    record.put("type", "record");
    record.put("fields", fields);
    return record;
  }

  private static Map<String, Object> field(Map<?, ?> schema) {
    if (schema.containsKey("properties")) {
      return record(schema);
    }
    Map<String, Object> field = new LinkedHashMap<>(type(schema));
    for (String name : List.of("description", "default")) {
      Object value = schema.get(name);
      if (value != null) {
        field.put(name, value);
      }
    }
    return field;
  }

  /** The first of several is the field's own; the others are what may stand instead. */
  private static Map<String, Object> type(Map<?, ?> schema) {
    if (schema.get("anyOf") instanceof List<?> several
        && several.get(0) instanceof Map<?, ?> first) {
      return type(first);
    }
    String type = String.valueOf(schema.get("type"));
    Map<String, Object> told = new LinkedHashMap<>();
    told.put("type", type.equals("object") ? "map" : type);
    if (schema.get("items") instanceof Map<?, ?> items) {
      told.put("elements", type(items));
    }
    if (schema.get("enum") instanceof List<?> values) {
      told.put("one_of", values);
    }
    return told;
  }
}
