package io.oidcgrant.proxy.route;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A header that a request must have, with one of some values.
 *
 * @param name in lower case
 * @param values in lower case
 * @param regex for the value, instead of {@code values}
 */
public record HeaderCriterion(
    String name, Set<String> values, @Nullable Regex regex) {
  private static final String REGEX = "~*";

  /**
   * Reads Kong's form: values, or a regular expression after {@code ~*} that stands alone.
   *
   * @throws IllegalArgumentException with what is wrong, for who wrote it
   */
  public static HeaderCriterion parse(String name, List<String> written) {
    String lower = name.toLowerCase(Locale.ROOT);
    if (written.size() == 1 && isRegex(written.get(0))) {
      Regex regex = Regex.of(written.get(0).substring(REGEX.length()), true);
      return new HeaderCriterion(lower, Set.of(), regex);
    }
    Set<String> values = written.stream()
        .map(value -> value.toLowerCase(Locale.ROOT))
        .collect(Collectors.toUnmodifiableSet());
    return new HeaderCriterion(lower, values, null);
  }

  public static boolean isRegex(String written) {
    return written.startsWith(REGEX);
  }
}
