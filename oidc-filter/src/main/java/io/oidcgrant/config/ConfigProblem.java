package io.oidcgrant.config;

/**
 * One thing that is wrong in a configuration: where it stands, what is wrong, what would be right.
 * Holds no value of a secret.
 *
 * @param line from 1; 0 where the source has no lines
 * @param path such as {@code plugins[0].config.client_id}; empty for the whole
 */
public record ConfigProblem(String source, int line, String path, String message) {
  @Override
  public String toString() {
    return source + (line > 0 ? ":" + line : "") + ": " + (path.isEmpty() ? "" : path + ": ")
        + message;
  }
}
