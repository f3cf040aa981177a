package io.oidcgrant.config;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A configuration that is refused, with every problem found in it. Its message has one problem a
 * line.
 */
public final class ConfigException extends IllegalArgumentException {
  private final transient List<ConfigProblem> problems;

  public ConfigException(List<ConfigProblem> problems) {
    super(problems.stream().map(ConfigProblem::toString).collect(Collectors.joining("\n")));
    this.problems = List.copyOf(problems);
  }

  public List<ConfigProblem> problems() {
    return problems;
  }
}
