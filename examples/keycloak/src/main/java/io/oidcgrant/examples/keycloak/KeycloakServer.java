package io.oidcgrant.examples.keycloak;

import java.io.IOException;
import java.net.BindException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A running Keycloak on 127.0.0.1 with the realms of this module, as imported: no sessions, no
 * changes of an earlier run. The first start on a machine takes about a minute, later ones about
 * ten seconds. It ends with {@link #close}, and with this JVM, however that ends. An administrator
 * {@code admin}/{@code admin} is in the realm {@code master}. Safe for concurrent use.
 */
public final class KeycloakServer implements AutoCloseable {
  private static final Duration START_TIMEOUT = Duration.ofMinutes(3);

  private final Installation installation;
  private final Path home;
  private final Process process;
  private final int port;
  private final int tlsPort;
  private final Thread closeAtExit = new Thread(this::close, "keycloak-close");

  private KeycloakServer(
      Installation installation, Path home, Process process, int port, int tlsPort) {
    this.tlsPort = tlsPort;
    this.installation = installation;
    this.home = home;
    this.process = process;
    this.port = port;
  }

  /** Starts on a free port. */
  public static KeycloakServer start() throws IOException, InterruptedException {
    return start(0);
  }

  /**
   * Starts, and returns when the realms answer.
   *
   * @param port 0 for a free one
   * @throws BindException if the port is taken
   * @throws IOException if a step fails, with the end of Keycloak's log
   */
  public static KeycloakServer start(int port) throws IOException, InterruptedException {
    Installation installation = Installation.prepare();
    int bound = reserve(port);
    int secured = reserve(0);
    Path certificates = installation.certificates();
    Path home = installation.newHome();
    Process process = installation.launch(
        home,
        List.of(
            "start",
            "--optimized",
            "--cache=local", // without it Keycloak listens for a cluster, on every interface
            "--http-enabled=true",
            "--http-host=127.0.0.1",
            "--http-port=" + bound,
            "--https-port=" + secured,
            "--https-key-store-file=" + certificates.resolve("server.p12"),
            "--https-key-store-password=" + Pki.PASSWORD,
            "--https-trust-store-file=" + certificates.resolve("truststore.p12"),
            "--https-trust-store-password=" + Pki.PASSWORD,
            "--hostname=http://localhost:" + bound, // fixes the issuer
            "--hostname-backchannel-dynamic=true",
            // Keycloak would not fetch a client's keys twice within 10 s, and refuse a new key
            // meanwhile.
            "--spi-public-key-storage--infinispan--min-time-between-requests=-1"));
    KeycloakServer server = new KeycloakServer(installation, home, process, bound, secured);
    try {
      Runtime.getRuntime().addShutdownHook(server.closeAtExit);
      server.awaitReady();
      return server;
    } catch (IOException | InterruptedException | RuntimeException e) {
      server.close();
      throw e;
    }
  }

  /** The issuer of a realm: {@code http://localhost:<port>/realms/<realm>}. */
  public String issuer(String realm) {
    return "http://localhost:" + port + "/realms/" + realm;
  }

  /** The port of its plain HTTP listener. */
  public int port() {
    return port;
  }

  /**
   * The port of its TLS listener, which asks for a client certificate and takes those of
   * {@link #certificates}.
   */
  public int tlsPort() {
    return tlsPort;
  }

  /**
   * A folder with {@code NAME.pem} (private key, certificate and its authority's) and
   * {@code NAME.p12} (password {@code changeit}) of the clients {@code client-johndoe},
   * {@code client-johndoe-renewed} (the same subject, another key) and {@code client-other}, and
   * {@code ca.pem}, whom a client of the TLS listener must trust.
   */
  public Path certificates() {
    return installation.certificates();
  }

  /** The server's one process; it has no children. */
  public ProcessHandle process() {
    return process.toHandle();
  }

  /**
   * The key pair with which the clients {@code kong-static}, {@code kong-ps256} and
   * {@code kong-dpop} sign: PKCS#12, alias {@code kong-signing}, password {@code changeit}.
   */
  public Path signingKeys() {
    return installation.signingKeys();
  }

  /** Ends the server and removes its data. */
  @Override
  public synchronized void close() {
    process.destroyForcibly(); // nothing of it is kept, so nothing needs an orderly end
    process.onExit().join();
    try {
      Installation.delete(home);
    } catch (IOException e) {
      System.err.println("keycloak: cannot remove " + home + ": " + e);
    }
    try {
      Runtime.getRuntime().removeShutdownHook(closeAtExit);
    } catch (IllegalStateException e) {
      // The JVM is ending, and perhaps this very call is the hook.
    }
  }

  private void awaitReady() throws IOException, InterruptedException {
    long start = System.nanoTime();
    while (!answers()) {
      if (process.waitFor(100, TimeUnit.MILLISECONDS)) {
        throw Installation.failure("ended before it was ready", Installation.log(home));
      }
      if (System.nanoTime() - start > START_TIMEOUT.toNanos()) {
        throw Installation.failure(
            "is not ready after " + START_TIMEOUT.toSeconds() + " s", Installation.log(home));
      }
    }
  }

  private boolean answers() {
    URI discovery = URI.create(
        "http://127.0.0.1:" + port + "/realms/example-realm/.well-known/openid-configuration");
    try {
      HttpURLConnection connection = (HttpURLConnection) discovery.toURL().openConnection();
      connection.setConnectTimeout(1000);
      connection.setReadTimeout(10_000);
      return connection.getResponseCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  /** The port, or a free one for 0; free at this moment. */
  private static int reserve(int port) throws IOException {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (BindException e) {
      BindException taken = new BindException("port " + port + " of 127.0.0.1 is taken");
      taken.initCause(e);
      throw taken;
    }
  }
}
