package io.oidcgrant.examples.quickstart;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * A shell into which the steps of a document are typed.
 *
 * @param folder where it stands
 * @param variables what has been exported
 */
record Bash(Path folder, Map<String, String> variables) {
  /** What a step prints; it must succeed. */
  String type(String step) throws Exception {
    Path errors = Files.createTempFile("bash", ".errors");
    try {
      ProcessBuilder bash = new ProcessBuilder("bash", "-e", "-u", "-o", "pipefail", "-c", step)
          .directory(folder.toFile())
          .redirectError(errors.toFile());
      bash.environment().putAll(variables);
      Process process = bash.start();
      String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
      assertThat(process.waitFor())
          .as(step + "\n" + printed + Files.readString(errors))
          .isZero();
      return printed;
    } finally {
      Files.delete(errors);
    }
  }
}
