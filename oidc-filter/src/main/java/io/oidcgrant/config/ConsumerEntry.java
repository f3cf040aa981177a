package io.oidcgrant.config;

import io.oidcgrant.protocol.Consumer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Entries of {@code consumers[]}. */
final class ConsumerEntry {
  private ConsumerEntry() {}

  /**
   * Adds those of a document to those there are; no two share an id or a name.
   *
   * @return whether there were any
   */
  static boolean readAll(ConfigNode document, Reading reading, List<Consumer> consumers) {
    int before = consumers.size();
    if (!(document instanceof ConfigNode.Mapping mapping)) {
      return false;
    }
    for (ConfigNode.Entry entry : mapping.entries()) {
      if (!entry.name().equals("consumers") || entry.value().isNull()) {
        continue;
      }
      if (!(entry.value() instanceof ConfigNode.Sequence list)) {
        reading.problem(
            entry.value(), "consumers", "is " + entry.value().kind() + ", must be a list");
        continue;
      }
      for (int i = 0; i < list.items().size(); i++) {
        ConfigNode item = list.items().get(i);
        MappingReader.of(item, "consumers[" + i + "]", reading)
            .flatMap(fields -> read(fields, consumers))
            .ifPresent(consumer -> {
              consumers.add(consumer);
              reading.consumersAsWritten().put(consumer, item);
            });
      }
    }
    return consumers.size() > before;
  }

  private static Optional<Consumer> read(MappingReader mapping, List<Consumer> others) {
    Optional<String> id = text(mapping, "id", FieldType.TEXT);
    Optional<String> username = text(mapping, "username", FieldType.REFERENCEABLE);
    Optional<String> customId = text(mapping, "custom_id", FieldType.REFERENCEABLE);
    mapping.take("tags", FieldType.listOf(FieldType.TEXT));
    mapping.ignore("created_at", "updated_at", "type", "username_lower", "_comment");
    // Kong's own ways to tell them apart, and its plugins bound to them: not here.
    mapping.notImplemented(
        "plugins",
        "groups",
        "acls",
        "basicauth_credentials",
        "hmacauth_credentials",
        "jwt_secrets",
        "keyauth_credentials",
        "mtls_auth_credentials",
        "oauth2_credentials");
    mapping.finish();
    if (username.isEmpty() && customId.isEmpty()) {
      mapping.problem("username", null, "is missing: a consumer has a username or a custom_id");
      return Optional.empty();
    }
    Consumer consumer = new Consumer(
        id.orElseGet(() -> idOf(username.orElse("") + "\n" + customId.orElse(""))),
        username,
        customId);
    for (Consumer other : others) {
      if (other.id().equals(consumer.id())) {
        mapping.problem(id.isPresent() ? "id" : "username", null, "is that of another consumer");
        return Optional.empty();
      }
      if (username.isPresent() && username.equals(other.username())) {
        mapping.problem("username", null, "is that of another consumer");
        return Optional.empty();
      }
      if (customId.isPresent() && customId.equals(other.customId())) {
        mapping.problem("custom_id", null, "is that of another consumer");
        return Optional.empty();
      }
    }
    return Optional.of(consumer);
  }

  /** Not empty, or an empty claim would name somebody. */
  private static Optional<String> text(MappingReader mapping, String name, FieldType<String> type) {
    Optional<String> text = mapping.take(name, type);
    if (text.filter(String::isEmpty).isPresent()) {
      mapping.problem(name, null, "is empty");
    }
    return text;
  }

  /** The same at every start. */
  private static String idOf(String name) {
    return UUID.nameUUIDFromBytes(("consumer\n" + name).getBytes(StandardCharsets.UTF_8))
        .toString();
  }
}
