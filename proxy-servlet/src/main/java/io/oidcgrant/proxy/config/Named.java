package io.oidcgrant.proxy.config;

import io.oidcgrant.config.ConfigNode;
import io.oidcgrant.config.MappingReader;
import io.oidcgrant.config.Reading;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Things of one kind, which others refer to by name or id. */
final class Named<T> {
  private static final Pattern UUID_TEXT =
      Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

  private final String kind;
  private final Reading reading;
  private final Function<T, String> ids;
  private final List<T> all = new ArrayList<>();
  private final Map<String, T> byName = new HashMap<>();
  private final Map<String, ConfigNode> places = new HashMap<>();

  /**
   * None yet.
   *
   * @param ids tells the id of each, made up where none was written
   */
  Named(String kind, Reading reading, Function<T, String> ids) {
    this.kind = kind;
    this.reading = reading;
    this.ids = ids;
  }

  void add(MappingReader at, Optional<String> name, Optional<String> id, T thing) {
    all.add(thing);
    name.ifPresent(text -> register(at, "name", text, thing));
    id.filter(text -> !text.equals(name.orElse("")))
        .ifPresent(text -> register(at, "id", text, thing));
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
    T found = byName.get(name);
    return found != null || !UUID_TEXT.matcher(name).matches()
        ? Optional.ofNullable(found)
        : all.stream().filter(thing -> ids.apply(thing).equals(name)).findFirst();
  }

  /** The thing that {@code node} refers to; a problem where there is none. */
  Optional<T> find(String name, ConfigNode node, String path) {
    Optional<T> found = find(name);
    if (found.isEmpty()) {
      reading.problem(node, path + "." + kind, "there is no " + kind + " of this name or id");
    }
    return found;
  }

  List<T> all() {
    return all;
  }
}
