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
  static Answer of(String path, String message) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    put(fields, path, message);
    return schema(fields, List.of(path + ": " + message));
  }

  /** All problems of a declarative file; the paths of its fields begin at its top. */
  static Answer ofConfig(List<ConfigProblem> problems, String source) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    List<String> messages = collect(problems, source, "", fields);
    return Answer.error(
        400,
        14,
        "invalid declarative configuration",
        "declarative config is invalid: " + String.join("; ", messages),
        fields);
  }

  /**
   * All problems that it makes.
   *
   * @param source of which those are of an entity that the API keeps
   * @param place of the entity that was written; the paths of the fields begin there
   */
  static Answer of(List<ConfigProblem> problems, String source, String place) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    return schema(fields, collect(problems, source, place + ".", fields));
  }

  private static List<String> collect(
      List<ConfigProblem> problems,
      String source,
      String prefix,
      Map<String, @Nullable Object> fields) {
    List<String> messages = new ArrayList<>();
    for (ConfigProblem problem : problems) {
      boolean kept = problem.source().equals(source);
      // Where the state is kept is nobody's business, and it has no lines.
      String message =
          problem.message().replace(source + ":0", "the state").replace(source, "the state");
      if (kept && problem.path().startsWith(prefix)) {
        String path = problem.path().substring(prefix.length());
        put(fields, path, message);
        messages.add(path + ": " + message);
      } else {
        String other = (kept ? "" : problem.source() + ":" + problem.line() + ": ") + problem.path()
            + ": " + message;
        List<@Nullable Object> others = list(fields.get(WHOLE));
        others.add(other);
        fields.put(WHOLE, others);
        messages.add(other);
      }
    }
    return messages;
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
