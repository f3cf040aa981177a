package io.oidcgrant.proxy.config;

import io.oidcgrant.config.ConfigNode;
import io.oidcgrant.config.MappingReader;
import io.oidcgrant.config.Reading;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Things of one kind, which others refer to by name or id. */
final class Named<T> {
  private final String kind;
  private final Reading reading;
  private final List<T> all = new ArrayList<>();
  private final Map<String, T> byName = new HashMap<>();
  private final Map<String, ConfigNode> places = new HashMap<>();

  Named(String kind, Reading reading) {
    this.kind = kind;
    this.reading = reading;
  }

  void add(MappingReader at, Optional<String> name, Optional<String> id, T thing) {
    all.add(thing);
    name.ifPresent(text -> register(at, "name", text, thing));
    id.filter(text -> !text.equals(name.orElse("")))
        .ifPresent(text -> register(at, "id", text, thing));
  }

  /** Lets the thing be found by another id as well. */
  void also(String id, T thing) {
    byName.putIfAbsent(id, thing);
  }

  private void register(MappingReader at, String field, String text, T thing) {
    ConfigNode first = places.putIfAbsent(text, at.node());
    if (first == null) {
      byName.put(text, thing);
    } else {
      at.problem(
          field,
          null,
          "there is another " + kind + " of this name at " + first.source() + ":" + first.line());
    }
  }

  /** The thing of this name or id, if there is one. */
  Optional<T> find(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  /** The thing that {@code node} refers to; a problem where there is none. */
  Optional<T> find(String name, ConfigNode node, String path) {
    Optional<T> found = Optional.ofNullable(byName.get(name));
    if (found.isEmpty()) {
      reading.problem(node, path + "." + kind, "there is no " + kind + " of this name or id");
    }
    return found;
  }

  List<T> all() {
    return all;
  }
}
