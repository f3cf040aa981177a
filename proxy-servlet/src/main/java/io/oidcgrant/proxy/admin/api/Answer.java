package io.oidcgrant.proxy.admin.api;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An answer of the Admin API, in Kong's form.
 *
 * @param json empty for no body
 * @param allow for the header of this name; empty for none
 */
public record Answer(int status, String json, String allow) {
  static Answer of(int status, Map<String, @Nullable Object> value) {
    return new Answer(status, JSONObjectUtils.toJSONString(value), "");
  }

  static Answer empty() {
    return new Answer(204, "", "");
  }

  static Answer message(int status, String message) {
    return of(status, object("message", message));
  }

  static Answer notFound() {
    return message(404, "Not found");
  }

  static Answer notAllowed(String allow) {
    return new Answer(405, message(405, "Method not allowed").json(), allow);
  }

  /** An error with the code and the name that Kong gives to its kind. */
  static Answer error(
      int status, int code, String name, String message, Map<String, @Nullable Object> fields) {
    Map<String, @Nullable Object> error = object("code", code);
    error.put("name", name);
    error.put("message", message);
    if (!fields.isEmpty()) {
      error.put("fields", fields);
    }
    return of(status, error);
  }

  static Map<String, @Nullable Object> object(String name, @Nullable Object value) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    object.put(name, value);
    return object;
  }
}
