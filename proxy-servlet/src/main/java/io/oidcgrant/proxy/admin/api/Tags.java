package io.oidcgrant.proxy.admin.api;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the tags of an entity are to be: {@code tags=a,b} in a query for both, {@code tags=a/b} for
 * one of them.
 *
 * @param written in the query; empty where any will do
 */
record Tags(String written, List<String> names, boolean all) {
  private static final String PARAMETER = "tags=";

  /** Empty where what the query says is neither. */
  static Optional<Tags> of(@Nullable String query) {
    String written = Arrays.stream(query == null ? new String[0] : query.split("&", -1))
        .filter(pair -> pair.startsWith(PARAMETER))
        .map(pair -> pair.substring(PARAMETER.length()))
        .findFirst()
        .orElse("");
    if (written.isEmpty()) {
      return Optional.of(new Tags("", List.of(), true));
    }
    try {
      String text = URLDecoder.decode(written, StandardCharsets.UTF_8);
      boolean all = !text.contains("/");
      List<String> names = List.of(text.split(all ? "," : "/", -1));
      boolean readable = names.stream().noneMatch(name -> name.isBlank() || name.contains(","));
      return readable ? Optional.of(new Tags(written, names, all)) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  static Answer unreadable() {
    String why = "invalid filter syntax";
    return Answer.error(
        400, 11, "invalid options", "invalid option (tags: " + why + ")", Map.of("tags", why));
  }

  boolean fit(Map<String, ?> members) {
    List<?> its = members.get("tags") instanceof List<?> list ? list : List.of();
    return names.isEmpty()
        || (all ? its.containsAll(names) : names.stream().anyMatch(its::contains));
  }

  /** For the address of the next page. */
  String inQuery() {
    return written.isEmpty() ? "" : "&" + PARAMETER + written;
  }
}
