package io.oidcgrant.proxy.admin.api;

import io.oidcgrant.config.ConfigNode;
import io.oidcgrant.config.ConfigProblem;
import io.oidcgrant.config.Reading;
import io.oidcgrant.proxy.config.Entity;
import io.oidcgrant.proxy.config.ServiceUrl;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An entity in the form in which it is kept, and what is wrong with it by itself.
 *
 * @param wrong by the paths of its fields
 */
record NewEntity(ConfigNode.Mapping node, Map<String, String> wrong) {
  private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{N}._~-]+");
  private static final List<String> PARTS = List.of("protocol", "host", "port", "path");

  /** Lists of what belongs to an entity, which has an address of its own. */
  private static final Map<String, List<String>> LISTS =
      Map.of("services", List.of("routes", "plugins"), "routes", List.of("plugins"));

  /**
   * Makes it of what was said.
   *
   * @param old what it replaces
   * @throws RefusedException if what it refers to is not there
   */
  static NewEntity of(String kind, ConfigNode.Mapping said, @Nullable Entity old, InForce inForce) {
    Map<String, String> wrong = new LinkedHashMap<>();
    ConfigNode.Mapping node =
        (ConfigNode.Mapping) Nodes.unmasked(said, old == null ? null : old.node(), "", wrong::put);
    LISTS.getOrDefault(kind, List.of()).stream()
        .filter(name -> Nodes.get(said, name).isPresent())
        .forEach(name -> wrong.put(name, "unknown field; " + name + " are made one by one"));
    if (kind.equals("services") && Nodes.get(node, "url").isPresent()) {
      PARTS.stream()
          .filter(part -> Nodes.get(said, part).isPresent())
          .forEach(part -> wrong.put(part, "cannot stand beside url, which says it already"));
      node = withoutUrl(node);
    }
    for (String field : ForeignKeys.FIELDS) {
      node = ForeignKeys.resolved(node, field, inForce);
    }
    if (kind.equals("services") || kind.equals("routes")) {
      Nodes.text(node, "name")
          .filter(name -> !NAME.matcher(name).matches())
          .ifPresent(name ->
              wrong.put("name", "invalid value: must be letters, digits, '.', '-', '_' and '~'"));
    }
    return new NewEntity(kind.equals("plugins") ? plugin(node, old, wrong) : node, wrong);
  }

  private static ConfigNode.Mapping plugin(
      ConfigNode.Mapping node, @Nullable Entity old, Map<String, String> wrong) {
    String name = Nodes.text(node, "name").orElse(null);
    if (name != null && !PluginSchema.names().contains(name)) {
      wrong.put(
          "name", "plugin '" + name + "' not enabled; there are openid-connect and upstream-oauth");
    }
    if (old == null
        || name == null
        || !Nodes.text(old.node(), "name").equals(Optional.of(name))
        || !(Nodes.get(node, "config").orElse(null) instanceof ConfigNode.Mapping settings)) {
      return node;
    }
    Optional<ConfigNode.Mapping> before = Nodes.get(old.node(), "config")
        .filter(value -> value instanceof ConfigNode.Mapping)
        .map(ConfigNode.Mapping.class::cast);
    return Nodes.with(node, "config", Told.untold(settings, before, Told.settings(name)));
  }

  /** All that is wrong with it, where it stands at {@code place}. */
  List<ConfigProblem> problems(String place) {
    List<ConfigProblem> problems = new ArrayList<>();
    wrong.forEach((path, message) ->
        problems.add(new ConfigProblem(node.source(), 0, place + "." + path, message)));
    if (place.startsWith("plugins")) {
      Reading reading = new Reading();
      DisabledPlugin.check(node, place, reading);
      problems.addAll(reading.problems());
    }
    return problems;
  }

  /** {@code url} is a short form, which is never kept. */
  static ConfigNode.Mapping withoutUrl(ConfigNode.Mapping node) {
    Optional<ServiceUrl> parts = Nodes.text(node, "url").flatMap(ServiceUrl::parse);
    if (parts.isEmpty()) {
      return node;
    }
    String source = node.source();
    ConfigNode.Mapping taken = Nodes.without(node, "url", "protocol", "host", "port", "path");
    taken = Nodes.with(taken, "protocol", Nodes.text(source, parts.get().protocol()));
    taken = Nodes.with(taken, "host", Nodes.text(source, parts.get().host()));
    taken = Nodes.with(taken, "port", Nodes.number(source, parts.get().port()));
    return parts.get().path().isEmpty()
        ? taken
        : Nodes.with(taken, "path", Nodes.text(source, parts.get().path()));
  }
}
