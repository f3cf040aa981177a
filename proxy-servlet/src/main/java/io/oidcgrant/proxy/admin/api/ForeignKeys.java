package io.oidcgrant.proxy.admin.api;

import io.oidcgrant.config.ConfigNode;
import io.oidcgrant.proxy.config.Written;
import java.util.List;
import java.util.Optional;

/** What an entity says of the service or route that it belongs to. */
final class ForeignKeys {
  static final List<String> FIELDS = List.of("service", "route");

  private ForeignKeys() {}

  static ConfigNode.Mapping reference(ConfigNode at, String id) {
    return new ConfigNode.Mapping(
        at.source(), 0, List.of(new ConfigNode.Entry("id", 0, Nodes.text(at.source(), id))));
  }

  /**
   * With what it belongs to by id, however it was written.
   *
   * @throws RefusedException if that is nothing, or cannot be told for long
   */
  static ConfigNode.Mapping resolved(ConfigNode.Mapping node, String field, InForce inForce) {
    Optional<ConfigNode> value = Nodes.get(node, field);
    if (value.isEmpty()) {
      return Nodes.without(node, field);
    }
    Optional<String> name = Optional.empty();
    Optional<String> key = Nodes.text(node, field);
    if (value.get() instanceof ConfigNode.Mapping reference) {
      for (ConfigNode.Entry entry : reference.entries()) {
        if (!entry.name().equals("id") && !entry.name().equals("name")) {
          throw new RefusedException(Violations.of(field + "." + entry.name(), "unknown field"));
        }
      }
      name = Nodes.text(reference, "name");
      key = Nodes.text(reference, "id").or(() -> Nodes.text(reference, "name"));
    }
    Optional<Written> owner = key.flatMap(called -> inForce.find(field + "s", called));
    if (owner.isEmpty()) {
      throw new RefusedException(missing(field, key));
    }
    if (name.filter(called -> !owner.get().isCalled(called)).isPresent()) {
      throw new RefusedException(
          Violations.of(field + ".name", "is not that of the " + field + " with this id"));
    }
    if (!owner.get().lasting()) {
      throw new RefusedException(Violations.of(
          field,
          "is a " + field + " of a file without a name, whose id changes with its place:"
              + " give it a name in the file"));
    }
    return Nodes.with(node, field, reference(node, owner.get().id()));
  }

  private static Answer missing(String field, Optional<String> key) {
    String kind = field + "s";
    String called = key.map(text -> "'" + text + "'").orElse("written here");
    return Answer.error(
        400,
        4,
        "foreign key violation",
        "the foreign key " + called + " does not reference an existing '" + kind + "' entity.",
        Answer.object(field, "does not reference an existing '" + kind + "' entity"));
  }
}
