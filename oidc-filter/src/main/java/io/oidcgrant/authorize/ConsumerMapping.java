package io.oidcgrant.authorize;

import io.oidcgrant.protocol.ClaimPath;
import io.oidcgrant.protocol.Consumer;
import io.oidcgrant.protocol.Consumers;
import io.oidcgrant.protocol.Tokens;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Which consumer a caller is, by his claims. Immutable, safe for concurrent use. */
public final class ConsumerMapping {
  private final List<ClaimPath> claims;

  /** In the order in which they are tried. */
  private final List<Index> indexes;

  /** Consumers by one of their properties. */
  private record Index(boolean foldsCase, Map<String, Consumer> consumers) {
    @Nullable Consumer find(String name) {
      return consumers.get(foldsCase ? name.toLowerCase(Locale.ROOT) : name);
    }
  }

  /**
   * Creates a mapping.
   *
   * @param claims paths to claims that name a consumer; none where callers are no consumers
   * @param by {@code username}, {@code custom_id} and {@code id}, in the order to try
   * @param ignoreCase of user names
   */
  public ConsumerMapping(
      List<List<String>> claims, List<String> by, boolean ignoreCase, Consumers consumers) {
    this.claims = claims.stream().map(ClaimPath::new).toList();
    this.indexes = isOn()
        ? by.stream().map(property -> index(property, ignoreCase, consumers)).toList()
        : List.of();
  }

  /** Whether callers are to be consumers. */
  public boolean isOn() {
    return !claims.isEmpty();
  }

  private static Index index(String property, boolean ignoreCase, Consumers consumers) {
    boolean foldsCase = ignoreCase && property.equals("username");
    return new Index(foldsCase, consumers.by(property, foldsCase));
  }

  /** The first that a claim names. */
  public Optional<Consumer> find(Tokens tokens) {
    for (ClaimPath claim : claims) {
      Object value = claim.in(tokens.everything());
      if (value instanceof String || value instanceof Number) {
        for (Index index : indexes) {
          Consumer consumer = index.find(value.toString());
          if (consumer != null) {
            return Optional.of(consumer);
          }
        }
      }
    }
    return Optional.empty();
  }
}
