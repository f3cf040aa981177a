package io.oidcgrant.proxy;

import io.oidcgrant.config.ConfigProblem;
import io.oidcgrant.config.Reading;
import io.oidcgrant.protocol.TrustedPeers;
import io.oidcgrant.proxy.config.StateFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** What all commands that read a configuration share. */
final class ConfigFiles implements LiveConfiguration.Source {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Configuration in Kong's declarative format; several are one configuration.")
  private List<String> config = List.of();

  @Option(
      names = "--compat",
      paramLabel = "kong",
      description = "kong: Kong's defaults and statuses where ours differ.")
  private @Nullable Compatibility compat;

  @Option(
      names = "--state",
      paramLabel = "FILE",
      description =
          "Where the Admin API keeps what it makes. Default: it makes nothing, it only tells.")
  private @Nullable String state;

  @Option(
      names = "--trusted-ips",
      paramLabel = "CIDR,…",
      defaultValue = "",
      description = "Peers whose X-Forwarded-* headers are believed. Default: none.")
  private String trusted = "";

  enum Compatibility {
    KONG
  }

  /** In the one text of an environment variable, several files stand with commas between. */
  private static Stream<Path> paths(String text) {
    return Files.exists(Path.of(text))
        ? Stream.of(Path.of(text))
        : commaSeparated(text).map(Path::of);
  }

  /** The configuration; empty, with every problem printed, where it is refused. */
  Optional<LiveConfiguration> read(Optional<StateFile> state) {
    LiveConfiguration found = LiveConfiguration.read(this, state);
    Reading reading = found.reading();
    for (ConfigProblem warning : reading.warnings()) {
      System.err.println("warning: " + warning);
    }
    for (ConfigProblem problem : reading.problems()) {
      System.err.println(problem);
    }
    return reading.problemCount() == 0 ? Optional.of(found) : Optional.empty();
  }

  @Override
  public Reading reading() {
    return new Reading(System::getenv, compat == Compatibility.KONG);
  }

  /** The file of {@code --state}. */
  Optional<StateFile> state(CommandSpec spec) {
    try {
      return Optional.ofNullable(state).map(Path::of).map(StateFile::new);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--state: " + e.getMessage());
    }
  }

  /** Those of {@code --trusted-ips}. */
  TrustedPeers trustedPeers(CommandSpec spec) {
    try {
      return trustedPeers();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--trusted-ips: " + e.getMessage());
    }
  }

  @Override
  public TrustedPeers trustedPeers() {
    return TrustedPeers.of(commaSeparated(trusted).toList());
  }

  @Override
  public List<Path> files() {
    return config.stream().flatMap(ConfigFiles::paths).toList();
  }

  /** Where nothing else holds a configuration. */
  void mustHaveOne(CommandSpec spec) {
    if (config.isEmpty()) {
      throw new ParameterException(spec.commandLine(), "Missing required option: --config=FILE");
    }
  }

  /** The parts of an option that holds several. */
  private static Stream<String> commaSeparated(String text) {
    return Arrays.stream(text.split(",")).map(String::strip).filter(part -> !part.isEmpty());
  }
}
