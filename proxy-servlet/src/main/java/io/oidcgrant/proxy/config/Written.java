package io.oidcgrant.proxy.config;

import java.util.Collections;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One entity as it was written, secrets masked, with the defaults of what was not. Immutable.
 *
 * @param kind such as {@code services}
 * @param id as written, else made of its name or place and the same at every start
 * @param members with {@code id}
 * @param lasting whether it keeps its id where it comes to stand elsewhere
 */
public record Written(
    String kind, String id, Map<String, @Nullable Object> members, boolean lasting) {
  public Written {
    members = Collections.unmodifiableMap(members);
  }

  /** Whether this is what an address calls {@code name}. */
  public boolean isCalled(String name) {
    // Upper or lower case makes no other UUID.
    boolean same = id.length() == 36 ? id.equalsIgnoreCase(name) : id.equals(name);
    return same || name.equals(members.get(nameField(kind)));
  }

  /** The field by which an address calls one of a kind; empty where there is none. */
  public static String nameField(String kind) {
    return switch (kind) {
      case "services", "routes" -> "name";
      case "consumers" -> "username";
      case "plugins" -> "instance_name";
      default -> "";
    };
  }

  /** Whether it belongs to the service or route with this id. */
  public boolean isOf(String field, String ownerId) {
    return members.get(field) instanceof Map<?, ?> owner && ownerId.equals(owner.get("id"));
  }
}
