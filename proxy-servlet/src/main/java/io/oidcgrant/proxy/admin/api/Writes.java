package io.oidcgrant.proxy.admin.api;

import io.oidcgrant.config.ConfigNode;
import io.oidcgrant.config.ConfigProblem;
import io.oidcgrant.proxy.config.Entities;
import io.oidcgrant.proxy.config.Entity;
import io.oidcgrant.proxy.config.Written;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Makes, changes and deletes entities, as Kong's Admin API does. Every change is put in force as a
 * whole before it is answered, or refused with all that is wrong, and then nothing has changed.
 * Safe for concurrent use, one after the other.
 */
final class Writes {
  private static final Pattern UUID_TEXT =
      Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

  private final InForce inForce;
  private final InstantSource clock;

  Writes(Changes changes, InstantSource clock) {
    this.inForce = new InForce(changes);
    this.clock = clock;
  }

  /**
   * Does it.
   *
   * @param method one that the address allows
   */
  synchronized Answer answer(String method, Address address, @Nullable String type, byte[] body) {
    try {
      Optional<Written> owner = owner(address);
      if (address.ownerKind() != null && owner.isEmpty()) {
        return Answer.notFound();
      }
      Optional<Written> found = found(address, owner);
      return switch (method) {
        case "DELETE" -> found.isEmpty() ? Answer.empty() : deleted(kept(found.get()));
        case "POST" -> {
          ConfigNode.Mapping node = owned(body(type, body, null), address, owner);
          yield created(address.kind(), node, Optional.empty(), 201);
        }
        case "PATCH" ->
          found.isEmpty() ? Answer.notFound() : patched(kept(found.get()), type, body);
        default -> put(address, owner, found, type, body);
      };
    } catch (RefusedException e) {
      return e.answer();
    }
  }

  /** Whether a plugin could be one; nothing is made. */
  Answer validated(@Nullable String type, byte[] body) {
    try {
      return Validation.ofPlugin(body(type, body, null), inForce);
    } catch (RefusedException e) {
      return e.answer();
    }
  }

  /** Replaces all that is kept by a declarative file. */
  synchronized Answer config(@Nullable String type, byte[] body) {
    try {
      return new DeclaredConfig(inForce).taken(type, body);
    } catch (RefusedException e) {
      return e.answer();
    }
  }

  private Optional<Written> owner(Address address) {
    String key = address.ownerKey();
    return address.ownerKind() == null || key == null
        ? Optional.empty()
        : inForce.find(address.ownerKind(), key);
  }

  private Optional<Written> found(Address address, Optional<Written> owner) {
    String key = address.key();
    return key == null
        ? Optional.empty()
        : inForce
            .find(address.kind(), key)
            .filter(one -> owner.isEmpty()
                || one.isOf(Address.fieldOf(owner.get().kind()), owner.get().id()));
  }

  /** The entity itself, which must not stand in a file. */
  private Entity kept(Written written) {
    return inForce
        .kept()
        .find(written.kind(), written.id())
        .orElseThrow(() -> new RefusedException(Answer.error(
            405,
            12,
            "operation unsupported",
            "cannot change '" + written.kind()
                + "' entities of a configuration file here: change the file",
            Map.of())));
  }

  private ConfigNode.Mapping body(@Nullable String type, byte[] body, @Nullable String plugin) {
    try {
      return Bodies.read(type, body, inForce.kept().source(), plugin);
    } catch (Bodies.UnsupportedTypeException e) {
      throw new RefusedException(Answer.message(415, "Unsupported Media Type"));
    } catch (IllegalArgumentException e) {
      throw new RefusedException(Bodies.unreadable(type, e));
    }
  }

  private static ConfigNode.Mapping owned(
      ConfigNode.Mapping node, Address address, Optional<Written> owner) {
    return owner
        .map(one -> Nodes.with(
            node,
            Address.fieldOf(String.valueOf(address.ownerKind())),
            ForeignKeys.reference(node, one.id())))
        .orElse(node);
  }

  private Answer created(
      String kind, ConfigNode.Mapping node, Optional<String> withId, int status) {
    String id = withId
        .or(() -> Nodes.text(node, "id"))
        .orElseGet(() -> UUID.randomUUID().toString())
        .toLowerCase(Locale.ROOT);
    if (!UUID_TEXT.matcher(id).matches()) {
      return Violations.of("id", "expected a valid UUID");
    }
    if (inForce.find(kind, id).filter(one -> one.id().equalsIgnoreCase(id)).isPresent()) {
      return Answer.error(
          409,
          3,
          "primary key violation",
          "primary key violation on key '{id=\"" + id + "\"}'",
          Answer.object("id", id));
    }
    ConfigNode now = Nodes.number(node.source(), clock.instant().getEpochSecond());
    return stored(kind, id, node, null, Optional.of(now), status);
  }

  private Answer put(
      Address address,
      Optional<Written> owner,
      Optional<Written> found,
      @Nullable String type,
      byte[] body) {
    String key = String.valueOf(address.key());
    Optional<Entity> old = found.map(this::kept);
    String plugin = old.flatMap(was -> Nodes.text(was.node(), "name")).orElse(null);
    ConfigNode.Mapping node = owned(body(type, body, plugin), address, owner);
    boolean byId = old.isPresent()
        ? old.get().id().equalsIgnoreCase(key)
        : UUID_TEXT.matcher(key.toLowerCase(Locale.ROOT)).matches();
    if (!byId) {
      String name = Written.nameField(address.kind());
      if (name.isEmpty()) {
        return Violations.of("id", "expected a valid UUID");
      }
      node = Nodes.with(node, name, Nodes.text(node.source(), key));
    }
    return old.isPresent()
        ? replaced(old.get(), node)
        : created(address.kind(), node, byId ? Optional.of(key) : Optional.empty(), 200);
  }

  private Answer patched(Entity old, @Nullable String type, byte[] body) {
    String plugin = Nodes.text(old.node(), "name").orElse(null);
    ConfigNode.Mapping said = body(type, body, plugin);
    // A declarative file may have left one with its short form.
    ConfigNode.Mapping was =
        old.kind().equals("services") ? NewEntity.withoutUrl(old.node()) : old.node();
    ConfigNode.Mapping before = Nodes.get(said, "url").isPresent()
        ? Nodes.without(was, "protocol", "host", "port", "path")
        : was;
    Map<?, ?> records = old.kind().equals("plugins")
        ? Map.of("config", Told.settings(String.valueOf(plugin)))
        : Map.of();
    return replaced(old, Nodes.merged(before, said, records));
  }

  private Answer replaced(Entity old, ConfigNode.Mapping node) {
    Optional<String> id = Nodes.text(node, "id");
    if (id.isPresent() && !id.get().equalsIgnoreCase(old.id())) {
      return Violations.of("id", "cannot be changed");
    }
    return stored(old.kind(), old.id(), node, old, Nodes.get(old.node(), "created_at"), 200);
  }

  private Answer stored(
      String kind,
      String id,
      ConfigNode.Mapping said,
      @Nullable Entity old,
      Optional<ConfigNode> createdAt,
      int status) {
    NewEntity made = NewEntity.of(kind, said, old, inForce);
    String source = said.source();
    ConfigNode.Mapping node = Nodes.without(Nodes.identified(made.node(), id), "created_at");
    node = createdAt.isPresent() ? Nodes.with(node, "created_at", createdAt.get()) : node;
    node = Nodes.with(node, "updated_at", Nodes.number(source, clock.instant().getEpochSecond()));
    Entity entity = new Entity(kind, id, node);
    Entities next = inForce.kept().with(entity);
    String place = next.place(entity);
    List<ConfigProblem> problems = made.problems(place);
    if (!problems.isEmpty()) {
      return Violations.of(problems, source, place);
    }
    Optional<Answer> taken = Uniqueness.violation(entity, inForce.all());
    if (taken.isPresent()) {
      return taken.get();
    }
    inForce.put(next, found -> Violations.of(found, source, place));
    return inForce
        .find(kind, id)
        .map(written -> Answer.of(status, Told.of(written)))
        .orElseThrow(() -> new IllegalStateException("what was put in force is not there"));
  }

  private Answer deleted(Entity entity) {
    Entities next = inForce.kept().without(entity);
    String field = Address.fieldOf(entity.kind());
    for (Written other : inForce.all()) {
      if (!other.isOf(field, entity.id())) {
        continue;
      }
      if (!other.kind().equals("plugins")) {
        return referenced(entity, other.kind());
      }
      // A plugin goes with what it is bound to.
      next = next.without(kept(other));
    }
    String source = next.source();
    inForce.put(
        next,
        problems -> problems.stream().allMatch(each -> each.message().contains("names no "))
            ? referenced(entity, kindAt(problems.get(0).path()))
            : Violations.of(problems, source, ""));
    return Answer.empty();
  }

  /** Of what an entity that stands there is. */
  private static String kindAt(String path) {
    return List.of("plugins", "routes").stream()
        .filter(kind -> path.contains(kind + "["))
        .findFirst()
        .orElse("services");
  }

  private static Answer referenced(Entity entity, String by) {
    return Answer.error(
        400,
        4,
        "foreign key violation",
        "an existing '" + by + "' entity references this '" + entity.kind() + "' entity",
        Answer.object("@referenced_by", by));
  }
}
