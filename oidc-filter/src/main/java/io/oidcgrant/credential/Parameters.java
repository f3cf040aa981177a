package io.oidcgrant.credential;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The values that a request has under a name, by place; null among them for one that is malformed.
 */
public final class Parameters {
  private Parameters() {}

  /** Of header lines, names folded. */
  public static List<@Nullable String> inHeaders(RequestView request, String name) {
    List<@Nullable String> values = new ArrayList<>(1);
    for (String header : request.headerNames()) {
      if (HeaderNames.same(header, name)) {
        values.addAll(request.headers(header));
      }
    }
    return values;
  }

  /** Of the query, names to the letter. */
  public static List<@Nullable String> inQuery(RequestView request, String name) {
    String query = request.rawQuery();
    return query == null ? List.of() : FormParameters.values(query, name);
  }

  /** Of a body that has been read and can be searched, names to the letter. */
  public static List<@Nullable String> inBody(RequestView request, String name) {
    SearchableBody kind = SearchableBody.of(request);
    return kind == null || request.body().isEmpty()
        ? List.of()
        : kind.values(request.body().get(), name);
  }
}
