package io.oidcgrant.examples.identity;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The command line. */
public final class Main {
  private static final String USAGE = """
      usage: java -jar kong-identity.jar [--port PORT] [--host 127.0.0.1]
               [--tls-port PORT --tls-keystore FILE.p12 --tls-password-file FILE --tls-client-ca FILE.pem]""";
  private static final Set<String> OPTIONS = Set.of("--port", "--host");
  private static final Set<String> TLS_OPTIONS =
      Set.of("--tls-port", "--tls-keystore", "--tls-password-file", "--tls-client-ca");

  private Main() {}

  /** Runs until it is stopped; a port of 0 is any free one. */
  public static void main(String[] args) throws InterruptedException {
    Map<String, String> options = new TreeMap<>();
    try {
      for (int i = 0; i < args.length; i += 2) {
        check(i + 1 < args.length, USAGE);
        check(OPTIONS.contains(args[i]) || TLS_OPTIONS.contains(args[i]), USAGE);
        options.put(args[i], args[i + 1]);
      }
      String host = options.getOrDefault("--host", "127.0.0.1");
      check(Set.of("127.0.0.1", "localhost").contains(host), "it listens on 127.0.0.1 only");
      System.err.println("kong-identity: for trying out and for tests, not for production:"
          + " any bearer token manages it, nothing is kept");
      System.out.println("ready " + start(options));
    } catch (IllegalArgumentException | IOException | GeneralSecurityException e) {
      System.err.println("kong-identity: " + e.getMessage());
      System.exit(2);
    }
    Thread.currentThread().join();
  }

  private static String start(Map<String, String> options)
      throws IOException, GeneralSecurityException {
    int port = port(options.getOrDefault("--port", "8090"));
    if (options.keySet().stream().noneMatch(TLS_OPTIONS::contains)) {
      return "identity=" + Identity.start(port).url();
    }
    check(options.keySet().containsAll(TLS_OPTIONS), USAGE);
    Identity identity = Identity.start(
        port,
        port(options.getOrDefault("--tls-port", "")),
        TlsFiles.read(
            Path.of(options.getOrDefault("--tls-keystore", "")),
            Path.of(options.getOrDefault("--tls-password-file", "")),
            Path.of(options.getOrDefault("--tls-client-ca", ""))));
    return "identity=" + identity.url() + " tls=" + identity.tlsUrl();
  }

  private static int port(String text) {
    check(text.matches("\\d{1,5}") && Integer.parseInt(text) <= 65_535, USAGE);
    return Integer.parseInt(text);
  }

  private static void check(boolean right, String otherwise) {
    if (!right) {
      throw new IllegalArgumentException(otherwise);
    }
  }
}
