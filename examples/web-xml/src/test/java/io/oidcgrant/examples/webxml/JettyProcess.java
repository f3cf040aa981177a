package io.oidcgrant.examples.webxml;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.eclipse.jetty.ee10.webapp.WebAppContext;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/**
 * The war in a Jetty with a JVM and an environment of its own. Only Jetty is on its class path: the
 * war must bring everything else.
 */
final class JettyProcess implements AutoCloseable {
  private static final Path WAR = Path.of("target", "web-xml.war");
  private static final String READY = "ready port=";

  private final Process process;
  private final Path log;
  private final String address;

  private JettyProcess(Process process, Path log, String address) {
    this.process = process;
    this.log = log;
    this.address = address;
  }

  /** The command: serves the war, with an override descriptor if one is named, until input ends. */
  public static void main(String[] args) throws Exception {
    Server server = new Server();
    ServerConnector connector = new ServerConnector(server);
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    WebAppContext application = new WebAppContext(WAR.toAbsolutePath().toString(), "/");
    application.setThrowUnavailableOnStartupException(true);
    if (args.length > 0) {
      application.setOverrideDescriptor(Path.of(args[0]).toUri().toString());
    }
    server.setHandler(application);
    try {
      server.start();
    } catch (Exception e) {
      e.printStackTrace();
      System.exit(1);
    }
    System.out.println(READY + connector.getLocalPort());
    while (System.in.read() >= 0) {
      // Ends with whoever started this.
    }
    System.exit(0);
  }

  /** Waits until it serves, or has given up. */
  static JettyProcess start(Map<String, String> environment, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", classPath(), JettyProcess.class.getName()));
    command.addAll(List.of(arguments));
    Path log = Files.createTempFile("jetty", ".log");
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(log.toFile());
    builder.environment().remove("OIDC_ISSUER");
    builder.environment().remove("OIDC_CLIENT_SECRET");
    builder.environment().putAll(environment);
    Process process = builder.start();
    BufferedReader output = process.inputReader();
    String line = output.readLine();
    while (line != null && !line.startsWith(READY)) {
      line = output.readLine();
    }
    String port = line == null ? "0" : line.substring(READY.length());
    return new JettyProcess(process, log, "http://127.0.0.1:" + port);
  }

  private static String classPath() {
    return Pattern.compile(File.pathSeparator)
        .splitAsStream(System.getProperty("java.class.path"))
        .filter(entry -> Path.of(entry)
            .getFileName()
            .toString()
            .matches("test-classes|(jetty|jakarta|slf4j)[-.].*"))
        .collect(Collectors.joining(File.pathSeparator));
  }

  URI uri(String pathAndQuery) {
    return URI.create(address + pathAndQuery);
  }

  boolean isRunning() {
    return process.isAlive();
  }

  int exitStatus() throws InterruptedException {
    return process.waitFor();
  }

  String log() throws IOException {
    return Files.readString(log);
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly().onExit().join();
    Files.delete(log);
  }
}
