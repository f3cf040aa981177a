package io.oidcgrant.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The settings of one filter, kept in a file: the fields themselves, Kong's declarative format or
 * Kubernetes manifests with one such plugin in them.
 */
public final class OidcGrantFile {
  private OidcGrantFile() {}

  /** How settings of one kind are read, from a mapping of their own and from a plugin. */
  private record Kind<T>(
      String plugin, Direct<T> direct, Function<PluginEntry, Optional<T>> ofPlugin) {}

  private interface Direct<T> {
    Optional<T> read(ConfigNode node, String path, Reading reading);
  }

  private static final Kind<OidcGrantConfig> OPENID_CONNECT =
      new Kind<>(PluginEntry.OPENID_CONNECT, OidcGrantConfig::read, PluginEntry::config);
  private static final Kind<UpstreamOAuthConfig> UPSTREAM_OAUTH =
      new Kind<>(PluginEntry.UPSTREAM_OAUTH, UpstreamOAuthConfig::read, PluginEntry::upstreamOAuth);

  /**
   * The settings in {@code file}.
   *
   * @throws ConfigException with every problem
   */
  public static OidcGrantConfig load(Path file) {
    return load(file, OPENID_CONNECT);
  }

  /**
   * The settings in {@code text}.
   *
   * @param source how messages call it
   * @throws ConfigException with every problem
   */
  public static OidcGrantConfig parse(String source, String text) {
    return parse(source, text, OPENID_CONNECT);
  }

  /** As {@link #load}, for {@code upstream-oauth}. */
  public static UpstreamOAuthConfig loadUpstreamOAuth(Path file) {
    return load(file, UPSTREAM_OAUTH);
  }

  /** As {@link #parse}, for {@code upstream-oauth}. */
  public static UpstreamOAuthConfig parseUpstreamOAuth(String source, String text) {
    return parse(source, text, UPSTREAM_OAUTH);
  }

  private static <T> T load(Path file, Kind<T> kind) {
    Reading reading = new Reading();
    return pick(YamlReader.readFile(file, reading), file.toString(), reading, kind);
  }

  private static <T> T parse(String source, String text, Kind<T> kind) {
    Reading reading = new Reading();
    return pick(YamlReader.read(source, text, reading), source, reading, kind);
  }

  private static <T> T pick(
      List<ConfigNode> documents, String source, Reading reading, Kind<T> kind) {
    reading.throwIfAny();
    if (documents.stream().anyMatch(Manifest::isManifest)) {
      List<Manifest> manifests = Manifest.readAll(documents, reading);
      List<PluginEntry> plugins =
          new PluginManifests(manifests, new SecretManifests(manifests, reading), reading).all();
      Optional<T> config = only(plugins, source, reading, kind);
      reading.throwIfAny();
      return config.orElseThrow();
    }
    Optional<ConfigNode> root = YamlReader.single(documents);
    if (root.isEmpty()) {
      reading.problem(source, 0, "file", "holds " + documents.size() + " documents, must hold one");
      reading.throwIfAny();
    }
    ConfigNode node = root.orElseThrow();
    boolean declarative = node instanceof ConfigNode.Mapping mapping
        && mapping.entries().stream()
            .anyMatch(entry ->
                List.of("_format_version", "services", "routes", "plugins").contains(entry.name()));
    Optional<T> config = declarative
        ? fromDeclarative(node, source, reading, kind)
        : kind.direct().read(node, "", reading);
    reading.throwIfAny();
    return config.orElseThrow();
  }

  private static <T> Optional<T> fromDeclarative(
      ConfigNode node, String source, Reading reading, Kind<T> kind) {
    reading.readEntities(node);
    List<PluginEntry> all = new ArrayList<>();
    collect(node, "", all, reading);
    return only(all, source, reading, kind);
  }

  private static <T> Optional<T> only(
      List<PluginEntry> all, String source, Reading reading, Kind<T> kind) {
    List<PluginEntry> plugins = all.stream()
        .filter(entry -> entry.enabled() && entry.name().equals(kind.plugin()))
        .toList();
    if (plugins.size() == 1) {
      return kind.ofPlugin().apply(plugins.get(0));
    }
    reading.throwIfAny();
    reading.problem(
        source,
        0,
        "plugins",
        "the file holds " + plugins.size() + " enabled " + kind.plugin()
            + " plugins, a filter takes one");
    return Optional.empty();
  }

  /**
   * A filter stands where its container puts it: services and routes are only looked through for
   * plugins.
   */
  private static void collect(
      ConfigNode node, String path, List<PluginEntry> plugins, Reading reading) {
    if (!(node instanceof ConfigNode.Mapping mapping)) {
      return;
    }
    for (ConfigNode.Entry entry : mapping.entries()) {
      String child = path.isEmpty() ? entry.name() : path + "." + entry.name();
      if (!(entry.value() instanceof ConfigNode.Sequence list)) {
        continue;
      }
      if (entry.name().equals("plugins")) {
        plugins.addAll(PluginEntry.readAll(list.items(), child, reading));
      } else if (entry.name().equals("services") || entry.name().equals("routes")) {
        for (int i = 0; i < list.items().size(); i++) {
          collect(list.items().get(i), child + "[" + i + "]", plugins, reading);
        }
      }
    }
  }
}
