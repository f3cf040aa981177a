package io.oidcgrant.examples.quickstart;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The quickstart as a user runs it: in a JVM of its own, with the curl lines that it prints. */
class QuickstartIT {
  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void printedCommands_work_andSigtermLeavesNothing() throws Exception {
    List<Integer> ports = freePorts(4);
    Process quickstart = quickstart(
            "--proxy-jar", RunningProxy.JAR.toString(),
            "--config", "kong.yaml",
            "--proxy-port", ports.get(0).toString(),
            "--admin-port", ports.get(1).toString(),
            "--keycloak-port", ports.get(2).toString(),
            "--upstream-port", ports.get(3).toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
    List<ProcessHandle> children;
    try (BufferedReader output = quickstart.inputReader(UTF_8)) {
      List<String> commands = new ArrayList<>();
      for (String line = output.readLine();
          line != null && !line.startsWith("Ctrl-C");
          line = output.readLine()) {
        if (line.startsWith("curl ")) {
          commands.add(line);
        }
      }
      assertThat(commands).hasSize(3);
      assertThat(bash(commands.get(0)))
          .contains("\"Authorization\": \"Bearer ey")
          .contains("\"Refresh-Token\": \"ey")
          .contains("127.0.0.1:" + ports.get(3) + "/anything\"");
      assertThat(bash(commands.get(1)))
          .contains("\"Authorization\": \"Bearer ey")
          .contains("\"Refresh-Token\": \"ey");
      assertThat(bash(commands.get(2)))
          .contains("\"Authorization\": \"Bearer ey")
          .doesNotContain("Refresh-Token");
      children = quickstart.descendants().toList();
      assertThat(children).hasSize(2);
    } finally {
      quickstart.destroy();
      assertThat(quickstart.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(quickstart.exitValue()).isEqualTo(128 + 15);
    assertThat(children).noneMatch(ProcessHandle::isAlive);
    for (int port : ports) {
      new ServerSocket(port, 1, InetAddress.getLoopbackAddress()).close();
    }
  }

  @Test
  void takenPort_isNamed_andNothingStarts() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Process quickstart = quickstart(
              "--proxy-jar",
              RunningProxy.JAR.toString(),
              "--proxy-port",
              "0",
              "--admin-port",
              "0",
              "--keycloak-port",
              Integer.toString(taken.getLocalPort()))
          .start();
      String errors = new String(quickstart.getErrorStream().readAllBytes(), UTF_8);
      assertThat(quickstart.waitFor()).isEqualTo(QuickstartException.PORT_TAKEN);
      assertThat(errors)
          .contains("port " + taken.getLocalPort()
              + " of 127.0.0.1 is taken: choose another with --keycloak-port");
    }
  }

  private static ProcessBuilder quickstart(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    if (System.getProperty("oidcgrant.keycloak.work") != null) {
      command.add("-Doidcgrant.keycloak.work=" + System.getProperty("oidcgrant.keycloak.work"));
    }
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), Quickstart.class.getName()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command);
  }

  /** The output of a command that must succeed; an HTTP error is a failure. */
  private static String bash(String command) throws Exception {
    Process bash = new ProcessBuilder(
            "bash", "-c", command.replaceFirst("^curl ", "curl --fail --silent --show-error "))
        .redirectErrorStream(true)
        .start();
    String output = new String(bash.getInputStream().readAllBytes(), UTF_8);
    assertThat(bash.waitFor()).as(output).isZero();
    return output;
  }

  private static List<Integer> freePorts(int count) throws IOException {
    List<ServerSocket> sockets = new ArrayList<>();
    List<Integer> ports = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
      sockets.add(socket);
      ports.add(socket.getLocalPort());
    }
    for (ServerSocket socket : sockets) {
      socket.close();
    }
    return ports;
  }
}
