package io.oidcgrant.examples.keycloak;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/**
 * Runs the main class named by its first argument in a JVM that ends when its parent does, however
 * the parent ends: the standard input is a pipe that the parent holds open, and the system closes
 * it with the parent.
 */
final class EndsWithParent {
  private EndsWithParent() {}

  public static void main(String[] args) throws ReflectiveOperationException {
    Thread watch = new Thread(EndsWithParent::haltAtEndOfInput, "ends-with-parent");
    watch.setDaemon(true);
    watch.start();
    Class.forName(args[0]).getMethod("main", String[].class).invoke(null, (Object)
        Arrays.copyOfRange(args, 1, args.length));
  }

  private static void haltAtEndOfInput() {
    try {
      System.in.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      // As good as its end.
    }
    Runtime.getRuntime().halt(1);
  }
}
