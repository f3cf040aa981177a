package io.oidcgrant.examples.identity;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An error answer of the management calls (RFC 9457). */
final class Problem extends Declined {
  private static final long serialVersionUID = 1L;
  private static final Map<Integer, String> TITLES = Map.of(
      400, "Bad Request",
      401, "Unauthorized",
      404, "Not Found",
      405, "Method Not Allowed",
      409, "Conflict",
      413, "Content Too Large",
      415, "Unsupported Media Type");

  private final int status;
  private final @Nullable String field;

  private Problem(int status, @Nullable String field, String reason) {
    super(reason);
    this.status = status;
    this.field = field;
  }

  static Problem of(int status, String reason) {
    return new Problem(status, null, reason);
  }

  /** 400 for one field of the body. */
  static Problem field(String name, String reason) {
    return new Problem(400, name, reason);
  }

  static Problem notFound() {
    return of(404, "there is nothing here");
  }

  @Override
  Answer answer() {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("status", status);
    members.put("title", TITLES.getOrDefault(status, "Error"));
    members.put("detail", reason());
    if (field != null) {
      members.put("invalid_parameters", List.of(Map.of("field", field, "reason", reason())));
    }
    return Answer.of(status, "application/problem+json", JSONObjectUtils.toJSONString(members));
  }
}
