package io.oidcgrant.examples.identity;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The jar, and what its README says to type. */
@Timeout(180)
class ReadmeIT {
  private static final String READY = "ready identity=";

  @TempDir
  private Path folder;

  private Process start(List<String> command, Path errors) throws Exception {
    return new ProcessBuilder(command).redirectError(errors.toFile()).start();
  }

  static List<String> jar(String... arguments) {
    List<String> command = new ArrayList<>(List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-jar",
        Path.of("target", "kong-identity.jar").toString()));
    command.addAll(List.of(arguments));
    return command;
  }

  private static String steps() throws Exception {
    String readme = Files.readString(Path.of("README.md"));
    String marked = readme.substring(readme.indexOf("<!-- the steps -->"));
    return marked.split("```\n", 3)[1];
  }

  @Test
  void steps_giveATokenWithTheClaim() throws Exception {
    Path errors = folder.resolve("errors");
    Process server = start(jar("--port", "0"), errors);
    try (BufferedReader out = server.inputReader(UTF_8)) {
      String ready = out.readLine();
      assertThat(ready).startsWith(READY + "http://127.0.0.1:");
      assertThat(Files.readString(errors)).contains("not for production");
      String steps = steps();
      assertThat(steps).contains("http://127.0.0.1:8090");
      String here = steps.replace("http://127.0.0.1:8090", ready.substring(READY.length()));

      Process bash =
          start(List.of("bash", "-e", "-o", "pipefail", "-c", here), folder.resolve("typed"));
      String typed = new String(bash.getInputStream().readAllBytes(), UTF_8);

      assertThat(bash.waitFor())
          .as(typed + Files.readString(folder.resolve("typed")))
          .isZero();
      assertThat(typed.lines().reduce((one, next) -> next).orElseThrow())
          .contains("\"active\":true", "\"test-claim\":\"test\"", "\"scope\":\"my-scope\"");
    } finally {
      server.destroyForcibly().waitFor();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--host 0.0.0.0",
        "--host 192.0.2.1",
        "--host",
        "--port x",
        "--port 65536",
        "--port -1",
        "--magic 1",
        "run"
      })
  void otherHostsPortsAndArguments_areRefused(String arguments) throws Exception {
    Path errors = folder.resolve("errors");
    Process refused = start(jar(arguments.split(" ")), errors);
    try {
      assertThat(refused.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(refused.exitValue()).isEqualTo(2);
      assertThat(Files.readString(errors)).startsWith("kong-identity: ");
      assertThat(refused.getInputStream().readAllBytes()).isEmpty();
    } finally {
      refused.destroyForcibly();
    }
  }

  @Test
  void portThatIsTaken_isSaid() throws Exception {
    try (Identity first = Identity.start()) {
      String port = first.url().substring(first.url().lastIndexOf(':') + 1);
      Process second = start(jar("--port", port), folder.resolve("errors"));
      try {
        assertThat(second.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(second.exitValue()).isEqualTo(2);
        assertThat(Files.readString(folder.resolve("errors"))).containsIgnoringCase("in use");
      } finally {
        second.destroyForcibly();
      }
    }
  }
}
