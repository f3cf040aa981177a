package io.oidcgrant.proxy.route;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Values by the names of hosts, ports aside. Safe for concurrent use when it is filled. */
final class HostIndex<T> {
  private final Map<String, T> plain = new HashMap<>();
  private final PrefixTree<T> anyRight = new PrefixTree<>();
  private final PrefixTree<T> anyLeft = new PrefixTree<>();
  private boolean hasAnyLeft;
  private @Nullable T anyHost;

  /** The value for a pattern, or for every host; made where there is none. */
  T at(@Nullable HostPattern pattern, Supplier<T> made) {
    if (pattern == null) {
      T value = anyHost == null ? made.get() : anyHost;
      anyHost = value;
      return value;
    }
    if (pattern.anyLeft()) {
      hasAnyLeft = true;
      return anyLeft.at(reverse(pattern.fixed()), made);
    }
    return pattern.anyRight()
        ? anyRight.at(pattern.fixed(), made)
        : plain.computeIfAbsent(pattern.text(), text -> made.get());
  }

  /** The values for a host; a name that is too long has those for every host only. */
  List<T> matching(String host) {
    List<T> found = new ArrayList<>(4);
    String name = HostPattern.normalise(host);
    if (name.length() <= HostPattern.LONGEST) {
      T exact = plain.get(name);
      if (exact != null) {
        found.add(exact);
      }
      walk(anyRight, name, found);
      if (hasAnyLeft) {
        walk(anyLeft, reverse(name), found);
      }
    }
    if (anyHost != null) {
      found.add(anyHost);
    }
    return found;
  }

  /** The star stands for one character at least, so the whole name is no match. */
  private static <T> void walk(PrefixTree<T> tree, String name, List<T> found) {
    String all = name.isEmpty() ? name : name.substring(0, name.length() - 1);
    for (PrefixTree.Node<T> node = tree.root(); node != null; node = node.next(all)) {
      T value = node.value();
      if (value != null) {
        found.add(value);
      }
    }
  }

  private static String reverse(String name) {
    return new StringBuilder(name).reverse().toString();
  }
}
