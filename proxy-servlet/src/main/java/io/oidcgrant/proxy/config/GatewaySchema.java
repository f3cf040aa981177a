package io.oidcgrant.proxy.config;

import com.nimbusds.jose.util.JSONObjectUtils;
import io.oidcgrant.config.ConfigSchema;
import io.oidcgrant.config.PluginEntry;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** JSON Schema (2020-12) of the declarative file, for editors; {@code check} knows more. */
public final class GatewaySchema {
  private static final Map<String, Object> TEXT = Map.of("type", "string");
  private static final Map<String, Object> ANY = Map.of();

  private GatewaySchema() {}

  /** The schema as JSON. */
  public static String json() {
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
    schema.put("title", "Kong's declarative format, as oidc-proxy reads it");
    schema.put("type", "object");
    Map<String, Object> properties = new LinkedHashMap<>();
    properties.put("_format_version", TEXT);
    properties.put("services", list("service"));
    properties.put("routes", list("route"));
    properties.put("plugins", list("plugin"));
    for (String name : List.of("certificates", "ca_certificates", "consumers")) {
      properties.put(name, Map.of("type", "array", "items", Map.of("type", "object")));
    }
    schema.put("properties", properties);
    schema.put(
        "$defs",
        Map.of(
            "service",
            service(),
            "route",
            route(),
            "plugin",
            plugin(),
            PluginEntry.OPENID_CONNECT,
            ConfigSchema.openidConnect(),
            PluginEntry.UPSTREAM_OAUTH,
            ConfigSchema.upstreamOAuth()));
    return JSONObjectUtils.toJSONString(schema);
  }

  private static Map<String, Object> list(String of) {
    return Map.of("type", "array", "items", ref(of));
  }

  private static Map<String, Object> ref(String of) {
    return Map.of("$ref", "#/$defs/" + of);
  }

  private static Map<String, Object> service() {
    Map<String, Object> properties = common(
        "tls_sans", "tls_verify", "tls_verify_depth", "ca_certificates", "client_certificate");
    for (String name : List.of("url", "protocol", "host", "path")) {
      properties.put(name, TEXT);
    }
    for (String name :
        List.of("port", "retries", "connect_timeout", "read_timeout", "write_timeout")) {
      properties.put(name, Map.of("type", List.of("integer", "string")));
    }
    properties.put("routes", list("route"));
    properties.put("plugins", list("plugin"));
    return ConfigSchema.object(properties);
  }

  private static Map<String, Object> route() {
    Map<String, Object> properties = common(
        "service",
        "paths",
        "hosts",
        "methods",
        "headers",
        "snis",
        "protocols",
        "strip_path",
        "preserve_host",
        "regex_priority",
        "path_handling",
        "https_redirect_status_code",
        "request_buffering",
        "response_buffering");
    properties.put("plugins", list("plugin"));
    return ConfigSchema.object(properties);
  }

  private static Map<String, Object> plugin() {
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("type", "object");
    schema.put("required", List.of("name"));
    schema.put("properties", Map.of("name", TEXT));
    schema.put(
        "allOf",
        List.of(configOf(PluginEntry.OPENID_CONNECT), configOf(PluginEntry.UPSTREAM_OAUTH)));
    return schema;
  }

  private static Map<String, Object> configOf(String name) {
    return Map.of(
        "if", Map.of("properties", Map.of("name", Map.of("const", name))),
        "then", Map.of("properties", Map.of("config", ref(name))));
  }

  private static Map<String, Object> common(String... more) {
    Map<String, Object> properties = new LinkedHashMap<>();
    properties.put("name", TEXT);
    properties.put("id", TEXT);
    for (String name :
        List.of("enabled", "tags", "created_at", "updated_at", "ws_id", "_comment")) {
      properties.put(name, ANY);
    }
    for (String name : more) {
      properties.put(name, ANY);
    }
    return properties;
  }
}
