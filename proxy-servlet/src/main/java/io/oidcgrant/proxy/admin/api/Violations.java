package io.oidcgrant.proxy.admin.api;

import io.oidcgrant.config.ConfigProblem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What is wrong with an entity, in Kong's form. */
final class Violations {
  private static final Pattern STEP = Pattern.compile("([^.\\[\\]]+)|\\[(\\d{1,3})]");
  private static final String WHOLE = "@entity";

  private Violations() {}

  /** One thing, of one field. */
  static Answer of(String field, String message) {
    return schema(Answer.object(field, message), List.of(field + ": " + message));
  }

  /**
   * All problems that it makes.
   *
   * @param source of which those are of an entity that the API keeps
   * @param place of the entity that was written; the paths of the fields begin there
   */
  static Answer of(List<ConfigProblem> problems, String source, String place) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    List<String> messages = new ArrayList<>();
    for (ConfigProblem problem : problems) {
      if (problem.source().equals(source) && problem.path().startsWith(place + ".")) {
        String path = problem.path().substring(place.length() + 1);
        put(fields, path, problem.message());
        messages.add(path + ": " + problem.message());
      } else {
        List<@Nullable Object> others = list(fields.get(WHOLE));
        others.add(problem.toString());
        fields.put(WHOLE, others);
        messages.add(problem.toString());
      }
    }
    return schema(fields, messages);
  }

  private static Answer schema(Map<String, @Nullable Object> fields, List<String> messages) {
    String count = messages.size() == 1 ? "" : messages.size() + " ";
    String name = messages.size() == 1 ? "schema violation" : "schema violations";
    return Answer.error(
        400,
        2,
        "schema violation",
        count + name + " (" + String.join("; ", messages) + ")",
        fields);
  }

  private static void put(Map<String, @Nullable Object> fields, String path, String message) {
    Matcher steps = STEP.matcher(path);
    List<Object> names = new ArrayList<>();
    while (steps.find()) {
      names.add(steps.group(1) != null ? steps.group(1) : Integer.valueOf(steps.group(2)));
    }
    if (names.isEmpty() || !(names.get(0) instanceof String)) {
      fields.put(WHOLE, message);
      return;
    }
    Object into = fields;
    for (int i = 0; i < names.size(); i++) {
      Object found = get(into, names.get(i));
      boolean last = i == names.size() - 1;
      // Where two things are wrong, the first is why the second is.
      Object next = last
          ? (found == null ? message : found)
          : names.get(i + 1) instanceof String
              ? (found instanceof Map<?, ?> ? found : new LinkedHashMap<String, Object>())
              : list(found);
      set(into, names.get(i), next);
      into = next;
    }
  }

  private static @Nullable Object get(Object in, Object name) {
    if (in instanceof Map<?, ?> map) {
      return map.get(name);
    }
    List<?> list = (List<?>) in;
    int index = (Integer) name;
    return index < list.size() ? list.get(index) : null;
  }

  @SuppressWarnings("unchecked")
  private static void set(Object in, Object name, Object value) {
    if (in instanceof Map<?, ?>) {
      ((Map<String, Object>) in).put((String) name, value);
      return;
    }
    List<@Nullable Object> list = (List<@Nullable Object>) in;
    while (list.size() <= (Integer) name) {
      list.add(null);
    }
    list.set((Integer) name, value);
  }

  @SuppressWarnings("unchecked")
  private static List<@Nullable Object> list(@Nullable Object found) {
    return found instanceof List<?> ? (List<@Nullable Object>) found : new ArrayList<>();
  }
}
