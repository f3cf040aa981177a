package io.oidcgrant.authorize;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a claim stands: names of members from the outside in; the place in a list counts from 1.
 * Immutable.
 */
record ClaimPath(List<String> steps) {
  /** What stands there; null where nothing does. */
  @Nullable Object in(Map<String, Object> claims) {
    Object value = claims;
    for (String step : steps) {
      if (value instanceof Map<?, ?> members) {
        value = members.get(step);
      } else if (value instanceof List<?> items) {
        value = item(items, step);
      } else {
        return null;
      }
    }
    return value;
  }

  private static @Nullable Object item(List<?> items, String step) {
    if (step.length() > 9 || step.isEmpty() || !step.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return null;
    }
    int place = Integer.parseInt(step);
    return place >= 1 && place <= items.size() ? items.get(place - 1) : null;
  }
}
