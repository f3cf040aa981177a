package io.oidcgrant.proxy.admin.api;

import io.oidcgrant.proxy.config.Entities;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Entities that a path names: all of a kind, those of an owner, or one of them.
 *
 * @param ownerKind null where they need not be of an owner
 * @param ownerKey the owner's id or name
 * @param key the entity's id or name; null for all
 */
record Address(
    @Nullable String ownerKind,
    @Nullable String ownerKey,
    String kind,
    @Nullable String key) {
  private static final Map<String, List<String>> NESTED = Map.of(
      "services", List.of("routes", "plugins"),
      "routes", List.of("plugins"),
      "consumers", List.of("plugins"));

  /** The names between the slashes of a path; one that cannot be is empty. */
  static List<String> parts(String path) {
    try {
      return Arrays.stream(path.split("/"))
          .filter(part -> !part.isEmpty())
          .map(part -> URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8))
          .toList();
    } catch (IllegalArgumentException e) {
      return List.of("");
    }
  }

  static Optional<Address> of(List<String> parts) {
    if (parts.isEmpty() || !Entities.KINDS.contains(parts.get(0))) {
      return Optional.empty();
    }
    String first = parts.get(0);
    if (parts.size() < 3) {
      return Optional.of(new Address(null, null, first, parts.size() == 2 ? parts.get(1) : null));
    }
    boolean nested =
        parts.size() < 5 && NESTED.getOrDefault(first, List.of()).contains(parts.get(2));
    return nested
        ? Optional.of(
            new Address(first, parts.get(1), parts.get(2), parts.size() == 4 ? parts.get(3) : null))
        : Optional.empty();
  }

  /** The field of an entity that names its owner. */
  static String fieldOf(String ownerKind) {
    return ownerKind.substring(0, ownerKind.length() - 1);
  }

  /** What can be done here. */
  String allow(boolean write) {
    return !write
        ? "GET, HEAD, OPTIONS"
        : key == null ? "GET, HEAD, OPTIONS, POST" : "GET, HEAD, OPTIONS, PUT, PATCH, DELETE";
  }
}
