package io.oidcgrant.proxy.admin.api;

import io.oidcgrant.config.ConfigNode;
import io.oidcgrant.config.ConfigSchema;
import io.oidcgrant.config.PluginEntry;
import io.oidcgrant.proxy.config.Written;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Entities as Kong tells them: every field is there, with its default, or null, where nothing was
 * written.
 */
final class Told {
  private static final Map<String, List<String>> MEMBERS = Map.of(
      "services",
      List.of(
          "name",
          "path",
          "tags",
          "client_certificate",
          "ca_certificates",
          "tls_verify",
          "tls_verify_depth",
          "tls_sans",
          "created_at",
          "updated_at"),
      "routes",
      List.of(
          "name",
          "hosts",
          "paths",
          "methods",
          "headers",
          "snis",
          "sources",
          "destinations",
          "tags",
          "created_at",
          "updated_at"),
      "plugins",
      List.of("instance_name", "tags", "created_at", "updated_at"),
      "consumers",
      List.of("username", "custom_id", "tags", "created_at", "updated_at"),
      "certificates",
      List.of("cert", "key", "cert_alt", "key_alt", "snis", "tags", "created_at", "updated_at"),
      "ca_certificates",
      List.of("cert", "tags", "created_at", "updated_at"));

  private static final Map<String, Map<String, Object>> SETTINGS = Map.of(
      PluginEntry.OPENID_CONNECT, ConfigSchema.openidConnect(),
      PluginEntry.UPSTREAM_OAUTH, ConfigSchema.upstreamOAuth());

  private Told() {}

  /** The schema of a plugin's {@code config}; of no fields where it is none of ours. */
  static Map<String, Object> settings(String plugin) {
    return SETTINGS.getOrDefault(plugin, Map.of());
  }

  static Map<String, @Nullable Object> of(Written written) {
    Map<String, @Nullable Object> told = new LinkedHashMap<>(written.members());
    MEMBERS.getOrDefault(written.kind(), List.of()).forEach(name -> told.putIfAbsent(name, null));
    if (written.kind().equals("plugins")) {
      Map<String, Object> schema = settings(String.valueOf(told.get("name")));
      Object config = told.get("config");
      told.put("config", settings(config instanceof Map<?, ?> map ? map : Map.of(), schema));
    }
    return told;
  }

  private static Map<String, @Nullable Object> settings(Map<?, ?> written, Map<?, ?> schema) {
    Map<String, @Nullable Object> told = new LinkedHashMap<>();
    written.forEach((name, value) -> told.put(String.valueOf(name), value));
    properties(schema).forEach((name, of) -> {
      String field = String.valueOf(name);
      Map<?, ?> fieldSchema = (Map<?, ?>) of;
      Object value = told.get(field);
      if (fieldSchema.containsKey("properties")) {
        told.put(field, settings(value instanceof Map<?, ?> map ? map : Map.of(), fieldSchema));
      } else if (!told.containsKey(field)) {
        told.put(field, standard(fieldSchema));
      } else if (value != null && !(value instanceof List<?>) && isList(fieldSchema)) {
        told.put(field, List.of(value));
      }
    });
    return told;
  }

  /** The fields of a record; none of what is a value of its own. */
  static Map<?, ?> properties(Map<?, ?> schema) {
    return schema.get("properties") instanceof Map<?, ?> properties ? properties : Map.of();
  }

  /** The default of a field; a number without a fraction is written without. */
  private static @Nullable Object standard(Map<?, ?> schema) {
    Object standard = schema.get("default");
    return standard instanceof Double number && number == Math.rint(number)
        ? Long.valueOf(number.longValue())
        : standard;
  }

  private static boolean isList(Map<?, ?> schema) {
    if (schema.get("anyOf") instanceof List<?> several
        && several.get(0) instanceof Map<?, ?> first) {
      return isList(first);
    }
    return "array".equals(schema.get("type"));
  }

  /**
   * Settings without what {@link #of} has added to the ones before: an answer that is sent back
   * writes nothing that was not written.
   */
  static ConfigNode.Mapping untold(
      ConfigNode.Mapping settings, Optional<ConfigNode.Mapping> before, Map<?, ?> schema) {
    List<ConfigNode.Entry> kept = new ArrayList<>();
    for (ConfigNode.Entry entry : settings.entries()) {
      Map<?, ?> field =
          properties(schema).get(entry.name()) instanceof Map<?, ?> known ? known : Map.of();
      Optional<ConfigNode> old = before.flatMap(was -> was.entries().stream()
          .filter(each -> each.name().equals(entry.name()))
          .map(ConfigNode.Entry::value)
          .findFirst());
      if (field.containsKey("properties") && entry.value() instanceof ConfigNode.Mapping section) {
        ConfigNode.Mapping left = untold(
            section,
            old.filter(was -> was instanceof ConfigNode.Mapping)
                .map(ConfigNode.Mapping.class::cast),
            field);
        if (old.isPresent() || !left.entries().isEmpty()) {
          kept.add(new ConfigNode.Entry(entry.name(), entry.line(), left));
        }
      } else if (old.isPresent()
          || field.isEmpty()
          || !Nodes.says(entry.value(), standard(field))) {
        kept.add(entry);
      }
    }
    return new ConfigNode.Mapping(settings.source(), settings.line(), kept);
  }
}
