package io.oidcgrant.proxy.config;

import io.oidcgrant.config.ConfigNode;
import io.oidcgrant.config.ConfigNodes;
import io.oidcgrant.config.Manifest;
import io.oidcgrant.config.Reading;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The entities that the Admin API keeps, in the order in which they came. Each stands for itself,
 * none in another, and refers to others by their ids. Immutable.
 */
public final class Entities {
  /** The kinds, as lists of a declarative file are called. */
  public static final List<String> KINDS =
      List.of("services", "routes", "plugins", "certificates", "ca_certificates", "consumers");

  private final String source;
  private final Map<String, Map<String, Entity>> byKind;
  /** Of a file: what is no list of entities. */
  private final List<ConfigNode.Entry> others;
  /** Where each stood in that file, by its place in {@link #document}. */
  private final Map<String, String> origins;

  private Entities(
      String source,
      Map<String, Map<String, Entity>> byKind,
      List<ConfigNode.Entry> others,
      Map<String, String> origins) {
    this.source = source;
    this.byKind = byKind;
    this.others = others;
    this.origins = origins;
  }

  /** None; messages about those that come are of {@code source}. */
  public static Entities none(String source) {
    return new Entities(source, Map.of(), List.of(), Map.of());
  }

  /**
   * Those of a declarative file; what stands in another is taken out of it.
   *
   * @param reading learns of what cannot be one
   */
  public static Entities of(ConfigNode document, Reading reading) {
    Flattening found = new Flattening(reading);
    List<ConfigNode.Entry> others = found.document(document);
    Map<String, Map<String, Entity>> byKind =
        new References(found.byKind, found.origins, reading).byId();
    return new Entities(document.source(), byKind, others, found.origins);
  }

  /** Where they are said to stand. */
  public String source() {
    return source;
  }

  public Optional<Entity> find(String kind, String id) {
    return Optional.ofNullable(byKind.getOrDefault(kind, Map.of()).get(id));
  }

  /** All of one kind. */
  public List<Entity> all(String kind) {
    return List.copyOf(byKind.getOrDefault(kind, Map.of()).values());
  }

  /** With this one, in place of the one with its id. */
  public Entities with(Entity entity) {
    Map<String, Entity> kind = new LinkedHashMap<>(byKind.getOrDefault(entity.kind(), Map.of()));
    kind.put(entity.id(), entity);
    return replaced(entity.kind(), kind);
  }

  public Entities without(Entity entity) {
    Map<String, Entity> kind = new LinkedHashMap<>(byKind.getOrDefault(entity.kind(), Map.of()));
    kind.remove(entity.id());
    return replaced(entity.kind(), kind);
  }

  private Entities replaced(String name, Map<String, Entity> kind) {
    Map<String, Map<String, Entity>> all = new LinkedHashMap<>(byKind);
    all.put(name, kind);
    return new Entities(source, all, others, Map.of());
  }

  /** Where {@link #document} has it, such as {@code plugins[2]}. */
  public String place(Entity entity) {
    List<String> ids = List.copyOf(byKind.getOrDefault(entity.kind(), Map.of()).keySet());
    return entity.kind() + "[" + ids.indexOf(entity.id()) + "]";
  }

  /** Of a file just taken apart, where what has this path in {@link #document} stood in it. */
  public String origin(String path) {
    int end = path.indexOf(']') + 1;
    String entity = path.substring(0, end);
    return origins.getOrDefault(entity, entity) + path.substring(end);
  }

  /** A declarative file. */
  public ConfigNode.Mapping document() {
    ConfigNodes document = new ConfigNodes(new ConfigNode.Mapping(source, 0, List.of()));
    others.forEach(other -> document.put(other.name(), other.value()));
    if (others.stream().noneMatch(other -> other.name().equals("_format_version"))) {
      document.put("_format_version", "3.0");
    }
    for (String kind : KINDS) {
      List<ConfigNode> items = new ArrayList<>();
      all(kind).forEach(entity -> items.add(entity.node()));
      if (!items.isEmpty()) {
        document.put(kind, new ConfigNode.Sequence(source, 0, items));
      }
    }
    return document.build();
  }

  /** Takes a declarative file apart. */
  private static final class Flattening {
    private final Reading reading;
    private final Map<String, Map<String, Entity>> byKind = new LinkedHashMap<>();
    private final Map<String, String> origins = new HashMap<>();

    Flattening(Reading reading) {
      this.reading = reading;
    }

    List<ConfigNode.Entry> document(ConfigNode document) {
      List<ConfigNode.Entry> others = new ArrayList<>();
      if (!(document instanceof ConfigNode.Mapping mapping)) {
        reading.problem(document, "file", "is " + document.kind() + ", must be a mapping");
        return others;
      }
      if (Manifest.isManifest(document)) {
        reading.problem(document, "kind", "is a Kubernetes manifest, must be a declarative file");
        return others;
      }
      for (ConfigNode.Entry entry : mapping.entries()) {
        if (!KINDS.contains(entry.name())) {
          others.add(entry);
        } else if (entry.value() instanceof ConfigNode.Sequence list) {
          items(entry.name(), list, entry.name(), List.of());
        } else if (!entry.value().isNull()) {
          reading.problem(
              entry.value(), entry.name(), "is " + entry.value().kind() + ", must be a list");
        }
      }
      return others;
    }

    private void items(
        String kind, ConfigNode.Sequence list, String path, List<ConfigNode.Entry> owner) {
      for (int i = 0; i < list.items().size(); i++) {
        ConfigNode item = list.items().get(i);
        String place = path + "[" + i + "]";
        if (item instanceof ConfigNode.Mapping mapping) {
          entity(kind, mapping, place, owner);
        } else {
          reading.problem(item, place, "is " + item.kind() + ", must be a mapping");
        }
      }
    }

    private void entity(
        String kind, ConfigNode.Mapping item, String place, List<ConfigNode.Entry> owner) {
      String id = Entity.text(item, "id")
          .orElseGet(() -> WrittenEntities.idOf(
              kind,
              Entity.text(item, kind.equals("consumers") ? "username" : "name")
                  .filter(name -> !kind.equals("plugins"))
                  .orElse(place)));
      ConfigNodes own = new ConfigNodes(item);
      own.put("id", id);
      List<ConfigNode.Entry> inside = new ArrayList<>();
      for (ConfigNode.Entry entry : item.entries()) {
        boolean nested = (entry.name().equals("routes") || entry.name().equals("plugins"))
            && entry.value() instanceof ConfigNode.Sequence
            && (kind.equals("services") || kind.equals("routes"));
        if (nested) {
          inside.add(entry);
        } else if (!entry.name().equals("id")
            && owner.stream().noneMatch(its -> its.name().equals(entry.name()))) {
          own.put(entry.name(), entry.value());
        }
      }
      owner.forEach(its -> own.put(its.name(), its.value()));
      Entity entity = new Entity(kind, id, own.build());
      Map<String, Entity> ofKind = byKind.computeIfAbsent(kind, key -> new LinkedHashMap<>());
      if (ofKind.putIfAbsent(id, entity) == null) {
        origins.put(kind + "[" + (ofKind.size() - 1) + "]", place);
      } else {
        String field = Entity.text(item, "id").isPresent() ? "id" : Written.nameField(kind);
        reading.problem(item, place + "." + field, "is that of another of the " + kind);
      }
      ConfigNode self = new ConfigNodes(item).put("id", id).build();
      String name = kind.substring(0, kind.length() - 1);
      inside.forEach(entry -> items(
          entry.name(),
          (ConfigNode.Sequence) entry.value(),
          place + "." + entry.name(),
          List.of(new ConfigNode.Entry(name, item.line(), self))));
    }
  }
}
