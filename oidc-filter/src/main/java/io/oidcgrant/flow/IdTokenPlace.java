package io.oidcgrant.flow;

import io.oidcgrant.credential.HeaderNames;
import io.oidcgrant.credential.Hiding;
import io.oidcgrant.credential.Parameters;
import io.oidcgrant.credential.RequestView;
import io.oidcgrant.protocol.Failure;
import io.oidcgrant.protocol.Failure.Kind;
import io.oidcgrant.protocol.Secret;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where an ID token may stand beside a caller's access token: header, query, body, the first that
 * has it.
 *
 * @param locations of {@code header}, {@code query} and {@code body}
 */
record IdTokenPlace(String name, List<String> locations) {

  /** Whether it may be in the body: nothing before has it. */
  boolean wantsBody(RequestView request) {
    return locations.contains("body") && before(request).isEmpty();
  }

  private List<@Nullable String> before(RequestView request) {
    List<@Nullable String> values =
        locations.contains("header") ? Parameters.inHeaders(request, name) : List.of();
    return values.isEmpty() && locations.contains("query")
        ? Parameters.inQuery(request, name)
        : values;
  }

  /**
   * The ID token; null where there is none.
   *
   * @throws io.oidcgrant.protocol.GrantException if there are two, or it cannot be one
   */
  @Nullable Secret find(RequestView request) {
    List<@Nullable String> values = before(request);
    if (values.isEmpty() && locations.contains("body")) {
      values = Parameters.inBody(request, name);
    }
    if (values.isEmpty()) {
      return null;
    }
    String value = values.get(0);
    if (values.size() > 1) {
      throw Failure.of(Kind.AMBIGUOUS_CREDENTIAL, "more than one ID token").toException();
    }
    if (value == null || !value.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      throw Failure.of(Kind.MALFORMED_REQUEST, "the ID token is malformed").toException();
    }
    return value.isEmpty() ? null : Secret.of(value);
  }

  boolean inQuery(RequestView request) {
    return locations.contains("query") && !Parameters.inQuery(request, name).isEmpty();
  }

  /** Every place where it may stand. */
  Hiding hiding() {
    Set<String> parameter = Set.of(name);
    return new Hiding(
        locations.contains("header") ? Set.of(HeaderNames.folded(name)) : Set.of(),
        locations.contains("query") ? parameter : Set.of(),
        locations.contains("body") ? parameter : Set.of());
  }
}
