package io.oidcgrant.protocol;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a claim stands: names of members from the outside in; the place in a list counts from 1.
 * Immutable.
 */
public record ClaimPath(List<String> steps) {
  /** What stands there in the first of several that has it; null where none has. */
  public @Nullable Object in(List<Map<String, Object>> sources) {
    for (Map<String, Object> source : sources) {
      Object value = in(source);
      if (value != null) {
        return value;
      }
    }
    return null;
  }

  /** What stands there; null where nothing does. */
  public @Nullable Object in(Map<String, Object> claims) {
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

  /** The words of a claim: a text of words, a list, or a single value. */
  public static Collection<?> words(@Nullable Object claim) {
    if (claim instanceof Collection<?> items) {
      return items;
    }
    return claim == null || claim instanceof Map
        ? List.of()
        : Arrays.asList(claim.toString().strip().split("\\s+"));
  }

  private static @Nullable Object item(List<?> items, String step) {
    if (step.length() > 9 || step.isEmpty() || !step.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return null;
    }
    int place = Integer.parseInt(step);
    return place >= 1 && place <= items.size() ? items.get(place - 1) : null;
  }
}
