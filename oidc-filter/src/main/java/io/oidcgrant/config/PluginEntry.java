package io.oidcgrant.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One entry of a {@code plugins} list that is ours.
 *
 * @param name {@code openid-connect} or {@code upstream-oauth}
 * @param service name or id of the service it is bound to, written at the entry itself
 * @param route the same for a route
 * @param enabled whether its settings count; they are not read otherwise
 * @param config of {@code openid-connect}; empty where it is wrong or the other
 * @param upstreamOAuth of {@code upstream-oauth}; the same
 */
public record PluginEntry(
    String name,
    ConfigNode node,
    String path,
    Optional<String> service,
    Optional<String> route,
    boolean enabled,
    Optional<OidcGrantConfig> config,
    Optional<UpstreamOAuthConfig> upstreamOAuth) {
  public static final String OPENID_CONNECT = "openid-connect";
  public static final String UPSTREAM_OAUTH = "upstream-oauth";

  private static final FieldType<List<String>> TEXTS = FieldType.listOf(FieldType.TEXT);
  private static final FieldType<List<String>> PROTOCOLS =
      FieldType.listOf(FieldType.oneOf("http", "https", "grpc", "grpcs", "ws", "wss"));

  /** The entries of a {@code plugins} list that are ours; others are skipped, with a warning. */
  public static List<PluginEntry> readAll(List<ConfigNode> items, String path, Reading reading) {
    List<PluginEntry> entries = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      read(items.get(i), path + "[" + i + "]", reading).ifPresent(entries::add);
    }
    return entries;
  }

  /** One entry of such a list. */
  static Optional<PluginEntry> read(ConfigNode node, String path, Reading reading) {
    Optional<MappingReader> found = MappingReader.of(node, path, reading);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    MappingReader mapping = found.get();
    Optional<String> name = mapping.take("name", FieldType.TEXT);
    if (name.isEmpty()) {
      mapping.problem("name", null, "is missing");
      return Optional.empty();
    }
    boolean service = name.get().equals(UPSTREAM_OAUTH);
    if (!service && !name.get().equals(OPENID_CONNECT)) {
      reading.warning(node, mapping.pathOf("name"), "plugin is not one of ours and skipped");
      return Optional.empty();
    }
    boolean enabled = mapping.take("enabled", FieldType.BOOLEAN).orElse(true);
    mapping.take("instance_name", FieldType.TEXT);
    mapping.take("tags", TEXTS);
    mapping.take("protocols", PROTOCOLS);
    mapping.ignore("id", "created_at", "updated_at", "run_on", "ws_id");
    Optional<String> ofService = reference(mapping, "service", reading);
    Optional<String> route = reference(mapping, "route", reading);
    mapping.notImplemented(
        "consumer", "consumer_group", "ordering", "condition", "partials", "_config", "_comment");
    Optional<ConfigNode> config = mapping.take("config");
    mapping.finish();
    if (!enabled) {
      return Optional.of(new PluginEntry(
          name.get(), node, path, ofService, route, false, Optional.empty(), Optional.empty()));
    }
    if (config.isEmpty()) {
      mapping.problem("config", null, "is missing");
      return Optional.empty();
    }
    String place = mapping.pathOf("config");
    return Optional.of(new PluginEntry(
        name.get(),
        node,
        path,
        ofService,
        route,
        true,
        service ? Optional.empty() : OidcGrantConfig.read(config.get(), place, reading),
        service ? UpstreamOAuthConfig.read(config.get(), place, reading) : Optional.empty()));
  }

  /**
   * Notes what is wrong with single settings, as far as it does not need the others: of an entry
   * that does not count, and so is not read.
   */
  public static void checkTypes(String name, ConfigNode config, String path, Reading reading) {
    if (name.equals(OPENID_CONNECT)) {
      ConfigReader.checkTypes(config, path, reading);
    } else if (name.equals(UPSTREAM_OAUTH)) {
      UpstreamOAuthReader.checkTypes(config, path, reading);
    }
  }

  /**
   * A reference to another thing, written as its name or id, or as a mapping that holds one of
   * them.
   */
  public static Optional<String> reference(MappingReader mapping, String name, Reading reading) {
    Optional<ConfigNode> value = mapping.take(name);
    if (value.isEmpty()) {
      return Optional.empty();
    }
    if (value.get() instanceof ConfigNode.Mapping) {
      return MappingReader.of(value.get(), mapping.pathOf(name), reading).flatMap(inner -> {
        Optional<String> id = inner.take("id", FieldType.TEXT);
        Optional<String> named = inner.take("name", FieldType.TEXT);
        inner.finish();
        if (id.isEmpty() && named.isEmpty()) {
          inner.problem("name", null, "is missing");
        }
        return named.or(() -> id);
      });
    }
    return FieldType.TEXT.read(value.get(), mapping.pathOf(name), reading);
  }
}
