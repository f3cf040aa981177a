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

  /** A copy that cannot be changed at any depth, without the members that are null. */
  public static Map<String, Object> copyOf(Map<String, ? extends @Nullable Object> members) {
    Map<String, Object> copy = new LinkedHashMap<>();
    members.forEach((name, value) -> {
      if (value != null) {
        copy.put(name, fixed(value));
      }
    });
    return Collections.unmodifiableMap(copy);
  }

  /** Estimated memory, bytes. */
  static int weight(Map<String, Object> members) {
    return 6 * members.toString().length();
  }

  private static Object fixed(Object value) {
    if (value instanceof Map<?, ?> members) {
      Map<String, Object> copy = new LinkedHashMap<>();
      members.forEach((name, member) -> {
        if (member != null) {
          copy.put(String.valueOf(name), fixed(member));
        }
      });
      return Collections.unmodifiableMap(copy);
    }
    if (value instanceof List<?> items) {
      List<Object> copy = new ArrayList<>(items.size());
      for (Object item : items) {
        if (item != null) {
          copy.add(fixed(item));
        }
      }
      return Collections.unmodifiableList(copy);
    }
    return value;
  }
}
