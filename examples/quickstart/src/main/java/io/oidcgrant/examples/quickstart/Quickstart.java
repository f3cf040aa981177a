package io.oidcgrant.examples.quickstart;

import io.oidcgrant.examples.echo.EchoUpstream;
import io.oidcgrant.examples.keycloak.KeycloakServer;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Runs Keycloak, an upstream and the proxy until Ctrl-C. Exit status: 2 for a wrong command line, 3
 * for a port that is taken, 1 for anything else that goes wrong.
 */
public final class Quickstart {
  private static final String CLIENT_ID = "service";
  private static final String CLIENT_SECRET = "cf4c655a-0622-4ce6-a0de-d3353ef0b714";

  private final Options options;
  private final CountDownLatch stopping = new CountDownLatch(1);
  private @Nullable ProxyProcess proxy;

  private Quickstart(Options options) {
    this.options = options;
  }

  /** The command. */
  public static void main(String[] args) throws InterruptedException {
    Quickstart quickstart;
    try {
      quickstart = new Quickstart(Options.parse(args));
    } catch (QuickstartException e) {
      System.err.println(e.getMessage());
      System.exit(e.exitStatus());
      return;
    }
    Runtime.getRuntime().addShutdownHook(new Thread(quickstart::stop, "quickstart-stop"));
    int exitStatus = QuickstartException.OTHER;
    String reason;
    try {
      reason = quickstart.run() + " ended by itself";
    } catch (QuickstartException e) {
      reason = String.valueOf(e.getMessage());
      exitStatus = e.exitStatus();
    } catch (IOException e) {
      reason = e.toString();
    }
    // Ctrl-C reaches our children too, and they may be faster than we are.
    if (!quickstart.stopping.await(1, TimeUnit.SECONDS)) {
      System.err.println("quickstart: " + reason);
      System.exit(exitStatus);
    }
  }

  /** Starts everything and waits until a part of it ends; returns which one. */
  private String run() throws IOException, InterruptedException, QuickstartException {
    if (!Files.exists(options.proxyJar())) {
      throw new QuickstartException(
          QuickstartException.OTHER,
          "no " + options.proxyJar()
              + ": mvn -pl proxy-servlet -am package makes it, --proxy-jar names another");
    }
    requireFree(options.proxyPort(), "--proxy-port");
    requireFree(options.adminPort(), "--admin-port");
    requireFree(options.keycloakPort(), "--keycloak-port");
    requireFree(options.upstreamPort(), "--upstream-port");
    try (EchoUpstream upstream = EchoUpstream.start(options.upstreamPort());
        KeycloakServer keycloak = KeycloakServer.start(options.keycloakPort())) {
      ProxyProcess started = launchProxy(Map.of(
          "DECK_ISSUER",
          keycloak.issuer("example-realm"),
          "DECK_CLIENT_ID",
          CLIENT_ID,
          "DECK_CLIENT_SECRET",
          CLIENT_SECRET,
          "DECK_UPSTREAM_URL",
          upstream.uri() + "/anything"));
      printWhatToTry("http://localhost:" + started.awaitReady());
      CompletableFuture<String> keycloakEnds =
          keycloak.process().onExit().thenApply(ended -> "Keycloak");
      CompletableFuture<String> proxyEnds =
          started.handle().onExit().thenApply(ended -> "the proxy");
      return keycloakEnds.applyToEither(proxyEnds, name -> name).join();
    }
  }

  private synchronized ProxyProcess launchProxy(Map<String, String> environment)
      throws IOException, QuickstartException {
    if (stopping.getCount() == 0) {
      throw new QuickstartException(QuickstartException.OTHER, "stopped");
    }
    ProxyProcess launched = ProxyProcess.launch(options, environment, Redirect.INHERIT);
    proxy = launched;
    return launched;
  }

  /** Keycloak and the upstream end with this JVM by themselves. */
  private void stop() {
    stopping.countDown();
    synchronized (this) {
      if (proxy != null) {
        proxy.close();
      }
    }
  }

  private static void printWhatToTry(String proxy) {
    System.out.printf(
        """

        Ready. Try, in another terminal:

        # a user's name and password; the answer shows what the upstream received
        curl --user john:doe %1$s/anything

        # a refresh token, taken from such an answer
        curl --header "Refresh-Token: $(curl -s --user john:doe %1$s/anything | %2$s)" %1$s/anything

        # a client's id and secret
        curl --user %3$s:%4$s %1$s/service

        Ctrl-C stops everything.
        """,
        proxy,
        "sed -n 's/.*\"Refresh-Token\": *\"\\([^\"]*\\)\".*/\\1/p'",
        CLIENT_ID,
        CLIENT_SECRET);
    System.out.flush();
  }

  private static void requireFree(int port, String option) throws QuickstartException {
    try {
      new ServerSocket(port, 1, InetAddress.getLoopbackAddress()).close();
    } catch (IOException e) {
      throw new QuickstartException(
          QuickstartException.PORT_TAKEN,
          "port " + port + " of 127.0.0.1 is taken: choose another with " + option
              + " (0: any free one)");
    }
  }
}
