package io.oidcgrant.proxy.config;

import io.oidcgrant.config.ConfigNode;
import java.util.Optional;

/**
 * A service, route, plugin, certificate or consumer that the Admin API keeps. Immutable.
 *
 * @param kind such as {@code services}
 * @param id a UUID
 * @param node with {@code id}, without what belongs to it, and with what it belongs to
 */
public record Entity(String kind, String id, ConfigNode.Mapping node) {
  /** A text or a number of a mapping, as it was written. */
  static Optional<String> text(ConfigNode.Mapping node, String name) {
    return node.entries().stream()
        .filter(entry -> entry.name().equals(name))
        .map(ConfigNode.Entry::value)
        .filter(value -> value instanceof ConfigNode.Scalar && !value.isNull())
        .map(value -> ((ConfigNode.Scalar) value).text())
        .findFirst();
  }

  /** Values may be secrets. */
  @Override
  public String toString() {
    return kind + "/" + id;
  }
}
