package io.oidcgrant.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The settings of one filter, kept in a file: the fields themselves, or Kong's declarative format
 * with one such plugin in it.
 */
public final class OidcGrantFile {
  private OidcGrantFile() {}

  /**
   * The settings in {@code file}.
   *
   * @throws ConfigException with every problem
   */
  public static OidcGrantConfig load(Path file) {
    Reading reading = new Reading();
    return pick(YamlReader.readFile(file, reading), file.toString(), reading);
  }

  /**
   * The settings in {@code text}.
   *
   * @param source how messages call it
   * @throws ConfigException with every problem
   */
  public static OidcGrantConfig parse(String source, String text) {
    Reading reading = new Reading();
    return pick(YamlReader.read(source, text, reading), source, reading);
  }

  private static OidcGrantConfig pick(List<ConfigNode> documents, String source, Reading reading) {
    reading.throwIfAny();
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
    Optional<OidcGrantConfig> config = declarative
        ? fromDeclarative(node, source, reading)
        : OidcGrantConfig.read(node, "", reading);
    reading.throwIfAny();
    return config.orElseThrow();
  }

  private static Optional<OidcGrantConfig> fromDeclarative(
      ConfigNode node, String source, Reading reading) {
    reading.readEntities(node);
    List<PluginEntry> plugins = new ArrayList<>();
    collect(node, "", plugins, reading);
    if (plugins.size() == 1) {
      return plugins.get(0).config();
    }
    reading.throwIfAny();
    reading.problem(
        source,
        0,
        "plugins",
        "the file holds " + plugins.size() + " enabled openid-connect plugins, a filter takes one");
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
