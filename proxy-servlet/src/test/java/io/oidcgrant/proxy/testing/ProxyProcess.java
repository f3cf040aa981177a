package io.oidcgrant.proxy.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The proxy's jar as a process of its own; close ends it. */
public final class ProxyProcess implements AutoCloseable {
  static final Path JAR =
      Path.of(System.getProperty("oidcgrant.proxy.jar", "target/oidc-proxy.jar"));
  private static final Pattern READY = Pattern.compile(
      "ready proxy=(http://\\S+)(?: proxyTls=(https://\\S+))?(?: admin=(http://\\S+))?");
  private static final long SECONDS = 60;

  private final Process process;
  private final Path log;
  private final List<String> output = new CopyOnWriteArrayList<>();
  private final CompletableFuture<Matcher> ready = new CompletableFuture<>();
  private final Thread reader = new Thread(this::readOutput, "proxy-output");

  private ProxyProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
    reader.setDaemon(true);
    reader.start();
  }

  /** Any command line, with these variables and without others of the proxy's. */
  public static ProxyProcess launch(Map<String, String> environment, String... arguments) {
    return launch(QuickStart.jvmOptions(), environment, List.of(arguments));
  }

  /** {@code run} on free ports of loopback. */
  public static ProxyProcess run(Path config, String... more) {
    return run(QuickStart.jvmOptions(), config, more);
  }

  static ProxyProcess run(List<String> jvmOptions, Path config, String... more) {
    List<String> arguments = new ArrayList<>(List.of("run", "--config", config.toString()));
    arguments.addAll(List.of("--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"));
    arguments.addAll(List.of(more));
    return launch(jvmOptions, Map.of(), arguments);
  }

  /** With these options of the JVM's and without those that make tests quicker. */
  public static ProxyProcess launch(
      List<String> jvmOptions, Map<String, String> environment, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvmOptions);
    command.addAll(List.of("-jar", JAR.toString()));
    command.addAll(arguments);
    try {
      Path log = Files.createTempFile("oidc-proxy", ".log");
      ProcessBuilder builder = new ProcessBuilder(command).redirectError(log.toFile());
      builder
          .environment()
          .keySet()
          .removeIf(name -> name.startsWith("OIDC_PROXY_") || name.contains("JAVA_"));
      builder.environment().putAll(environment);
      return new ProxyProcess(builder.start(), log);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private void readOutput() {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        output.add(line);
        Matcher matcher = READY.matcher(line);
        if (matcher.matches()) {
          ready.complete(matcher);
        }
      }
    } catch (IOException e) {
      ready.completeExceptionally(e);
    }
    ready.completeExceptionally(new IOException("end of output"));
  }

  private Matcher ready() {
    try {
      return ready.get(SECONDS, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException("not ready: " + log(), e);
    }
  }

  /** Waits for the ready line. */
  public int port() {
    return URI.create(ready().group(1)).getPort();
  }

  /** Waits for the ready line. */
  public int tlsPort() {
    return URI.create(ready().group(2)).getPort();
  }

  /** Waits for the ready line. */
  public int adminPort() {
    return URI.create(ready().group(3)).getPort();
  }

  public RawConnection connect() {
    return new RawConnection(port());
  }

  /** One request without a body, on a connection of its own. */
  public Answer get(String target, String... headers) {
    return get(port(), target, headers);
  }

  /** One request to the admin listener. */
  public Answer admin(String target) {
    return get(adminPort(), target);
  }

  /** A request of any method to the admin listener. */
  public Answer admin(String method, String target, String... headers) {
    return send(adminPort(), method, target, headers);
  }

  private static Answer get(int port, String target, String... headers) {
    return send(port, "GET", target, headers);
  }

  private static Answer send(int port, String method, String target, String... headers) {
    try (RawConnection connection = new RawConnection(port)) {
      List<String> all = new ArrayList<>(List.of(headers));
      all.add("Connection: close");
      return connection.request(method, target, all.toArray(String[]::new)).read();
    }
  }

  public void terminate() {
    process.destroy();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  public long pid() {
    return process.pid();
  }

  /** Its exit status; everything it printed has been read then. */
  public int exitStatus() {
    try {
      if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
        throw new IllegalStateException("still running: " + log());
      }
      reader.join(TimeUnit.SECONDS.toMillis(SECONDS));
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Lines of standard output so far. */
  public List<String> output() {
    return output;
  }

  /** Standard error so far; it is written by a thread of its own, a moment after what it tells. */
  public String log() {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
    long length = -1;
    while (process.isAlive() && length != log.toFile().length() && System.nanoTime() < end) {
      length = log.toFile().length();
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
    }
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    exitStatus();
    try {
      Files.delete(log);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
