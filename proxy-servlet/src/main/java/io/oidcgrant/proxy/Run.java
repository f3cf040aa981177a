package io.oidcgrant.proxy;

import io.oidcgrant.OidcGrantFilter;
import io.oidcgrant.UpstreamOAuthFilter;
import io.oidcgrant.clientauth.ClientKeys;
import io.oidcgrant.config.ConfigException;
import io.oidcgrant.config.OidcGrantConfig;
import io.oidcgrant.config.UpstreamOAuthConfig;
import io.oidcgrant.flow.GrantRuntime;
import io.oidcgrant.protocol.TrustedPeers;
import io.oidcgrant.proxy.admin.AdminToken;
import io.oidcgrant.proxy.admin.Readiness;
import io.oidcgrant.proxy.config.StateFile;
import io.oidcgrant.proxy.metrics.Metrics;
import io.oidcgrant.proxy.server.AccessLog;
import io.oidcgrant.proxy.server.GatewayServer;
import io.oidcgrant.proxy.server.Limits;
import io.oidcgrant.proxy.server.ListenAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code run}: the proxy, from its start to its ordered stop. */
@Command(name = "run", description = "Runs the proxy.", mixinStandardHelpOptions = true)
final class Run implements Callable<Integer> {
  private static final String TLS = "0.0.0.0:8443";

  @Mixin
  private ConfigFiles files = new ConfigFiles();

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
      names = "--access-log",
      paramLabel = "off|on",
      defaultValue = "off",
      description =
          "One line for each request, to standard error, in the form of the log. Default: off.")
  private Switch accessLog = Switch.OFF;

  enum Switch {
    OFF,
    ON
  }

  @Option(
      names = "--admin-token-file",
      paramLabel = "FILE",
      description =
          "Holds the token that the Admin API and X-Oidc-Explain ask for. Default: the Admin API asks for none and listens on loopback only.")
  private @Nullable String adminTokenFile;

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
    TrustedPeers peers = files.trustedPeers(spec);
    Logging.setUp(level, format);
    Optional<StateFile> stateFile = files.state(spec);
    if (stateFile.isPresent() && adminAt.isEmpty()) {
      throw refused("--state needs --admin: without the Admin API nothing changes it,"
          + " and --config can read it");
    }
    if (stateFile.isEmpty()) {
      files.mustHaveOne(spec);
    }
    Optional<LiveConfiguration> found = files.read(stateFile);
    if (found.isEmpty()) {
      return Main.REFUSED;
    }
    try {
      stateFile.ifPresent(StateFile::tryToReplace);
    } catch (IllegalArgumentException e) {
      throw refused("--state: " + e.getMessage());
    }
    if (found.get().gateway().certificates().isEmpty()) {
      if (listenTls != null && tlsAt.isPresent()) {
        throw refused("--listen-tls needs a certificate: give the configuration an entry of"
            + " certificates[] with cert and key"
            + (stateFile.isEmpty()
                ? ""
                : ", or start without --listen-tls, POST it to /certificates, and start again"));
      }
      tlsAt = Optional.empty();
    }
    try {
      serve(found.get(), listenAt, tlsAt, adminAt, adminToken, allowed, peers, keys());
      return 0;
    } catch (ConfigException e) {
      // What shows only when everything is put together.
      e.problems().forEach(System.err::println);
      return Main.REFUSED;
    }
  }

  private Optional<AdminToken> adminToken() {
    try {
      return Optional.ofNullable(adminTokenFile).map(Path::of).map(AdminToken::at);
    } catch (IllegalArgumentException e) {
      throw refused("--admin-token-file: " + e.getMessage());
    }
  }

  private Optional<AccessLog.Form> accessLog() {
    return accessLog == Switch.OFF
        ? Optional.empty()
        : Optional.of(
            format == Logging.LogFormat.JSON ? AccessLog.Form.JSON : AccessLog.Form.PLAIN);
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
      GatewayServer server;
      try (ConfigWatch watch = new ConfigWatch(live, metrics.reloads())) {
        // Else it ends the process, as it does by default.
        Signals.onHangUp(watch::reload);
        server = GatewayServer.start(
            new GatewayServer.Parts(
                listenAt,
                h2c,
                tlsAt,
                adminAt,
                adminToken,
                live,
                allowed,
                peers,
                accessLog(),
                (config, scope) -> grantFilter(config, runtime, scope),
                config -> serviceTokenFilter(config, runtime),
                new PluginHeaders(),
                new Readiness(runtime::issuers),
                runtime,
                metrics),
            live.gateway());
        live.use(server::apply);
        // The garbage of the start would stay resident: an idle heap is not collected by itself.
        System.gc();
        System.out.println("ready proxy=" + server.proxyUrl()
            + server.proxyTlsUrl().map(url -> " proxyTls=" + url).orElse("")
            + server.adminUrl().map(url -> " admin=" + url).orElse(""));
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

  /** Nothing stands behind it but the relay. */
  private static OidcGrantFilter grantFilter(
      OidcGrantConfig config, GrantRuntime runtime, String scope) {
    OidcGrantFilter filter = new OidcGrantFilter(config, runtime, scope);
    filter.setAsyncDispatch(true);
    return filter;
  }

  private static UpstreamOAuthFilter serviceTokenFilter(
      UpstreamOAuthConfig config, GrantRuntime runtime) {
    UpstreamOAuthFilter filter = new UpstreamOAuthFilter(config, runtime);
    filter.setAsyncDispatch(true);
    return filter;
  }
}
