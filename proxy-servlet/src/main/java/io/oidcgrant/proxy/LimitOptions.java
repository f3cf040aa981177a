package io.oidcgrant.proxy;

import io.oidcgrant.proxy.server.Limits;
import java.time.Duration;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that say what callers may ask of the listener. */
final class LimitOptions {
  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Option(
      names = "--max-header-bytes",
      paramLabel = "BYTES",
      defaultValue = "65536",
      description =
          "Most bytes of request line and headers together, 1024 to 98304. Default: 65536.")
  private int headerBytes;

  @Option(
      names = "--max-header-count",
      paramLabel = "COUNT",
      defaultValue = "256",
      description = "Most headers, and trailers, of a request, 8 to 10000. Default: 256.")
  private int headerCount;

  @Option(
      names = "--max-connections",
      paramLabel = "COUNT",
      defaultValue = "10000",
      description = "Most connections of callers, 1 to 1000000; more wait. Default: 10000.")
  private int connections;

  @Option(
      names = "--header-timeout",
      paramLabel = "SECONDS",
      defaultValue = "10",
      description = "How long a head or a TLS handshake may take, 1 to 600. Default: 10.")
  private int headerTimeout;

  @Option(
      names = "--min-body-rate",
      paramLabel = "BYTES",
      defaultValue = "64",
      description =
          "Least bytes a second of a body, once it was waited for as long as a head may take; 0 to 1000000, 0 for any. Default: 64.")
  private int minBodyRate;

  @Option(
      names = "--idle-timeout",
      paramLabel = "SECONDS",
      defaultValue = "75",
      description = "How long a connection may be silent, 1 to 86400. Default: 75.")
  private int idleTimeout;

  /** The limits; a usage error where one cannot be. */
  Limits limits() {
    return new Limits(
        within("--max-header-bytes", headerBytes, 1024, 98_304),
        within("--max-header-count", headerCount, 8, 10_000),
        within("--max-connections", connections, 1, 1_000_000),
        Duration.ofSeconds(within("--header-timeout", headerTimeout, 1, 600)),
        within("--min-body-rate", minBodyRate, 0, 1_000_000),
        Duration.ofSeconds(within("--idle-timeout", idleTimeout, 1, 86_400)));
  }

  private int within(String option, int value, int least, int most) {
    if (value < least || value > most) {
      throw new ParameterException(
          spec.commandLine(), option + " must be " + least + " to " + most + ", is " + value);
    }
    return value;
  }
}
