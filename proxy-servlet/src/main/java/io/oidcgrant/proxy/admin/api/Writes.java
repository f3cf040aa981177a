package io.oidcgrant.proxy.admin.api;

import io.oidcgrant.config.ConfigException;
import io.oidcgrant.config.ConfigNode;
import io.oidcgrant.config.ConfigProblem;
import io.oidcgrant.config.PluginEntry;
import io.oidcgrant.config.Reading;
import io.oidcgrant.config.YamlReader;
import io.oidcgrant.proxy.config.Entities;
import io.oidcgrant.proxy.config.Entity;
import io.oidcgrant.proxy.config.ServiceUrl;
import io.oidcgrant.proxy.config.Written;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes, changes and deletes entities, as Kong's Admin API does. Every change is put in force as a
 * whole before it is answered, or refused with all that is wrong, and then nothing has changed.
 * Safe for concurrent use, one after the other.
 */
final class Writes {
  private static final Logger LOG = LoggerFactory.getLogger(Writes.class);
  private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{N}._~-]+");
  private static final Pattern UUID_TEXT =
      Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

  private final Changes changes;
  private final InstantSource clock;

  Writes(Changes changes, InstantSource clock) {
    this.changes = changes;
    this.clock = clock;
  }

  /** What keeps a write from being done. */
  private static final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final transient Answer answer;

    RefusedException(Answer answer) {
      super("refused", null, false, false);
      this.answer = answer;
    }
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
        case "POST" ->
          created(address.kind(), owned(body(type, body, null), address, owner), Optional.empty());
        case "PATCH" ->
          found.isEmpty() ? Answer.notFound() : patched(kept(found.get()), type, body);
        default -> put(address, owner, found, type, body);
      };
    } catch (RefusedException e) {
      return e.answer;
    }
  }

  private Optional<Written> owner(Address address) {
    String key = address.ownerKey();
    return address.ownerKind() == null || key == null
        ? Optional.empty()
        : find(address.ownerKind(), key);
  }

  private Optional<Written> find(String kind, String key) {
    return changes.inForce().stream()
        .filter(each -> each.kind().equals(kind) && each.isCalled(key))
        .findFirst();
  }

  private Optional<Written> found(Address address, Optional<Written> owner) {
    String key = address.key();
    return key == null
        ? Optional.empty()
        : find(address.kind(), key)
            .filter(one -> owner.isEmpty()
                || one.isOf(Address.fieldOf(owner.get().kind()), owner.get().id()));
  }

  /** The entity itself, which must not stand in a file. */
  private Entity kept(Written written) {
    return changes
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
      return Bodies.read(type, body, changes.kept().source(), plugin);
    } catch (Bodies.UnsupportedTypeException e) {
      throw new RefusedException(Answer.message(415, "Unsupported Media Type"));
    } catch (IllegalArgumentException e) {
      throw new RefusedException(unreadable(type, e));
    }
  }

  private static Answer unreadable(@Nullable String type, IllegalArgumentException e) {
    String what = Bodies.mediaType(type).equals("application/json") ? "JSON body" : "body";
    String why = e.getMessage() == null || e.getMessage().startsWith("URLDecoder")
        ? "is not a form"
        : e.getMessage();
    return Answer.message(400, "Cannot parse " + what + ": it " + why);
  }

  private static ConfigNode.Mapping owned(
      ConfigNode.Mapping node, Address address, Optional<Written> owner) {
    return owner
        .map(one -> Nodes.with(
            node, Address.fieldOf(String.valueOf(address.ownerKind())), reference(node, one.id())))
        .orElse(node);
  }

  private static ConfigNode.Mapping reference(ConfigNode at, String id) {
    return new ConfigNode.Mapping(
        at.source(), 0, List.of(new ConfigNode.Entry("id", 0, Nodes.text(at.source(), id))));
  }

  private Answer created(String kind, ConfigNode.Mapping node, Optional<String> withId) {
    String id = withId
        .or(() -> Nodes.text(node, "id"))
        .orElseGet(() -> UUID.randomUUID().toString())
        .toLowerCase(Locale.ROOT);
    if (!UUID_TEXT.matcher(id).matches()) {
      return Violations.of("id", "expected a valid UUID");
    }
    if (find(kind, id).filter(one -> one.id().equalsIgnoreCase(id)).isPresent()) {
      return Answer.error(
          409,
          3,
          "primary key violation",
          "primary key violation on key '{id=\"" + id + "\"}'",
          Answer.object("id", id));
    }
    long now = clock.instant().getEpochSecond();
    return stored(kind, id, node, null, now, withId.isPresent() ? 200 : 201);
  }

  private Answer put(
      Address address,
      Optional<Written> owner,
      Optional<Written> found,
      @Nullable String type,
      byte[] body) {
    String key = String.valueOf(address.key());
    if (found.isPresent()) {
      Entity old = kept(found.get());
      ConfigNode.Mapping node =
          owned(body(type, body, Nodes.text(old.node(), "name").orElse(null)), address, owner);
      return replaced(old, node);
    }
    ConfigNode.Mapping node = owned(body(type, body, null), address, owner);
    if (UUID_TEXT.matcher(key.toLowerCase(Locale.ROOT)).matches()) {
      return created(address.kind(), node, Optional.of(key.toLowerCase(Locale.ROOT)));
    }
    String name = nameField(address.kind());
    if (name.isEmpty()) {
      return Violations.of("id", "expected a valid UUID");
    }
    ConfigNode.Mapping named = Nodes.get(node, name).isPresent()
        ? node
        : Nodes.with(node, name, Nodes.text(node.source(), key));
    return created(address.kind(), named, Optional.of(UUID.randomUUID().toString()));
  }

  private static String nameField(String kind) {
    return switch (kind) {
      case "services", "routes" -> "name";
      case "consumers" -> "username";
      case "plugins" -> "instance_name";
      default -> "";
    };
  }

  private Answer patched(Entity old, @Nullable String type, byte[] body) {
    ConfigNode.Mapping said = body(type, body, Nodes.text(old.node(), "name").orElse(null));
    // A declarative file may have left one with its short form.
    ConfigNode.Mapping was = old.kind().equals("services") ? withoutUrl(old.node()) : old.node();
    ConfigNode.Mapping before = Nodes.get(said, "url").isPresent()
        ? Nodes.without(was, "protocol", "host", "port", "path")
        : was;
    return replaced(old, Nodes.merged(before, said));
  }

  private Answer replaced(Entity old, ConfigNode.Mapping node) {
    Optional<String> id = Nodes.text(node, "id");
    if (id.isPresent() && !id.get().equalsIgnoreCase(old.id())) {
      return Violations.of("id", "cannot be changed");
    }
    long created = Nodes.text(old.node(), "created_at").map(Writes::number).orElse(0L);
    return stored(old.kind(), old.id(), node, old, created, 200);
  }

  private static long number(String text) {
    return text.matches("\\d{1,12}") ? Long.parseLong(text) : 0;
  }

  private Answer stored(
      String kind,
      String id,
      ConfigNode.Mapping said,
      @Nullable Entity old,
      long createdAt,
      int status) {
    Map<String, String> wrong = new LinkedHashMap<>();
    ConfigNode.Mapping node =
        (ConfigNode.Mapping) Nodes.unmasked(said, old == null ? null : old.node(), "", wrong::put);
    node = kind.equals("services") ? withoutUrl(node) : node;
    for (String field : List.of("service", "route")) {
      node = resolved(node, field);
    }
    if (kind.equals("services") || kind.equals("routes")) {
      Nodes.text(node, "name")
          .filter(name -> !NAME.matcher(name).matches())
          .ifPresent(name ->
              wrong.put("name", "invalid value: must be letters, digits, '.', '-', '_' and '~'"));
    }
    if (kind.equals("plugins")) {
      Nodes.text(node, "name")
          .filter(name ->
              !name.equals(PluginEntry.OPENID_CONNECT) && !name.equals(PluginEntry.UPSTREAM_OAUTH))
          .ifPresent(name -> wrong.put(
              "name",
              "plugin '" + name + "' not enabled; there are openid-connect and upstream-oauth"));
    }
    String source = node.source();
    node = Nodes.identified(node, id);
    node = Nodes.with(node, "created_at", Nodes.number(source, createdAt));
    node = Nodes.with(node, "updated_at", Nodes.number(source, clock.instant().getEpochSecond()));
    Entity entity = new Entity(kind, id, node);
    Entities next = changes.kept().with(entity);
    String place = next.place(entity);
    if (!wrong.isEmpty()) {
      List<ConfigProblem> problems = new ArrayList<>();
      wrong.forEach((path, message) ->
          problems.add(new ConfigProblem(source, 0, place + "." + path, message)));
      return Violations.of(problems, source, place);
    }
    Optional<Answer> taken = Uniqueness.violation(entity, changes.inForce());
    if (taken.isPresent()) {
      return taken.get();
    }
    put(next, place);
    return find(kind, id)
        .map(made -> Answer.of(status, made.members()))
        .orElseThrow(() -> new IllegalStateException("what was put in force is not there"));
  }

  /** {@code url} is a short form, which is never kept. */
  private static ConfigNode.Mapping withoutUrl(ConfigNode.Mapping node) {
    Optional<ServiceUrl> parts = Nodes.text(node, "url").flatMap(ServiceUrl::parse);
    if (parts.isEmpty()) {
      return node;
    }
    String source = node.source();
    ConfigNode.Mapping taken = Nodes.without(node, "url", "protocol", "host", "port", "path");
    taken = Nodes.with(taken, "protocol", Nodes.text(source, parts.get().protocol()));
    taken = Nodes.with(taken, "host", Nodes.text(source, parts.get().host()));
    taken = Nodes.with(taken, "port", Nodes.number(source, parts.get().port()));
    return parts.get().path().isEmpty()
        ? taken
        : Nodes.with(taken, "path", Nodes.text(source, parts.get().path()));
  }

  /** With what it belongs to by id, however it was written. */
  private ConfigNode.Mapping resolved(ConfigNode.Mapping node, String field) {
    Optional<ConfigNode> value = Nodes.get(node, field);
    if (value.isEmpty()) {
      return Nodes.without(node, field);
    }
    Optional<String> key = value.get() instanceof ConfigNode.Mapping reference
        ? Nodes.text(reference, "id").or(() -> Nodes.text(reference, "name"))
        : Nodes.text(node, field);
    String kind = field + "s";
    Optional<Written> owner = key.flatMap(called -> find(kind, called));
    if (owner.isEmpty()) {
      String called = key.map(text -> "'" + text + "'").orElse("written here");
      throw new RefusedException(Answer.error(
          400,
          4,
          "foreign key violation",
          "the foreign key " + called + " does not reference an existing '" + kind + "' entity.",
          Answer.object(field, "does not reference an existing '" + kind + "' entity")));
    }
    return Nodes.with(node, field, reference(node, owner.get().id()));
  }

  private Answer deleted(Entity entity) {
    Entities next = changes.kept().without(entity);
    String field = Address.fieldOf(entity.kind());
    for (Written other : changes.inForce()) {
      if (!other.isOf(field, entity.id())) {
        continue;
      }
      if (!other.kind().equals("plugins")) {
        return Answer.error(
            400,
            4,
            "foreign key violation",
            "an existing '" + other.kind() + "' entity references this '" + entity.kind()
                + "' entity",
            Answer.object("@referenced_by", other.kind()));
      }
      // A plugin goes with what it is bound to.
      next = next.without(kept(other));
    }
    put(next, "");
    return Answer.empty();
  }

  private void put(Entities next, String place) {
    try {
      changes.change(next);
    } catch (ConfigException e) {
      throw new RefusedException(Violations.of(e.problems(), next.source(), place));
    } catch (UncheckedIOException e) {
      LOG.error("what the Admin API was told cannot be kept: {}", e.getMessage());
      throw new RefusedException(Answer.message(503, "The state could not be stored"));
    } catch (RuntimeException e) {
      LOG.error("what the Admin API was told cannot be put in force", e);
      throw new RefusedException(Answer.message(503, "It could not be put in force"));
    }
  }

  /** Replaces all that is kept by a declarative file. */
  synchronized Answer config(@Nullable String type, byte[] body) {
    String source = changes.kept().source();
    Reading reading = new Reading();
    if (body.length == 0) {
      return Answer.message(400, "The configuration is missing");
    }
    try {
      ConfigNode document = document(type, body, source, reading);
      Map<String, String> wrong = new LinkedHashMap<>();
      // Whose secret a mask stood for is not to be seen in a file.
      ConfigNode whole = Nodes.unmasked(document, null, "", wrong::put);
      Entities next = Entities.of(whole, reading);
      wrong.forEach((path, message) -> reading.problem(source, 0, path, message));
      reading.throwIfAny();
      put(next, "");
      Map<String, @Nullable Object> all = new LinkedHashMap<>();
      for (String kind : Entities.KINDS) {
        Map<String, @Nullable Object> ofKind = new LinkedHashMap<>();
        changes.inForce().stream()
            .filter(each -> next.find(each.kind(), each.id()).isPresent())
            .filter(each -> each.kind().equals(kind))
            .forEach(each -> ofKind.put(each.id(), each.members()));
        all.put(kind, ofKind);
      }
      return Answer.of(201, all);
    } catch (ConfigException e) {
      return invalid(Violations.of(e.problems(), source, ""));
    } catch (Bodies.UnsupportedTypeException e) {
      return Answer.message(415, "Unsupported Media Type");
    } catch (IllegalArgumentException e) {
      return unreadable(type, e);
    } catch (RefusedException e) {
      return e.answer.status() == 400 ? invalid(e.answer) : e.answer;
    }
  }

  private static Answer invalid(Answer violations) {
    return new Answer(
        400,
        violations
            .json()
            .replace("\"code\":2", "\"code\":14")
            .replace(
                "\"name\":\"schema violation\"", "\"name\":\"invalid declarative configuration\""),
        "");
  }

  /** The file itself, or a form or an object in which it stands as the text of {@code config}. */
  private static ConfigNode document(
      @Nullable String type, byte[] body, String source, Reading reading)
      throws Bodies.UnsupportedTypeException {
    String text;
    if (List.of("application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml")
        .contains(Bodies.mediaType(type))) {
      text = Bodies.text(body);
    } else {
      ConfigNode.Mapping said = Bodies.read(type, body, source, "");
      if (!(Nodes.get(said, "config").orElse(null) instanceof ConfigNode.Scalar config)) {
        return said;
      }
      text = config.text();
    }
    List<ConfigNode> documents = YamlReader.readLiteral(source, text, reading);
    reading.throwIfAny();
    return YamlReader.single(documents)
        .orElseThrow(() -> new IllegalArgumentException("is not one document"));
  }
}
