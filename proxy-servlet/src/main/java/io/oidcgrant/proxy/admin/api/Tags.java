package io.oidcgrant.proxy.admin.api;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the tags of an entity are to be: {@code a,b} for both, {@code a/b} for one of them.
 *
 * @param written empty where any will do
 */
record Tags(String written, List<String> names, boolean all) {
  /** Empty where what is written is neither. */
  static Optional<Tags> of(String written) {
    if (written.isEmpty()) {
      return Optional.of(new Tags("", List.of(), true));
    }
    boolean all = !written.contains("/");
    List<String> names = List.of(written.split(all ? "," : "/", -1));
    boolean readable = names.stream().noneMatch(name -> name.isBlank() || name.contains(","));
    return readable ? Optional.of(new Tags(written, names, all)) : Optional.empty();
  }

  static Answer unreadable() {
    String why = "invalid filter syntax";
    return Answer.error(
        400, 11, "invalid options", "invalid option (tags: " + why + ")", Map.of("tags", why));
  }

  boolean fit(Map<String, ?> members) {
    Object tags = members.get("tags");
    List<?> its = tags instanceof List<?> list ? list : tags == null ? List.of() : List.of(tags);
    return names.isEmpty()
        || (all ? its.containsAll(names) : names.stream().anyMatch(its::contains));
  }

  /** For the address of the next page. */
  String inQuery() {
    return written.isEmpty() ? "" : "&tags=" + URLEncoder.encode(written, StandardCharsets.UTF_8);
  }
}
