package io.oidcgrant.examples.identity;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * A scope of an authorization server.
 *
 * @param byDefault whether clients that may have it get it without asking
 * @param inMetadata whether the discovery document names it
 */
record RegisteredScope(
    String id,
    String name,
    String description,
    boolean byDefault,
    boolean inMetadata,
    boolean enabled,
    String createdAt)
    implements Register.Entry {
  /** One scope-token (RFC 6749 section 3.3). */
  private static final Pattern TOKEN = Pattern.compile("[\\x21\\x23-\\x5b\\x5d-\\x7e]+");

  static RegisteredScope create(Fields fields, String createdAt) {
    String name = fields.text("name", 128);
    if (!TOKEN.matcher(name).matches()) {
      throw Problem.field("name", "name must be a scope without blanks, quotes and backslashes");
    }
    RegisteredScope scope = new RegisteredScope(
        UUID.randomUUID().toString(),
        name,
        fields.text("description", 1024, ""),
        fields.flag("default", false),
        fields.flag("include_in_metadata", false),
        fields.flag("enabled", true),
        createdAt);
    fields.end();
    return scope;
  }

  @Override
  public Map<String, Object> shown() {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("id", id);
    members.put("name", name);
    members.put("description", description);
    members.put("default", byDefault);
    members.put("include_in_metadata", inMetadata);
    members.put("enabled", enabled);
    members.put("created_at", createdAt);
    members.put("updated_at", createdAt);
    return members;
  }
}
