package io.oidcgrant.examples.quickstart;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The proxy, as a process of its own. */
final class ProxyProcess implements AutoCloseable {
  private static final Pattern READY =
      Pattern.compile("ready proxy=(http://\\S+) admin=(http://\\S+).*");
  private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);

  private final Process process;
  private final CompletableFuture<Matcher> ready = new CompletableFuture<>();

  private ProxyProcess(Process process) {
    this.process = process;
    Thread reader = new Thread(this::readOutput, "proxy-output");
    reader.setDaemon(true);
    reader.start();
  }

  /**
   * Launches it.
   *
   * @param environment the variables that its configuration refers to
   * @param log where its log goes
   */
  static ProxyProcess launch(Options options, Map<String, String> environment, Redirect log)
      throws IOException {
    List<String> command = new ArrayList<>(List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-jar",
        options.proxyJar().toString(),
        "run",
        "--listen",
        "127.0.0.1:" + options.proxyPort(),
        "--admin",
        "127.0.0.1:" + options.adminPort()));
    for (Path config : options.configs()) {
      command.addAll(List.of("--config", config.toString()));
    }
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(log);
    builder.environment().putAll(environment);
    return new ProxyProcess(builder.start());
  }

  /** Waits until the proxy takes requests and knows the issuer; returns its port. */
  int awaitReady() throws InterruptedException, QuickstartException {
    long start = System.nanoTime();
    try {
      Matcher line = ready.get(START_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
      URI health = URI.create(line.group(2) + "/health/ready");
      while (!answers(health)) {
        if (process.waitFor(100, TimeUnit.MILLISECONDS)) {
          throw failure("ended before it was ready; its log, above, says why");
        }
        if (System.nanoTime() - start > START_TIMEOUT.toNanos()) {
          throw failure(
              "is not ready after " + START_TIMEOUT.toSeconds() + " s, " + health + " says why");
        }
      }
      return URI.create(line.group(1)).getPort();
    } catch (TimeoutException e) {
      throw failure("has not opened its port after " + START_TIMEOUT.toSeconds() + " s");
    } catch (ExecutionException e) {
      throw failure("ended before it was ready; its log, above, says why");
    }
  }

  /** The address of the admin listener, once the proxy is ready. */
  URI admin() {
    return URI.create(ready.join().group(2));
  }

  ProcessHandle handle() {
    return process.toHandle();
  }

  /** Stops the proxy in good order, or by force after ten seconds. */
  @Override
  public void close() {
    process.destroy();
    try {
      process.waitFor(STOP_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    process.destroyForcibly();
  }

  private void readOutput() {
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
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

  private static boolean answers(URI uri) {
    try {
      HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
      connection.setConnectTimeout(1000);
      connection.setReadTimeout(5000);
      return connection.getResponseCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  private static QuickstartException failure(String what) {
    return new QuickstartException(QuickstartException.OTHER, "the proxy " + what);
  }
}
