package io.oidcgrant.proxy.route;

import java.util.Arrays;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Values by prefixes: a walk along a text meets those of all its prefixes, the shortest first, and
 * looks at each character once. Safe for concurrent use when it is filled.
 */
final class PrefixTree<T> {
  private final Node<T> root = new Node<>("", 0);

  Node<T> root() {
    return root;
  }

  /** The value at {@code prefix}, made where there is none. */
  T at(String prefix, Supplier<T> made) {
    Node<T> node = root;
    while (node.end < prefix.length()) {
      int child = node.indexOf(prefix.charAt(node.end));
      node = child < 0
          ? node.add(-child - 1, new Node<>(prefix.substring(node.end), prefix.length()))
          : node.splitWhereItDiffers(child, prefix);
    }
    T value = node.value;
    if (value == null) {
      value = made.get();
      node.value = value;
    }
    return value;
  }

  /** A place in the tree; what leads there from the one above is its label. */
  static final class Node<T> {
    private String label;
    private final int end;
    private char[] firsts = {};
    private Node<T>[] children = array(0);
    private @Nullable T value;

    private Node(String label, int end) {
      this.label = label;
      this.end = end;
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static <T> Node<T>[] array(int length) {
      return (Node<T>[]) new Node[length];
    }

    /** Null where no such prefix has one. */
    @Nullable T value() {
      return value;
    }

    /** The next place along a text that led here; null behind the last. */
    @Nullable Node<T> next(String text) {
      int child = end < text.length() ? indexOf(text.charAt(end)) : -1;
      return child >= 0 && text.startsWith(children[child].label, end) ? children[child] : null;
    }

    private int indexOf(char first) {
      return Arrays.binarySearch(firsts, first);
    }

    private Node<T> add(int at, Node<T> child) {
      char[] moreFirsts = new char[firsts.length + 1];
      System.arraycopy(firsts, 0, moreFirsts, 0, at);
      moreFirsts[at] = child.label.charAt(0);
      System.arraycopy(firsts, at, moreFirsts, at + 1, firsts.length - at);
      Node<T>[] moreChildren = array(children.length + 1);
      System.arraycopy(children, 0, moreChildren, 0, at);
      moreChildren[at] = child;
      System.arraycopy(children, at, moreChildren, at + 1, children.length - at);
      firsts = moreFirsts;
      children = moreChildren;
      return child;
    }

    /** The child, or a new place above it where its label and {@code prefix} part. */
    private Node<T> splitWhereItDiffers(int at, String prefix) {
      Node<T> child = children[at];
      int same = 1;
      while (same < child.label.length()
          && end + same < prefix.length()
          && child.label.charAt(same) == prefix.charAt(end + same)) {
        same++;
      }
      if (same == child.label.length()) {
        return child;
      }
      Node<T> above = new Node<>(child.label.substring(0, same), end + same);
      child.label = child.label.substring(same);
      above.add(0, child);
      children[at] = above;
      return above;
    }
  }
}
