package io.oidcgrant.proxy.admin.api;

import com.nimbusds.jose.util.JSONArrayUtils;
import io.oidcgrant.config.ConfigNode;
import io.oidcgrant.proxy.config.JsonNodes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** What is done with the fields of an entity before they are kept. */
final class Nodes {
  /** What answers show in place of a secret. */
  private static final String MASK = "***";

  private Nodes() {}

  static Optional<ConfigNode> get(ConfigNode.Mapping node, String name) {
    return node.entries().stream()
        .filter(entry -> entry.name().equals(name))
        .map(ConfigNode.Entry::value)
        .filter(value -> !value.isNull())
        .findFirst();
  }

  /** A text or a number, as it was written. */
  static Optional<String> text(ConfigNode.Mapping node, String name) {
    return get(node, name)
        .filter(value -> value instanceof ConfigNode.Scalar)
        .map(value -> ((ConfigNode.Scalar) value).text());
  }

  static ConfigNode.Scalar text(String source, String text) {
    return new ConfigNode.Scalar(source, 0, text, false, false);
  }

  static ConfigNode.Scalar number(String source, long number) {
    return new ConfigNode.Scalar(source, 0, Long.toString(number), true, false);
  }

  static ConfigNode.Mapping with(ConfigNode.Mapping node, String name, ConfigNode value) {
    List<ConfigNode.Entry> entries = new ArrayList<>(without(node, name).entries());
    entries.add(new ConfigNode.Entry(name, 0, value));
    return new ConfigNode.Mapping(node.source(), 0, entries);
  }

  /** With this id, in the first place. */
  static ConfigNode.Mapping identified(ConfigNode.Mapping node, String id) {
    List<ConfigNode.Entry> entries = new ArrayList<>(without(node, "id").entries());
    entries.add(0, new ConfigNode.Entry("id", 0, text(node.source(), id)));
    return new ConfigNode.Mapping(node.source(), 0, entries);
  }

  static ConfigNode.Mapping without(ConfigNode.Mapping node, String... names) {
    List<String> gone = List.of(names);
    return new ConfigNode.Mapping(
        node.source(),
        0,
        node.entries().stream().filter(entry -> !gone.contains(entry.name())).toList());
  }

  /** Whether a node says the same as a value of a schema, of which null is none. */
  static boolean says(ConfigNode node, @Nullable Object value) {
    String text = JSONArrayUtils.toJSONString(Collections.singletonList(value));
    return text.equals("[" + JsonNodes.write(node) + "]");
  }

  /**
   * Records are merged, everything else is replaced, maps too; null unsets.
   *
   * @param schemas of the fields, which tell records
   */
  static ConfigNode.Mapping merged(
      ConfigNode.Mapping old, ConfigNode.Mapping changes, Map<?, ?> schemas) {
    Map<String, ConfigNode> all = new LinkedHashMap<>();
    old.entries().forEach(entry -> all.put(entry.name(), entry.value()));
    for (ConfigNode.Entry entry : changes.entries()) {
      all.put(
          entry.name(),
          all.get(entry.name()) instanceof ConfigNode.Mapping before
                  && entry.value() instanceof ConfigNode.Mapping said
                  && schemas.get(entry.name()) instanceof Map<?, ?> schema
                  && schema.containsKey("properties")
              ? merged(before, said, Told.properties(schema))
              : entry.value());
    }
    return new ConfigNode.Mapping(
        old.source(),
        0,
        all.entrySet().stream()
            .map(entry -> new ConfigNode.Entry(entry.getKey(), 0, entry.getValue()))
            .toList());
  }

  /**
   * With the secrets of {@code old} where only their masks are written, as in an answer that was
   * changed and sent back.
   *
   * @param wrong takes the path and the description of what cannot be kept
   */
  static ConfigNode unmasked(
      ConfigNode node, @Nullable ConfigNode old, String path, BiConsumer<String, String> wrong) {
    if (node instanceof ConfigNode.Mapping mapping) {
      List<ConfigNode.Entry> entries = new ArrayList<>();
      for (ConfigNode.Entry entry : mapping.entries()) {
        ConfigNode before =
            old instanceof ConfigNode.Mapping was ? get(was, entry.name()).orElse(null) : null;
        String place = path.isEmpty() ? entry.name() : path + "." + entry.name();
        entries.add(new ConfigNode.Entry(
            entry.name(), entry.line(), unmasked(entry.value(), before, place, wrong)));
      }
      return new ConfigNode.Mapping(mapping.source(), mapping.line(), entries);
    }
    if (node instanceof ConfigNode.Sequence list) {
      List<ConfigNode> items = new ArrayList<>();
      for (int i = 0; i < list.items().size(); i++) {
        // What may be a list may be written as its one item.
        ConfigNode before = old instanceof ConfigNode.Sequence was
            ? at(was.items(), i, list.items().size())
            : i == 0 ? old : null;
        items.add(unmasked(list.items().get(i), before, path + "[" + i + "]", wrong));
      }
      return new ConfigNode.Sequence(list.source(), list.line(), items);
    }
    return scalar((ConfigNode.Scalar) node, old, path, wrong);
  }

  /** Of a list that has become shorter, nobody knows which items are left. */
  private static @Nullable ConfigNode at(List<ConfigNode> items, int index, int now) {
    return index < items.size() && now >= items.size() ? items.get(index) : null;
  }

  private static String masked(String address) {
    return address.replaceAll("://[^/@\\s]*@", "://" + MASK + "@");
  }

  private static ConfigNode scalar(
      ConfigNode.Scalar scalar,
      @Nullable ConfigNode old,
      String path,
      BiConsumer<String, String> wrong) {
    if (scalar.text().contains("${{")) {
      wrong.accept(path, "variables are replaced in files only, use {vault://env/NAME}");
    } else if (!StandardCharsets.UTF_8.newEncoder().canEncode(scalar.text())) {
      wrong.accept(path, "holds half of a character, must be Unicode");
    } else if (scalar.text().equals(MASK) || scalar.text().contains("://" + MASK + "@")) {
      // Of an address, all else must be as it was: a secret is for the one it was given for.
      if (old instanceof ConfigNode.Scalar was
          && (scalar.text().equals(MASK) || scalar.text().equals(masked(was.text())))) {
        return old;
      }
      wrong.accept(path, "is what answers show in place of a secret, must be the secret itself");
    }
    return scalar;
  }
}
