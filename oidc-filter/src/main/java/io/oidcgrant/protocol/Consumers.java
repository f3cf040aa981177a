package io.oidcgrant.protocol;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * All that a gateway knows, shared by its plugins: thousands of them have one index. Safe for
 * concurrent use.
 */
public final class Consumers {
  public static final Consumers NONE = new Consumers(List.of());

  private final List<Consumer> all;
  private final Map<By, Map<String, Consumer>> indexes = new ConcurrentHashMap<>();

  /** How to look for one. */
  private record By(String property, boolean foldsCase) {}

  private Consumers(List<Consumer> all) {
    this.all = List.copyOf(all);
  }

  public static Consumers of(List<Consumer> all) {
    return new Consumers(all);
  }

  public List<Consumer> all() {
    return all;
  }

  /** The one that a reference, an id or a user name, means. */
  public Optional<Consumer> meant(String reference) {
    return all.stream().filter(consumer -> consumer.isMeantBy(reference)).findFirst();
  }

  /**
   * They by one of their properties; of two with the same the first.
   *
   * @param property {@code username}, {@code custom_id} or {@code id}
   * @param foldsCase whether the keys are in lower case
   */
  public Map<String, Consumer> by(String property, boolean foldsCase) {
    return indexes.computeIfAbsent(new By(property, foldsCase), this::index);
  }

  private Map<String, Consumer> index(By by) {
    Map<String, Consumer> index = new HashMap<>();
    for (Consumer consumer : all) {
      Optional<String> value = switch (by.property()) {
        case "username" -> consumer.username();
        case "custom_id" -> consumer.customId();
        default -> Optional.of(consumer.id()).filter(id -> !id.isEmpty());
      };
      value
          .map(text -> by.foldsCase() ? text.toLowerCase(Locale.ROOT) : text)
          .ifPresent(text -> index.putIfAbsent(text, consumer));
    }
    return Map.copyOf(index);
  }
}
