package io.oidcgrant.examples.identity;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The newest 10 000 of what must be remembered; the oldest goes first. Safe for concurrent use. */
final class Recent<V> {
  private static final int MOST = 10_000;

  private final Map<String, V> values = new LinkedHashMap<>() {
    private static final long serialVersionUID = 1L;

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
      return size() > MOST;
    }
  };

  /** Whether the key is new. */
  synchronized boolean add(String key, V value) {
    return values.putIfAbsent(key, value) == null;
  }

  synchronized @Nullable V get(String key) {
    return values.get(key);
  }

  synchronized @Nullable V remove(String key) {
    return values.remove(key);
  }

  synchronized void removeValue(V value) {
    values.values().removeIf(value::equals);
  }
}
