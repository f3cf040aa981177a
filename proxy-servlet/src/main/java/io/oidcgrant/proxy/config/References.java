package io.oidcgrant.proxy.config;

import io.oidcgrant.config.ConfigNode;
import io.oidcgrant.config.ConfigNodes;
import io.oidcgrant.config.Reading;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the entities of a file name of each other: kept by id, so that a name may change. What is in
 * no list of that file may be in another, and stays as it is.
 */
final class References {
  private static final List<String> FIELDS = List.of("service", "route");

  private final Map<String, Map<String, Entity>> byKind;
  private final Map<String, String> origins;
  private final Reading reading;

  References(
      Map<String, Map<String, Entity>> byKind, Map<String, String> origins, Reading reading) {
    this.byKind = byKind;
    this.origins = origins;
    this.reading = reading;
  }

  Map<String, Map<String, Entity>> byId() {
    Map<String, Map<String, Entity>> names = Map.of(
        "service", byName("services"),
        "route", byName("routes"));
    Map<String, Map<String, Entity>> all = new LinkedHashMap<>();
    byKind.forEach((kind, entities) -> {
      Map<String, Entity> resolved = new LinkedHashMap<>();
      entities.forEach((id, entity) -> resolved.put(
          id,
          resolved(entity, origins.getOrDefault(kind + "[" + resolved.size() + "]", kind), names)));
      all.put(kind, resolved);
    });
    return all;
  }

  private Map<String, Entity> byName(String kind) {
    Map<String, Entity> names = new LinkedHashMap<>();
    byKind
        .getOrDefault(kind, Map.of())
        .values()
        .forEach(entity -> Entity.text(entity.node(), "name").ifPresent(n -> names.put(n, entity)));
    return names;
  }

  private Entity resolved(Entity entity, String place, Map<String, Map<String, Entity>> names) {
    if (!entity.kind().equals("routes") && !entity.kind().equals("plugins")) {
      return entity;
    }
    ConfigNodes node = new ConfigNodes(entity.node());
    for (ConfigNode.Entry entry : entity.node().entries()) {
      node.put(
          entry.name(),
          FIELDS.contains(entry.name())
              ? reference(entry, place, names.getOrDefault(entry.name(), Map.of()))
              : entry.value());
    }
    return new Entity(entity.kind(), entity.id(), node.build());
  }

  private ConfigNode reference(ConfigNode.Entry entry, String place, Map<String, Entity> names) {
    ConfigNode written = entry.value();
    String field = entry.name();
    Optional<String> name = written instanceof ConfigNode.Mapping mapping && hasOnlyKeys(mapping)
        ? Entity.text(mapping, "name")
        : written instanceof ConfigNode.Scalar scalar && !scalar.isNull()
            ? Optional.of(scalar.text())
            : Optional.empty();
    Optional<Entity> meant = name.flatMap(text -> Optional.ofNullable(names.get(text)));
    Optional<String> id = written instanceof ConfigNode.Mapping mapping
        ? Entity.text(mapping, "id")
        : Optional.empty();
    if (meant.isPresent() && id.isPresent() && !id.get().equals(meant.get().id())) {
      reading.problem(
          written, place + "." + field + ".name", "is not that of the " + field + " with this id");
    }
    return meant
        .<ConfigNode>map(found -> new ConfigNodes(written).put("id", found.id()).build())
        .orElse(written);
  }

  /** What else stands there is for the reader to refuse. */
  private static boolean hasOnlyKeys(ConfigNode.Mapping mapping) {
    return mapping.entries().stream()
        .allMatch(entry -> entry.name().equals("id") || entry.name().equals("name"));
  }
}
