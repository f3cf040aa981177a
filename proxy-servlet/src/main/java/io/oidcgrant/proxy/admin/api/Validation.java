package io.oidcgrant.proxy.admin.api;

import io.oidcgrant.config.ConfigNode;
import io.oidcgrant.config.ConfigProblem;
import io.oidcgrant.config.Reading;
import io.oidcgrant.proxy.config.Entities;
import io.oidcgrant.proxy.config.Entity;
import io.oidcgrant.proxy.config.GatewayFiles;
import java.util.List;
import java.util.UUID;

/** Tells whether a plugin could be one, and makes none. */
final class Validation {
  private Validation() {}

  /**
   * Looks at all that it says, but for what it is bound to.
   *
   * @throws RefusedException if something is wrong with it
   */
  static Answer ofPlugin(ConfigNode.Mapping said, InForce inForce) {
    NewEntity made = NewEntity.of(
        "plugins", Nodes.without(said, ForeignKeys.FIELDS.toArray(String[]::new)), null, inForce);
    String id = UUID.randomUUID().toString();
    Entity plugin = new Entity("plugins", id, Nodes.identified(made.node(), id));
    Entities alone = Entities.none(said.source()).with(plugin);
    String place = alone.place(plugin);
    List<ConfigProblem> problems = made.problems(place);
    if (problems.isEmpty()) {
      Reading reading = new Reading();
      GatewayFiles.of(List.of(), List.of(alone.document()), reading);
      problems = reading.problems();
    }
    return problems.isEmpty()
        ? Answer.message(200, "schema validation successful")
        : Violations.of(problems, said.source(), place);
  }
}
