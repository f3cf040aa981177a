package io.oidcgrant.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads the names of one mapping; {@link #finish} reports those that nobody asked for, so that
 * nothing is ignored in silence. Not thread-safe.
 */
public final class MappingReader {
  private final ConfigNode node;
  private final String path;
  private final Reading reading;
  private final Map<String, ConfigNode.Entry> left = new LinkedHashMap<>();
  private final List<String> known = new ArrayList<>();

  private MappingReader(ConfigNode node, String path, Reading reading) {
    this.node = node;
    this.path = path;
    this.reading = reading;
  }

  /** A reader of {@code node}; empty, with a problem noted, where it is not a mapping. */
  public static Optional<MappingReader> of(ConfigNode node, String path, Reading reading) {
    MappingReader reader = new MappingReader(node, path, reading);
    if (node instanceof ConfigNode.Mapping mapping) {
      for (ConfigNode.Entry entry : mapping.entries()) {
        reader.left.put(entry.name(), entry);
      }
      return Optional.of(reader);
    }
    reading.problem(node, path, "is " + node.kind() + ", must be a mapping");
    return Optional.empty();
  }

  /** What stands under {@code name}, unless nothing or null does. */
  public Optional<ConfigNode> take(String name) {
    known.add(name);
    ConfigNode.Entry entry = left.remove(name);
    return entry == null || entry.value().isNull() ? Optional.empty() : Optional.of(entry.value());
  }

  public <T> Optional<T> take(String name, FieldType<T> type) {
    return take(name).flatMap(value -> type.read(value, pathOf(name), reading));
  }

  /** The items under {@code name}; none where nothing stands there. */
  public List<ConfigNode> takeItems(String name) {
    Optional<ConfigNode> value = take(name);
    if (value.isEmpty()) {
      return List.of();
    }
    if (value.get() instanceof ConfigNode.Sequence sequence) {
      return sequence.items();
    }
    reading.problem(value.get(), pathOf(name), "is " + value.get().kind() + ", must be a list");
    return List.of();
  }

  /** The same of a list of values, which may be written as its only one. */
  public List<ConfigNode> takeValues(String name) {
    Optional<ConfigNode> value = take(name);
    return value.isPresent() && value.get() instanceof ConfigNode.Sequence list
        ? list.items()
        : value.map(List::of).orElse(List.of());
  }

  /** Names that mean nothing here and may stand all the same. */
  public void ignore(String... names) {
    for (String name : names) {
      take(name);
    }
  }

  /** Names that this release does not implement: a problem where one of them has a value. */
  public void notImplemented(String... names) {
    for (String name : names) {
      take(name).ifPresent(value -> {
        boolean empty =
            (value instanceof ConfigNode.Sequence list && list.items().isEmpty())
                || (value instanceof ConfigNode.Mapping map && map.entries().isEmpty());
        if (!empty) {
          reading.problem(value, pathOf(name), "is not implemented in this release");
        }
      });
    }
  }

  /** Reports every name that was not taken. */
  public void finish() {
    for (ConfigNode.Entry entry : left.values()) {
      reading.problem(
          node.source(),
          entry.line(),
          pathOf(entry.name()),
          "unknown field"
              + Nearest.to(entry.name(), known)
                  .map(n -> "; did you mean " + n + "?")
                  .orElse(""));
    }
  }

  /** What is left, for a caller that knows more names than can be listed. */
  List<ConfigNode.Entry> takeRest() {
    List<ConfigNode.Entry> rest = new ArrayList<>(left.values());
    left.clear();
    return rest;
  }

  public ConfigNode node() {
    return node;
  }

  public String path() {
    return path;
  }

  public String pathOf(String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  /** Notes what is wrong with {@code name}: at the node, or at the name's own line. */
  public void problem(String name, @Nullable ConfigNode at, String message) {
    reading.problem(node.source(), at == null ? lineOf(name) : at.line(), pathOf(name), message);
  }

  /** The line of a name, of the whole where it is not written. */
  int lineOf(String name) {
    if (node instanceof ConfigNode.Mapping mapping) {
      for (ConfigNode.Entry entry : mapping.entries()) {
        if (entry.name().equals(name)) {
          return entry.line();
        }
      }
    }
    return node.line();
  }
}
