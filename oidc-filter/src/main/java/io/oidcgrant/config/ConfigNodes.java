package io.oidcgrant.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes configuration of configuration. Not thread-safe. */
public final class ConfigNodes {
  private final ConfigNode at;
  private final List<ConfigNode.Entry> entries = new ArrayList<>();

  /** A mapping that stands where another node does. */
  public ConfigNodes(ConfigNode at) {
    this.at = at;
  }

  /** Adds a name with its value; where it stands is what messages say. */
  public ConfigNodes put(String name, ConfigNode value) {
    entries.add(new ConfigNode.Entry(name, value.line(), value));
    return this;
  }

  /** Adds a text, which the field takes as whatever type it has. */
  public ConfigNodes put(String name, String value) {
    return put(name, text(at, value));
  }

  /** The same of a list. */
  public ConfigNodes put(String name, List<String> values) {
    List<ConfigNode> items = new ArrayList<>();
    values.forEach(value -> items.add(text(at, value)));
    return put(name, new ConfigNode.Sequence(at.source(), at.line(), items));
  }

  public ConfigNode.Mapping build() {
    return new ConfigNode.Mapping(at.source(), at.line(), List.copyOf(entries));
  }

  private static ConfigNode text(ConfigNode at, String value) {
    return new ConfigNode.Scalar(at.source(), at.line(), value, false, true);
  }

  /**
   * The operation {@code add} of a JSON patch (RFC 6902 section 4.1).
   *
   * @param pointer where to (RFC 6901)
   * @return empty where there is no such place
   */
  static Optional<ConfigNode> add(ConfigNode to, String pointer, ConfigNode value) {
    if (pointer.isEmpty()) {
      return Optional.of(value);
    }
    if (!pointer.startsWith("/")) {
      return Optional.empty();
    }
    int end = pointer.indexOf('/', 1);
    String rest = end < 0 ? "" : pointer.substring(end);
    String name = pointer
        .substring(1, end < 0 ? pointer.length() : end)
        .replace("~1", "/")
        .replace("~0", "~");
    if (to instanceof ConfigNode.Mapping mapping) {
      return addTo(mapping, name, rest, value);
    }
    return to instanceof ConfigNode.Sequence list
        ? addTo(list, name, rest, value)
        : Optional.empty();
  }

  private static Optional<ConfigNode> addTo(
      ConfigNode.Mapping mapping, String name, String rest, ConfigNode value) {
    List<ConfigNode.Entry> entries = new ArrayList<>(mapping.entries());
    for (int i = 0; i < entries.size(); i++) {
      ConfigNode.Entry entry = entries.get(i);
      if (entry.name().equals(name)) {
        int place = i;
        return add(entry.value(), rest, value).map(changed -> {
          entries.set(place, new ConfigNode.Entry(name, entry.line(), changed));
          return new ConfigNode.Mapping(mapping.source(), mapping.line(), entries);
        });
      }
    }
    if (!rest.isEmpty()) {
      return Optional.empty();
    }
    entries.add(new ConfigNode.Entry(name, value.line(), value));
    return Optional.of(new ConfigNode.Mapping(mapping.source(), mapping.line(), entries));
  }

  private static Optional<ConfigNode> addTo(
      ConfigNode.Sequence list, String name, String rest, ConfigNode value) {
    List<ConfigNode> items = new ArrayList<>(list.items());
    int index = name.equals("-")
        ? items.size()
        : name.matches("0|[1-9]\\d{0,5}") ? Integer.parseInt(name) : -1;
    if (index < 0 || index > items.size() || (!rest.isEmpty() && index == items.size())) {
      return Optional.empty();
    }
    if (rest.isEmpty()) {
      items.add(index, value);
      return Optional.of(new ConfigNode.Sequence(list.source(), list.line(), items));
    }
    return add(items.get(index), rest, value).map(changed -> {
      items.set(index, changed);
      return new ConfigNode.Sequence(list.source(), list.line(), items);
    });
  }
}
