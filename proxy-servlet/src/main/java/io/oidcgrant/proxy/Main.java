package io.oidcgrant.proxy;

import io.oidcgrant.clientauth.ClientKeys;
import io.oidcgrant.proxy.config.EffectiveGateway;
import io.oidcgrant.proxy.config.GatewaySchema;
import io.oidcgrant.proxy.config.StateFile;
import io.oidcgrant.proxy.server.ListenException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command line of the standalone proxy. */
@Command(
    name = "oidc-proxy",
    description = "Reverse proxy that runs OpenID Connect grants for the callers of its upstreams.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    subcommands = {Run.class, Main.Check.class, Main.RotateKeys.class, Main.Schema.class})
public final class Main implements Runnable {
  private static final String TUNNELING = "jdk.http.auth.tunneling.disabledSchemes";
  static final int REFUSED = 2;
  private static final int PORT_TAKEN = 3;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  private Main() {}

  public static void main(String[] arguments) {
    // Before the JDK's HTTP client is first used: else it proves itself to no proxy in a CONNECT.
    if (System.getProperty(TUNNELING) == null) {
      System.setProperty(TUNNELING, "");
    }
    // Unconfigured, the log goes to standard output, and JDK 21 and later log even System.exit.
    Logging.setUp(Logging.LogLevel.WARN, Logging.LogFormat.PLAIN);
    int status = 1;
    try {
      status = execute(arguments);
    } catch (Error e) {
      // Such as classes that are gone with a jar that was replaced: what still runs must not go on.
      System.err.println("oidc-proxy: " + e);
    } finally {
      Logging.flush();
      System.exit(status);
    }
  }

  private static int execute(String[] arguments) {
    CommandLine line = new CommandLine(new Main());
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setDefaultValueProvider(new EnvironmentDefaults(System.getenv()));
    line.setExecutionExceptionHandler((failure, command, parsed) -> {
      System.err.println("oidc-proxy: " + failure);
      return failure instanceof ListenException ? PORT_TAKEN : 1;
    });
    return line.execute(arguments);
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "Missing command: run, check, schema or rotate-keys");
  }

  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"oidc-proxy " + (version == null ? "development" : version)};
    }
  }

  @Command(
      name = "check",
      description = "Reads and validates the configuration; opens no port, asks no server.",
      mixinStandardHelpOptions = true)
  static final class Check implements Callable<Integer> {
    @Mixin
    private ConfigFiles files = new ConfigFiles();

    @Mixin
    private LimitOptions limits = new LimitOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(
        names = "--print",
        description = "Print what is in force, defaults included; secrets are masked.")
    private boolean print;

    @Override
    public Integer call() {
      Optional<StateFile> state = files.state(spec);
      if (state.isEmpty()) {
        files.mustHaveOne(spec);
      }
      limits.limits();
      var unused = files.trustedPeers(spec);
      Optional<LiveConfiguration> found = files.read(state);
      found.ifPresent(live -> EffectiveGateway.warnings(live.gateway())
          .forEach(warning -> System.err.println("warning: " + warning)));
      if (print) {
        found.ifPresent(
            read -> EffectiveGateway.lines(read.gateway()).forEach(System.out::println));
        return found.isPresent() ? 0 : REFUSED;
      }
      found.ifPresent(read -> System.out.println("ok: " + read.gateway().inWords()));
      return found.isPresent() ? 0 : REFUSED;
    }
  }

  @Command(
      name = "rotate-keys",
      description =
          "Makes new client keys in a file; a running proxy takes them up. The ones until now stay published until the next time.",
      mixinStandardHelpOptions = true)
  static final class RotateKeys implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", description = "The file of --client-keys.")
    private String file = "";

    @Override
    public Integer call() {
      if (!Files.exists(Path.of(file))) {
        System.err.println("oidc-proxy: " + file + " does not exist");
        return 1;
      }
      try {
        List<String> ids = ClientKeys.at(Path.of(file)).rotate();
        if (ids.isEmpty()) {
          System.err.println("oidc-proxy: " + file + " holds no keys yet");
          return 1;
        }
        ids.forEach(System.out::println);
        return 0;
      } catch (IllegalArgumentException | UncheckedIOException e) {
        System.err.println("oidc-proxy: " + e.getMessage());
        return 1;
      }
    }
  }

  @Command(
      name = "schema",
      description = "Prints a JSON Schema of the configuration, for editors.",
      mixinStandardHelpOptions = true)
  static final class Schema implements Callable<Integer> {
    @Override
    public Integer call() {
      System.out.println(GatewaySchema.json());
      return 0;
    }
  }
}
