package io.oidcgrant.proxy;

import io.oidcgrant.OidcGrantFilter;
import io.oidcgrant.UpstreamOAuthFilter;
import io.oidcgrant.clientauth.ClientKeys;
import io.oidcgrant.config.ConfigException;
import io.oidcgrant.config.ConfigNode;
import io.oidcgrant.config.ConfigProblem;
import io.oidcgrant.config.OidcGrantConfig;
import io.oidcgrant.config.Reading;
import io.oidcgrant.config.UpstreamOAuthConfig;
import io.oidcgrant.flow.GrantRuntime;
import io.oidcgrant.protocol.TrustedPeers;
import io.oidcgrant.proxy.admin.AdminToken;
import io.oidcgrant.proxy.admin.Readiness;
import io.oidcgrant.proxy.config.EffectiveGateway;
import io.oidcgrant.proxy.config.GatewayFiles;
import io.oidcgrant.proxy.config.GatewaySchema;
import io.oidcgrant.proxy.config.StateFile;
import io.oidcgrant.proxy.metrics.Metrics;
import io.oidcgrant.proxy.server.GatewayServer;
import io.oidcgrant.proxy.server.Limits;
import io.oidcgrant.proxy.server.ListenAddress;
import io.oidcgrant.proxy.server.ListenException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
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
    subcommands = {Main.Run.class, Main.Check.class, Main.RotateKeys.class, Main.Schema.class})
public final class Main implements Runnable {
  private static final String TUNNELING = "jdk.http.auth.tunneling.disabledSchemes";
  private static final int REFUSED = 2;
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
    System.exit(execute(arguments));
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

  /** What all commands that read a configuration share. */
  static final class Files {
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

    enum Compatibility {
      KONG
    }

    /** In the one text of an environment variable, several files stand with commas between. */
    private static Stream<Path> paths(String text) {
      return java.nio.file.Files.exists(Path.of(text))
          ? Stream.of(Path.of(text))
          : commaSeparated(text).map(Path::of);
    }

    /** The configuration; empty, with every problem printed, where it is refused. */
    private Optional<LiveConfiguration> read(Optional<StateFile> state) {
      LiveConfiguration found = LiveConfiguration.read(this::load, state, reading());
      Reading reading = found.reading();
      for (ConfigProblem warning : reading.warnings()) {
        System.err.println("warning: " + warning);
      }
      for (ConfigProblem problem : reading.problems()) {
        System.err.println(problem);
      }
      return reading.problems().isEmpty() ? Optional.of(found) : Optional.empty();
    }

    private Reading reading() {
      return new Reading(System::getenv, compat == Compatibility.KONG);
    }

    private LiveConfiguration.Read load(List<ConfigNode> more) {
      Reading reading = reading();
      List<Path> paths = config.stream().flatMap(Files::paths).toList();
      return new LiveConfiguration.Read(GatewayFiles.read(paths, more, reading), reading);
    }

    private void mustHaveOne(CommandSpec spec) {
      if (config.isEmpty()) {
        throw new ParameterException(spec.commandLine(), "Missing required option: --config=FILE");
      }
    }
  }

  @Command(
      name = "check",
      description = "Reads and validates the configuration; opens no port, asks no server.",
      mixinStandardHelpOptions = true)
  static final class Check implements Callable<Integer> {
    @Mixin
    private Files files = new Files();

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
      files.mustHaveOne(spec);
      limits.limits();
      Optional<LiveConfiguration> found = files.read(Optional.empty());
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
      if (!java.nio.file.Files.exists(Path.of(file))) {
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

  @Command(name = "run", description = "Runs the proxy.", mixinStandardHelpOptions = true)
  static final class Run implements Callable<Integer> {
    private static final String TLS = "0.0.0.0:8443";

    @Mixin
    private Files files = new Files();

    @Mixin
    private LimitOptions limits = new LimitOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(
        names = "--listen",
        paramLabel = "HOST:PORT",
        defaultValue = "0.0.0.0:8000",
        description = "Where callers connect; port 0 takes a free one. Default: 0.0.0.0:8000.")
    private String listen = "";

    @Option(
        names = "--listen-tls",
        paramLabel = "HOST:PORT|off",
        description =
            "The same in TLS. Default: 0.0.0.0:8443 where the configuration has certificates.")
    private @Nullable String listenTls;

    @Option(
        names = "--h2c",
        description = "Speak HTTP/2 without TLS as well, on --listen. Default: only in TLS.")
    private boolean h2c;

    @Option(
        names = "--admin",
        paramLabel = "HOST:PORT|off",
        defaultValue = "127.0.0.1:8001",
        description = "Where health, metrics and public keys are told. Default: 127.0.0.1:8001.")
    private String admin = "";

    @Option(
        names = "--grace",
        paramLabel = "SECONDS",
        defaultValue = "30",
        description = "How long requests in flight may take after SIGTERM. Default: 30.")
    private int grace;

    @Option(
        names = "--trusted-ips",
        paramLabel = "CIDR,…",
        defaultValue = "",
        description = "Peers whose X-Forwarded-* headers are believed. Default: none.")
    private String trusted = "";

    @Option(
        names = "--client-keys",
        paramLabel = "FILE",
        description =
            "Where our own keys for private_key_jwt are kept. Default: they last as long as the process.")
    private @Nullable String clientKeys;

    @Option(
        names = "--log-level",
        paramLabel = "LEVEL",
        defaultValue = "INFO",
        description = "ERROR, WARN, INFO, DEBUG or TRACE. Default: INFO.")
    private Logging.LogLevel level = Logging.LogLevel.INFO;

    @Option(
        names = "--log-format",
        paramLabel = "plain|json",
        defaultValue = "plain",
        description = "How the log is written to standard error. Default: plain.")
    private Logging.LogFormat format = Logging.LogFormat.PLAIN;

    @Option(
        names = "--admin-token-file",
        paramLabel = "FILE",
        description =
            "Holds the token that the Admin API and X-Oidc-Explain ask for. Default: the Admin API asks for none and listens on loopback only.")
    private @Nullable String adminTokenFile;

    @Option(
        names = "--state",
        paramLabel = "FILE",
        description =
            "Where the Admin API keeps what it makes. Default: it makes nothing, it only tells.")
    private @Nullable String state;

    @Override
    public Integer call() throws Exception {
      ListenAddress listenAt = address("--listen", listen);
      String tls = listenTls == null ? TLS : listenTls;
      Optional<ListenAddress> tlsAt =
          tls.equals("off") ? Optional.empty() : Optional.of(address("--listen-tls", tls));
      Optional<ListenAddress> adminAt =
          admin.equals("off") ? Optional.empty() : Optional.of(address("--admin", admin));
      Optional<AdminToken> adminToken = adminToken();
      if (adminAt.isPresent() && !adminAt.get().loopback() && adminToken.isEmpty()) {
        throw refused("--admin beyond loopback needs --admin-token-file");
      }
      if (grace < 0) {
        throw refused("--grace must not be negative");
      }
      Limits allowed = limits.limits();
      TrustedPeers peers;
      try {
        peers = TrustedPeers.of(commaSeparated(trusted).toList());
      } catch (IllegalArgumentException e) {
        throw refused("--trusted-ips: " + e.getMessage());
      }
      Logging.setUp(level, format);
      Optional<StateFile> stateFile = stateFile();
      if (stateFile.isEmpty()) {
        files.mustHaveOne(spec);
      }
      Optional<LiveConfiguration> found = files.read(stateFile);
      if (found.isEmpty()) {
        return REFUSED;
      }
      if (found.get().gateway().certificates().isEmpty()) {
        if (listenTls != null && tlsAt.isPresent()) {
          throw refused("--listen-tls needs a certificate: give the configuration an entry of"
              + " certificates[] with cert and key");
        }
        tlsAt = Optional.empty();
      }
      try {
        serve(found.get(), listenAt, tlsAt, adminAt, adminToken, allowed, peers, keys());
        return 0;
      } catch (ConfigException e) {
        // What shows only when everything is put together.
        e.problems().forEach(System.err::println);
        return REFUSED;
      }
    }

    private Optional<AdminToken> adminToken() {
      try {
        return Optional.ofNullable(adminTokenFile).map(Path::of).map(AdminToken::at);
      } catch (IllegalArgumentException e) {
        throw refused("--admin-token-file: " + e.getMessage());
      }
    }

    private Optional<StateFile> stateFile() {
      try {
        return Optional.ofNullable(state).map(Path::of).map(StateFile::new);
      } catch (IllegalArgumentException e) {
        throw refused("--state: " + e.getMessage());
      }
    }

    private ClientKeys keys() {
      try {
        return clientKeys == null ? ClientKeys.inMemory() : ClientKeys.at(Path.of(clientKeys));
      } catch (IllegalArgumentException e) {
        throw refused("--client-keys: " + e.getMessage());
      }
    }

    private void serve(
        LiveConfiguration live,
        ListenAddress listenAt,
        Optional<ListenAddress> tlsAt,
        Optional<ListenAddress> adminAt,
        Optional<AdminToken> adminToken,
        Limits allowed,
        TrustedPeers peers,
        ClientKeys keys)
        throws Exception {
      CountDownLatch stop = new CountDownLatch(1);
      AtomicBoolean stopping = new AtomicBoolean();
      Signals.onTermination(() -> {
        if (stopping.getAndSet(true)) {
          Runtime.getRuntime().halt(1);
        }
        stop.countDown();
      });
      Metrics metrics = new Metrics();
      try (GrantRuntime runtime = GrantRuntime.create(keys, metrics.grants())) {
        runtime.trust(peers);
        GatewayServer server = GatewayServer.start(new GatewayServer.Parts(
            live.gateway(),
            listenAt,
            h2c,
            tlsAt,
            adminAt,
            adminToken,
            live,
            allowed,
            peers,
            config -> grantFilter(config, runtime),
            config -> serviceTokenFilter(config, runtime),
            new PluginHeaders(),
            new Readiness(runtime::issuers),
            runtime,
            metrics));
        // The garbage of the start would stay resident: an idle heap is not collected by itself.
        System.gc();
        System.out.println("ready proxy=" + server.proxyUrl()
            + server.proxyTlsUrl().map(url -> " proxyTls=" + url).orElse("")
            + server.adminUrl().map(url -> " admin=" + url).orElse(""));
        live.use(server::apply);
        try (ConfigWatch watch = new ConfigWatch(live, metrics.reloads())) {
          Signals.onHangUp(watch::reload);
          stop.await();
        }
        Logger log = LoggerFactory.getLogger(Main.class);
        log.info("stopping: requests in flight have {} s", grace);
        server.drain(Duration.ofSeconds(grace));
        log.info("stopped");
      }
    }

    private ListenAddress address(String option, String text) {
      try {
        return ListenAddress.parse(text);
      } catch (IllegalArgumentException e) {
        throw refused(option + " " + e.getMessage());
      }
    }

    private ParameterException refused(String why) {
      return new ParameterException(spec.commandLine(), why);
    }
  }

  /** Nothing stands behind it but the relay. */
  private static OidcGrantFilter grantFilter(OidcGrantConfig config, GrantRuntime runtime) {
    OidcGrantFilter filter = new OidcGrantFilter(config, runtime);
    filter.setAsyncDispatch(true);
    return filter;
  }

  private static UpstreamOAuthFilter serviceTokenFilter(
      UpstreamOAuthConfig config, GrantRuntime runtime) {
    UpstreamOAuthFilter filter = new UpstreamOAuthFilter(config, runtime);
    filter.setAsyncDispatch(true);
    return filter;
  }

  private static Stream<String> commaSeparated(String text) {
    return Arrays.stream(text.split(",")).map(String::strip).filter(part -> !part.isEmpty());
  }
}
