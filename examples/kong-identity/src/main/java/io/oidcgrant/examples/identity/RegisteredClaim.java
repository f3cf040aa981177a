package io.oidcgrant.examples.identity;

import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.util.JSONUtils;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A claim of an authorization server.
 *
 * @param value any JSON, or a text that is an array or object; its texts may be
 *     {@linkplain Template templates}
 * @param inToken whether access tokens have it; else {@code /userinfo}
 * @param inScopes the identifiers of the scopes that bring it
 */
record RegisteredClaim(
    String id,
    String name,
    Object value,
    boolean inToken,
    boolean inAllScopes,
    List<String> inScopes,
    boolean enabled,
    String createdAt)
    implements Register.Entry {
  /** What the server itself says in a token. */
  private static final Set<String> RESERVED =
      Set.of("iss", "sub", "aud", "exp", "nbf", "iat", "jti", "client_id", "scope", "cnf", "act");

  private static final int DEEPEST = 16;

  static RegisteredClaim create(Fields fields, Register<RegisteredScope> scopes, String createdAt) {
    String name = fields.text("name", 128);
    if (RESERVED.contains(name)) {
      throw Problem.field("name", name + " is the server's own");
    }
    Object value = fields.any("value");
    if (value == null) {
      throw Problem.field("value", "value is missing");
    }
    try {
      rendered(value, Map.of(), DEEPEST);
    } catch (IllegalArgumentException e) {
      throw Problem.field("value", "value: " + e.getMessage());
    }
    List<String> inScopes = fields.texts("include_in_scopes");
    if (!inScopes.stream().allMatch(scopes::has)) {
      throw Problem.field("include_in_scopes", "include_in_scopes must be identifiers of scopes");
    }
    RegisteredClaim claim = new RegisteredClaim(
        UUID.randomUUID().toString(),
        name,
        value,
        fields.flag("include_in_token", false),
        fields.flag("include_in_all_scopes", false),
        inScopes,
        fields.flag("enabled", true),
        createdAt);
    fields.end();
    return claim;
  }

  /** Whether it belongs to what these scopes bring: any of its own, or none at all. */
  boolean goesWith(Set<String> scopeIds) {
    return enabled
        && (inAllScopes
            || inScopes.stream().anyMatch(scopeIds::contains)
            || (inScopes.isEmpty() && scopeIds.isEmpty()));
  }

  /** Its value with the templates filled in. */
  Object rendered(Map<String, String> fields) {
    Object rendered = rendered(value, fields, DEEPEST);
    return rendered == null ? "" : rendered;
  }

  private static @Nullable Object rendered(
      @Nullable Object value, Map<String, String> fields, int depth) {
    if (depth == 0) {
      throw new IllegalArgumentException("nested deeper than " + DEEPEST);
    }
    if (value instanceof String text) {
      Object json = json(text);
      return json == null ? Template.parse(text).render(fields) : rendered(json, fields, depth - 1);
    }
    if (value instanceof List<?> list) {
      return list.stream().map(item -> rendered(item, fields, depth - 1)).toList();
    }
    if (value instanceof Map<?, ?> map) {
      Map<String, @Nullable Object> members = new LinkedHashMap<>();
      map.forEach(
          (name, member) -> members.put(String.valueOf(name), rendered(member, fields, depth - 1)));
      return members;
    }
    return value;
  }

  /** The array or object that a text is; else null. */
  private static @Nullable Object json(String text) {
    if (!text.startsWith("[") && !text.startsWith("{")) {
      return null;
    }
    try {
      return JSONUtils.parseJSON(text);
    } catch (ParseException e) {
      return null;
    }
  }

  @Override
  public Map<String, Object> shown() {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("id", id);
    members.put("name", name);
    members.put("value", value);
    members.put("include_in_token", inToken);
    members.put("include_in_all_scopes", inAllScopes);
    members.put("include_in_scopes", inScopes);
    members.put("enabled", enabled);
    members.put("created_at", createdAt);
    members.put("updated_at", createdAt);
    return members;
  }
}
