package io.oidcgrant.proxy.admin.api;

import io.oidcgrant.config.ConfigNode;
import io.oidcgrant.config.ConfigSchema;
import io.oidcgrant.config.PluginEntry;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a form, as Kong reads them: dots lead into records; lists are names that come more
 * than once or end with {@code []} or {@code [1]}; an empty value is null. One per form; not
 * thread-safe.
 */
final class FormFields {
  private static final int MOST = 1000;
  private static final int DEEPEST = 16;
  private static final Pattern STEP = Pattern.compile("([^\\[\\]]+)(?:\\[(\\d{0,3})])?");

  /** {@code config[issuer]} is {@code config.issuer}. */
  private static final Pattern BRACKETS = Pattern.compile("\\[([A-Za-z_][^\\[\\].]*)]");

  /** Of an entity, what is no text. */
  private static final Set<String> TYPED = Set.of(
      "enabled",
      "port",
      "retries",
      "connect_timeout",
      "read_timeout",
      "write_timeout",
      "tls_verify",
      "tls_verify_depth",
      "strip_path",
      "preserve_host",
      "regex_priority",
      "https_redirect_status_code",
      "request_buffering",
      "response_buffering",
      "created_at",
      "updated_at");

  /** A list, by its indexes; those without one follow. */
  private static final class Items {
    private final TreeMap<Integer, Object> items = new TreeMap<>();

    void add(Object item) {
      items.put(items.isEmpty() ? 1 : items.lastKey() + 1, item);
    }
  }

  private final Map<String, Object> root = new LinkedHashMap<>();
  private int count;

  /**
   * Adds the fields of a body of {@code application/x-www-form-urlencoded}.
   *
   * @throws IllegalArgumentException if it is none
   */
  void addAll(String body) {
    for (String pair : body.split("&", -1)) {
      if (!pair.isEmpty()) {
        int equals = pair.indexOf('=');
        add(
            decoded(equals < 0 ? pair : pair.substring(0, equals)),
            decoded(equals < 0 ? "" : pair.substring(equals + 1)));
      }
    }
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  /**
   * Adds a field.
   *
   * @throws IllegalArgumentException if its name cannot be one, or says something else than others
   */
  void add(String name, String value) {
    String[] steps = BRACKETS.matcher(name).replaceAll(".$1").split("\\.", -1);
    if (++count > MOST || steps.length > DEEPEST) {
      throw new IllegalArgumentException("holds too many fields");
    }
    Map<String, Object> into = root;
    for (int i = 0; i < steps.length; i++) {
      Matcher step = STEP.matcher(steps[i]);
      if (!step.matches()) {
        throw new IllegalArgumentException("holds a field whose name cannot be read");
      }
      boolean last = i == steps.length - 1;
      if (step.group(2) == null && last) {
        into.merge(step.group(1), value, FormFields::both);
      } else if (step.group(2) == null) {
        into = record(into.computeIfAbsent(step.group(1), key -> new LinkedHashMap<>()));
      } else {
        Items list = items(into.computeIfAbsent(step.group(1), key -> new Items()));
        if (last && step.group(2).isEmpty()) {
          list.add(value);
        } else if (last) {
          if (list.items.putIfAbsent(Integer.valueOf(step.group(2)), value) != null) {
            throw ambiguous();
          }
        } else if (step.group(2).isEmpty()) {
          throw new IllegalArgumentException("holds a list of records without their numbers");
        } else {
          into = record(list.items.computeIfAbsent(
              Integer.valueOf(step.group(2)), key -> new LinkedHashMap<>()));
        }
      }
    }
  }

  private static Object both(Object earlier, Object value) {
    if (earlier instanceof Items items) {
      items.add(value);
      return items;
    }
    if (!(earlier instanceof String)) {
      throw ambiguous();
    }
    Items items = new Items();
    items.add(earlier);
    items.add(value);
    return items;
  }

  private static Items items(Object value) {
    if (value instanceof Items items) {
      return items;
    }
    throw ambiguous();
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> record(Object value) {
    if (value instanceof Map<?, ?>) {
      return (Map<String, Object>) value;
    }
    throw ambiguous();
  }

  private static IllegalArgumentException ambiguous() {
    return new IllegalArgumentException("says two things of one field");
  }

  /**
   * All of them, with the types that the fields have.
   *
   * @param plugin whose settings {@code config} holds; null where that is not known from elsewhere
   */
  ConfigNode.Mapping node(String source, @Nullable String plugin) {
    String name = plugin == null ? String.valueOf(root.get("name")) : plugin;
    Map<String, Object> settings = switch (name) {
      case PluginEntry.OPENID_CONNECT -> ConfigSchema.openidConnect();
      case PluginEntry.UPSTREAM_OAUTH -> ConfigSchema.upstreamOAuth();
      default -> Map.of();
    };
    List<ConfigNode.Entry> entries = new ArrayList<>();
    root.forEach((field, value) -> entries.add(new ConfigNode.Entry(
        field,
        0,
        field.equals("config")
            ? node(source, value, settings)
            : node(source, value, TYPED.contains(field) ? Map.of("type", "number") : Map.of()))));
    return new ConfigNode.Mapping(source, 0, entries);
  }

  private static ConfigNode node(String source, Object value, Map<?, ?> schema) {
    if (value instanceof Items list) {
      Map<?, ?> ofItem = member(schema, "items");
      List<ConfigNode> items = new ArrayList<>();
      list.items.values().forEach(item -> items.add(node(source, item, ofItem)));
      return new ConfigNode.Sequence(source, 0, items);
    }
    if (value instanceof Map<?, ?> record) {
      Map<?, ?> properties = member(schema, "properties");
      List<ConfigNode.Entry> entries = new ArrayList<>();
      record.forEach((name, inside) -> entries.add(new ConfigNode.Entry(
          String.valueOf(name), 0, node(source, inside, member(properties, name)))));
      return new ConfigNode.Mapping(source, 0, entries);
    }
    String text = (String) value;
    return new ConfigNode.Scalar(source, 0, text, text.isEmpty() || isTyped(schema), false);
  }

  /** What a schema says of a part; of several that may stand there, the first is the field's. */
  private static Map<?, ?> member(Map<?, ?> schema, Object name) {
    Object found = schema.get(name);
    if (found == null && schema.get("anyOf") instanceof List<?> several) {
      return several.get(0) instanceof Map<?, ?> first ? member(first, name) : Map.of();
    }
    return found instanceof Map<?, ?> map ? map : Map.of();
  }

  private static boolean isTyped(Map<?, ?> schema) {
    if (schema.get("anyOf") instanceof List<?> several
        && several.get(0) instanceof Map<?, ?> first) {
      return isTyped(first);
    }
    if (schema.get("items") instanceof Map<?, ?> item) {
      return isTyped(item);
    }
    return schema.get("type") instanceof String type
        && Set.of("number", "integer", "boolean").contains(type);
  }
}
