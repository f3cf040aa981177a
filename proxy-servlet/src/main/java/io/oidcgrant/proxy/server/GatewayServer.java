package io.oidcgrant.proxy.server;

import io.oidcgrant.config.ConfigException;
import io.oidcgrant.config.ConfigProblem;
import io.oidcgrant.config.OidcGrantConfig;
import io.oidcgrant.config.UpstreamOAuthConfig;
import io.oidcgrant.flow.GrantRuntime;
import io.oidcgrant.protocol.TrustedPeers;
import io.oidcgrant.proxy.admin.AdminHandler;
import io.oidcgrant.proxy.admin.AdminToken;
import io.oidcgrant.proxy.admin.Readiness;
import io.oidcgrant.proxy.admin.api.AdminApi;
import io.oidcgrant.proxy.admin.api.Changes;
import io.oidcgrant.proxy.config.Gateway;
import io.oidcgrant.proxy.metrics.Metrics;
import io.oidcgrant.proxy.metrics.Prometheus;
import io.oidcgrant.proxy.relay.GatewayProxyServlet;
import io.oidcgrant.proxy.relay.ManagedHeaders;
import io.oidcgrant.proxy.relay.Relayed;
import io.oidcgrant.proxy.relay.UpstreamClients;
import io.oidcgrant.proxy.relay.WebSockets;
import io.oidcgrant.proxy.route.Route;
import io.oidcgrant.proxy.trace.RequestSpans;
import io.oidcgrant.proxy.trace.Spans;
import io.oidcgrant.proxy.trace.UpstreamSpans;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.http2.SessionContainer;
import org.eclipse.jetty.io.ArrayByteBufferPool;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.RequestLog;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The running proxy: its listeners and everything behind them. */
public final class GatewayServer {
  private static final int BUFFER = 64 * 1024;

  private static final Logger LOG = LoggerFactory.getLogger(GatewayServer.class);
  private static final long CLOSE_SECONDS = 60;

  private final Parts parts;
  private final Server server;
  private final ServerConnector proxy;
  private final Optional<ServerConnector> proxyTls;
  private final Optional<TlsSetup> tls;
  private final Optional<ServerConnector> admin;
  private final InFlight inFlight;
  private final WebSockets webSockets;
  private final Engine.InForce engine;
  private final UpstreamClients clients;
  private final LineQueue accessLog;
  private boolean closingLater; // guarded by this

  private GatewayServer(
      Parts parts,
      Server server,
      ServerConnector proxy,
      Optional<ServerConnector> proxyTls,
      Optional<TlsSetup> tls,
      Optional<ServerConnector> admin,
      InFlight inFlight,
      WebSockets webSockets,
      Engine.InForce engine,
      UpstreamClients clients,
      LineQueue accessLog) {
    this.parts = parts;
    this.server = server;
    this.proxy = proxy;
    this.proxyTls = proxyTls;
    this.tls = tls;
    this.admin = admin;
    this.inFlight = inFlight;
    this.webSockets = webSockets;
    this.engine = engine;
    this.clients = clients;
    this.accessLog = accessLog;
  }

  /**
   * What a proxy is made of.
   *
   * @param h2c whether HTTP/2 is spoken in clear text as well
   * @param listenTls empty for none; the configuration has a certificate otherwise
   * @param admin empty for none
   * @param adminToken what the Admin API asks for; empty for nothing
   * @param changes how the Admin API changes what is in force
   * @param accessLog the form of its lines; empty for none
   * @param grants makes the filter of one plugin entry
   * @param serviceTokens the same for the other plugin
   * @param runtime what the filters have in common
   */
  public record Parts(
      ListenAddress listen,
      boolean h2c,
      Optional<ListenAddress> listenTls,
      Optional<ListenAddress> admin,
      Optional<AdminToken> adminToken,
      Changes changes,
      Limits limits,
      TrustedPeers trusted,
      Optional<AccessLog.Form> accessLog,
      BiFunction<OidcGrantConfig, String, Filter> grants,
      Function<UpstreamOAuthConfig, Filter> serviceTokens,
      ManagedHeaders managed,
      Readiness readiness,
      GrantRuntime runtime,
      Metrics metrics) {}

  /**
   * Opens the listeners and starts.
   *
   * @param first the configuration to start with, which is not kept when another takes its place
   * @throws ListenException if a listener cannot be opened; nothing runs then
   */
  public static GatewayServer start(Parts parts, Gateway first) throws Exception {
    QueuedThreadPool threads = new QueuedThreadPool(200, 4);
    threads.setName("proxy");
    ByteBufferPool buffers =
        new ArrayByteBufferPool(0, 4096, BUFFER, Integer.MAX_VALUE, 8L << 20, 16L << 20);
    Server server = new Server(threads, null, buffers);
    Metrics metrics = parts.metrics();
    Explanations explanations = new Explanations(parts.adminToken());
    JsonErrors errors = new JsonErrors(explanations);
    server.setErrorHandler(errors);

    Limits limits = parts.limits();
    Protocols protocols = new Protocols(limits, metrics);
    ServerConnector proxy =
        connector(server, parts.listen(), 1, limits, protocols.clear(parts.h2c()));
    Optional<TlsSetup> tls = parts.listenTls().map(address -> tls(first));
    Optional<ServerConnector> proxyTls = tls.map(setup ->
        connector(server, parts.listenTls().orElseThrow(), 1, limits, protocols.secure(setup)));
    Optional<ServerConnector> admin =
        parts.admin().map(address -> connector(server, address, 0, limits, protocols.admin()));

    ServletContextHandler context = new ServletContextHandler("/");
    context.setErrorHandler(errors);
    Engine.InForce engine =
        new Engine.InForce(Engine.of(first, parts.grants(), parts.serviceTokens()));
    context.addFilter(
        new FilterHolder(new ResourceMetadataFilter(engine)),
        "/.well-known/oauth-protected-resource/*",
        EnumSet.of(DispatcherType.REQUEST));
    context.addFilter(
        new FilterHolder(new RoutingFilter(engine, parts.trusted())),
        "/*",
        EnumSet.of(DispatcherType.REQUEST));
    // In Kong's order; one that was waiting for tokens comes back by an ASYNC dispatch.
    for (Function<Route, ? extends Optional<?>> plugin :
        List.<Function<Route, ? extends Optional<?>>>of(Route::grant, Route::serviceToken)) {
      context.addFilter(
          new FilterHolder(new PluginDispatchFilter(plugin)),
          "/*",
          EnumSet.of(DispatcherType.REQUEST, DispatcherType.ASYNC));
    }
    Optional<Spans> spans = Spans.inUse();
    WebSockets webSockets = new WebSockets();
    UpstreamClients clients = new UpstreamClients(threads, buffers);
    clients.serve(first.services());
    server.addBean(clients);
    context.addServlet(
        new ServletHolder(
            "relay",
            new GatewayProxyServlet(
                parts.trusted(),
                parts.managed(),
                webSockets,
                clients,
                spans.map(UpstreamSpans::new).orElse(null))),
        "/*");
    AtomicBoolean draining = new AtomicBoolean();
    Handler form = new RequestForm(new InStep(context, draining::get), limits.headerBytes());
    RequestLimits requests = new RequestLimits(
        spans.<Handler>map(use -> new RequestSpans(use, form, Relayed::status)).orElse(form),
        limits,
        metrics);
    InFlight inFlight =
        new InFlight(new RequestIdHandler(new ExplainHandler(requests, explanations)), draining);
    List<ServerConnector> callers =
        Stream.concat(Stream.of(proxy), proxyTls.stream()).toList();
    ConnectionCount connections = new ConnectionCount(limits.connections(), metrics, callers);
    server.addBean(connections);
    server.addBean(new Sweep(server.getScheduler(), callers, requests, limits, metrics));
    RequestCount count = new RequestCount(metrics, admin, limits.headerCount());
    LineQueue accessLog = AccessLog.queue();
    if (parts.accessLog().isPresent()) {
      accessLog.start();
    }
    server.setRequestLog(parts
        .accessLog()
        .<RequestLog>map(lines -> new RequestLog.Collection(
            count, new AccessLog(lines, admin, parts.trusted(), accessLog)))
        .orElse(count));
    Prometheus told = new Prometheus(
        metrics, parts.runtime(), connections::getNetworkConnectionCount, inFlight::open);
    AdminApi api =
        new AdminApi(parts.changes(), parts.runtime()::askedIssuers, parts.runtime()::rediscover);
    server.setHandler(new ByListener(
        admin,
        new AdminHandler(
            parts.readiness(), parts.runtime()::clientKeys, told, api, parts.adminToken()),
        inFlight));
    try {
      open(proxy, parts.listen());
      if (proxyTls.isPresent()) {
        open(proxyTls.get(), parts.listenTls().orElseThrow());
      }
      if (admin.isPresent()) {
        open(admin.get(), parts.admin().orElseThrow());
      }
      server.start();
    } catch (Exception e) {
      proxy.close();
      proxyTls.ifPresent(ServerConnector::close);
      admin.ifPresent(ServerConnector::close);
      server.stop();
      accessLog.stop();
      throw e;
    }
    return new GatewayServer(
        parts,
        server,
        proxy,
        proxyTls,
        tls,
        admin,
        inFlight,
        webSockets,
        engine,
        clients,
        accessLog);
  }

  private static TlsSetup tls(Gateway gateway) {
    return new TlsSetup(gateway.certificates(), gateway.asksForCertificates());
  }

  private static ServerConnector connector(
      Server server,
      ListenAddress address,
      int acceptors,
      Limits limits,
      ConnectionFactory[] protocols) {
    ServerConnector connector = new ServerConnector(server, acceptors, 1, protocols);
    connector.setHost(address.bindHost());
    connector.setPort(address.port());
    connector.setIdleTimeout(limits.idleTimeout().toMillis());
    connector.setAcceptQueueSize(1024);
    server.addConnector(connector);
    return connector;
  }

  private static void open(ServerConnector connector, ListenAddress address)
      throws ListenException {
    try {
      connector.open();
    } catch (IOException | IllegalArgumentException e) {
      throw new ListenException(address, e);
    }
  }

  /** The address to call the proxy at, from this machine. */
  public String proxyUrl() {
    return url(proxy);
  }

  /** The same in TLS. */
  public Optional<String> proxyTlsUrl() {
    return proxyTls.map(GatewayServer::url);
  }

  /** The address to call the admin listener at. */
  public Optional<String> adminUrl() {
    return admin.map(GatewayServer::url);
  }

  private static String url(ServerConnector connector) {
    String host = connector.getHost();
    String called = host == null ? "127.0.0.1" : host.contains(":") ? "[" + host + "]" : host;
    boolean secure = connector.getConnectionFactory(SslConnectionFactory.class) != null;
    return (secure ? "https://" : "http://") + called + ":" + connector.getLocalPort();
  }

  /**
   * Puts another configuration in force, as a whole: requests that have begun end in the one that
   * they began in.
   *
   * @throws ConfigException if it cannot be used; nothing has changed then
   * @throws IllegalArgumentException the same
   */
  public synchronized void apply(Gateway next) throws Exception {
    if (tls.isPresent() && next.certificates().isEmpty()) {
      throw new ConfigException(
          List.of(
              new ConfigProblem(
                  "TLS listener",
                  0,
                  "certificates",
                  "an entry must stay as long as it listens; started with --listen-tls off, there need be none")));
    }
    Engine made;
    try {
      made = parts.runtime().renew(() -> prepared(next));
    } finally {
      // What requests of before may still use; or what was made and is not used.
      var unused =
          server.getScheduler().schedule(this::closeUnused, CLOSE_SECONDS, TimeUnit.SECONDS);
    }
    if (tls.isEmpty() && !next.certificates().isEmpty()) {
      LOG.warn("there is no TLS listener: this proxy started without one");
    }
    engine.set(made);
    parts.metrics().reloads().applied();
  }

  private Engine prepared(Gateway next) throws Exception {
    Gateway before = engine.get().gateway();
    Engine made = Engine.of(next, parts.grants(), parts.serviceTokens());
    try {
      clients.serve(next.services());
      boolean same = next.certificates().equals(before.certificates())
          && next.asksForCertificates() == before.asksForCertificates();
      if (tls.isPresent() && !same) {
        tls.get().take(next.certificates(), next.asksForCertificates());
      }
    } catch (Exception e) {
      clients.serve(before.services());
      throw e;
    }
    return made;
  }

  private synchronized void closeUnused() {
    parts.runtime().closeUnused();
    if (clients.closeUnused() && !closingLater) {
      closingLater = true;
      var unused = server.getScheduler().schedule(this::closeLeft, CLOSE_SECONDS, TimeUnit.SECONDS);
    }
  }

  private synchronized void closeLeft() {
    closingLater = false;
    closeUnused();
  }

  /** Takes no new connections, finishes what is in flight, and stops. */
  public void drain(Duration grace) throws Exception {
    parts.readiness().drain();
    List<ServerConnector> callers =
        Stream.concat(Stream.of(proxy), proxyTls.stream()).toList();
    for (ServerConnector listener : callers) {
      AcceptQueue.empty(listener);
      listener.close();
    }
    webSockets.end();
    // Tells callers in HTTP/2 to open no more streams.
    for (SessionContainer sessions : server.getContainedBeans(SessionContainer.class)) {
      var unused = sessions.shutdown();
    }
    inFlight.drain(
        grace.toMillis(),
        () -> callers.stream()
            .mapToInt(listener -> listener.getConnectedEndPoints().size())
            .sum());
    stop();
  }

  /** Stops at once. */
  public void stop() throws Exception {
    server.stop();
    // What was cut off by that has a line as well.
    accessLog.stop();
  }

  /** The admin listener and the proxy share nothing but the threads. */
  private static final class ByListener extends Handler.Sequence {
    private final Optional<ServerConnector> admin;
    private final Handler ofAdmin;
    private final Handler ofProxy;

    ByListener(Optional<ServerConnector> admin, Handler ofAdmin, Handler ofProxy) {
      super(ofAdmin, ofProxy);
      this.admin = admin;
      this.ofAdmin = ofAdmin;
      this.ofProxy = ofProxy;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
      boolean asked =
          admin.isPresent() && admin.get() == request.getConnectionMetaData().getConnector();
      return (asked ? ofAdmin : ofProxy).handle(request, response, callback);
    }
  }
}
