package io.oidcgrant.protocol;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Parsed JSON that many share. */
public final class JsonValues {
  private JsonValues() {}

  /** A copy that cannot be changed at any depth, without its own members that are null. */
  public static Map<String, Object> copyOf(Map<String, ? extends @Nullable Object> members) {
    Map<String, Object> copy = new LinkedHashMap<>();
    members.forEach((name, value) -> {
      Object fixed = fixed(value);
      if (fixed != null) {
        copy.put(name, fixed);
      }
    });
    return Collections.unmodifiableMap(copy);
  }

  /** Estimated memory, bytes. */
  static int weight(Map<String, Object> members) {
    return 6 * members.toString().length();
  }

  private static @Nullable Object fixed(@Nullable Object value) {
    if (value instanceof Map<?, ?> members) {
      Map<String, @Nullable Object> copy = new LinkedHashMap<>();
      members.forEach((name, member) -> copy.put(String.valueOf(name), fixed(member)));
      return Collections.unmodifiableMap(copy);
    }
    if (value instanceof List<?> items) {
      List<@Nullable Object> copy = new ArrayList<>(items.size());
      items.forEach(item -> copy.add(fixed(item)));
      return Collections.unmodifiableList(copy);
    }
    return value;
  }
}
