package io.oidcgrant.proxy.admin.api;

import io.oidcgrant.config.ConfigNode;
import io.oidcgrant.config.PluginEntry;
import io.oidcgrant.config.Reading;
import java.util.List;

/** What a plugin says that is not in force, and so is not read with the rest. */
final class DisabledPlugin {
  /** What a value refers to need not be there yet. */
  private static final List<String> LATER =
      List.of("names no entry of", "the file it names", "environment variable");

  private DisabledPlugin() {}

  /** Notes fields of its settings that there are not, or that are of another type. */
  static void check(ConfigNode.Mapping plugin, String path, Reading reading) {
    boolean disabled =
        Nodes.text(plugin, "enabled").filter("false"::equalsIgnoreCase).isPresent();
    if (!disabled) {
      return;
    }
    Reading own = new Reading();
    Nodes.get(plugin, "config")
        .ifPresent(config -> Nodes.text(plugin, "name")
            .ifPresent(name -> PluginEntry.checkTypes(name, config, path + ".config", own)));
    own.problems().stream()
        .filter(problem -> LATER.stream().noneMatch(problem.message()::startsWith))
        .forEach(reading::problem);
  }
}
