package io.oidcgrant.examples.identity;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What was created and not yet deleted, in order. Safe for concurrent use. */
final class Register<T extends Register.Entry> {
  /** Something with an identifier and a name, each unique among its like. */
  interface Entry {
    String id();

    String name();

    /** As the management calls show it. */
    Map<String, Object> shown();
  }

  private final int most;
  private final Map<String, T> entries = new LinkedHashMap<>();

  /** @param most the number of entries that may be there */
  Register(int most) {
    this.most = most;
  }

  synchronized T add(T entry) {
    for (T other : entries.values()) {
      if (other.id().equals(entry.id()) || other.name().equals(entry.name())) {
        throw Problem.of(409, "the id or the name is taken");
      }
    }
    if (entries.size() >= most) {
      throw Problem.of(400, "there are " + most + " already, which is the limit");
    }
    entries.put(entry.id(), entry);
    return entry;
  }

  synchronized boolean has(String id) {
    return entries.containsKey(id);
  }

  synchronized T get(String id) {
    T entry = entries.get(id);
    if (entry == null) {
      throw Problem.notFound();
    }
    return entry;
  }

  synchronized void remove(String id) {
    get(id);
    entries.remove(id);
  }

  synchronized List<T> all() {
    return List.copyOf(entries.values());
  }
}
