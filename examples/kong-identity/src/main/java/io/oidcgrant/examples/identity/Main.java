package io.oidcgrant.examples.identity;

import java.io.IOException;

/** The command line. */
public final class Main {
  private static final String USAGE =
      "usage: java -jar kong-identity.jar [--port PORT] [--host 127.0.0.1]";
  private static final int PORT = 8090;

  private Main() {}

  /** Runs until it is stopped; a port of 0 is any free one. */
  public static void main(String[] args) throws InterruptedException {
    int port = PORT;
    for (int i = 0; i < args.length; i += 2) {
      String value = i + 1 < args.length ? args[i + 1] : "";
      switch (args[i]) {
        case "--port" -> port = port(value);
        case "--host" -> checkLoopback(value);
        default -> fail(USAGE);
      }
    }
    System.err.println("kong-identity: for trying out and for tests, not for production:"
        + " any bearer token manages it, nothing is kept");
    try {
      Identity identity = Identity.start(port);
      System.out.println("ready identity=" + identity.url());
      Thread.currentThread().join();
    } catch (IOException e) {
      fail("cannot listen on port " + port + " of 127.0.0.1: " + e.getMessage());
    }
  }

  private static int port(String text) {
    if (!text.matches("\\d{1,5}") || Integer.parseInt(text) > 65_535) {
      fail(USAGE);
    }
    return Integer.parseInt(text);
  }

  private static void checkLoopback(String host) {
    if (!host.equals("127.0.0.1") && !host.equals("localhost")) {
      fail("it listens on 127.0.0.1 only");
    }
  }

  private static void fail(String reason) {
    System.err.println("kong-identity: " + reason);
    System.exit(2);
  }
}
