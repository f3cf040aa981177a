package io.oidcgrant.authorize;

import io.oidcgrant.protocol.ClaimPath;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A claim that must hold one of several things: an item of several words demands all of them. The
 * claim may be a text of words, a list of texts, or a single value. Immutable.
 */
final class RequiredClaim {
  private final String what;
  private final ClaimPath path;
  private final List<List<String>> alternatives;

  RequiredClaim(String what, List<String> path, List<String> required) {
    this.what = what;
    this.path = new ClaimPath(List.copyOf(path));
    this.alternatives =
        required.stream().map(item -> List.of(item.strip().split("\\s+"))).toList();
  }

  /** What is missing, in words; empty where nothing is. The first source that has it counts. */
  Optional<String> missing(List<Map<String, Object>> sources) {
    Collection<?> held = ClaimPath.words(path.in(sources));
    for (List<String> words : alternatives) {
      if (held.containsAll(words)) {
        return Optional.empty();
      }
    }
    return Optional.of("the token lacks the required " + what);
  }
}
