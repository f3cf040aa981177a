package io.oidcgrant.proxy.admin.api;

import io.oidcgrant.config.ConfigNode;
import io.oidcgrant.proxy.config.Entity;
import io.oidcgrant.proxy.config.Written;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What no two entities of a kind may share. */
final class Uniqueness {
  private static final List<String> SCOPE = List.of("consumer", "route", "service");

  private Uniqueness() {}

  /** The answer to one that shares it with another; empty where it does not. */
  static Optional<Answer> violation(Entity entity, List<Written> all) {
    List<Written> others = all.stream()
        .filter(each -> each.kind().equals(entity.kind()) && !each.id().equals(entity.id()))
        .toList();
    for (String field : fields(entity.kind())) {
      Optional<String> value = Nodes.text(entity.node(), field);
      if (value.isPresent()
          && others.stream()
              .anyMatch(other -> value.get().equals(other.members().get(field)))) {
        return Optional.of(conflict(Answer.object(field, value.get())));
      }
    }
    return entity.kind().equals("plugins") ? scope(entity, others) : Optional.empty();
  }

  private static List<String> fields(String kind) {
    return switch (kind) {
      case "services", "routes" -> List.of("name");
      case "consumers" -> List.of("username", "custom_id");
      case "plugins" -> List.of("instance_name");
      default -> List.of();
    };
  }

  private static Optional<Answer> scope(Entity plugin, List<Written> others) {
    Map<String, @Nullable Object> mine = new LinkedHashMap<>();
    for (String field : SCOPE) {
      mine.put(
          field,
          Nodes.get(plugin.node(), field)
              .filter(value -> value instanceof ConfigNode.Mapping)
              .flatMap(value -> Nodes.text((ConfigNode.Mapping) value, "id"))
              .map(id -> (Object) Map.of("id", id))
              .orElse(null));
    }
    mine.put("name", Nodes.text(plugin.node(), "name").orElse(null));
    return others.stream()
            .anyMatch(other -> mine.entrySet().stream()
                .allMatch(field -> java.util.Objects.equals(
                    field.getValue(), other.members().get(field.getKey()))))
        ? Optional.of(conflict(mine))
        : Optional.empty();
  }

  private static Answer conflict(Map<String, @Nullable Object> fields) {
    List<String> words = new ArrayList<>();
    fields.forEach((name, value) -> words.add(name + "="
        + (value == null
            ? "null"
            : value instanceof Map<?, ?> reference
                ? "{id=\"" + reference.get("id") + "\"}"
                : "\"" + value + "\"")));
    return Answer.error(
        409,
        5,
        "unique constraint violation",
        "UNIQUE violation detected on '{" + String.join(",", words) + "}'",
        fields);
  }
}
