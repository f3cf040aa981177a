package io.oidcgrant.proxy.relay;

import io.oidcgrant.proxy.route.UpstreamService;
import io.oidcgrant.proxy.route.UpstreamTls;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.eclipse.jetty.client.EarlyHintsProtocolHandler;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.HttpClientTransport;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.client.transport.HttpClientTransportDynamic;
import org.eclipse.jetty.client.transport.HttpClientTransportOverHTTP;
import org.eclipse.jetty.client.transport.HttpDestination;
import org.eclipse.jetty.http.HttpCookieStore;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.util.component.AbstractLifeCycle;
import org.eclipse.jetty.util.component.LifeCycle;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * The clients of all services: one for each protocol and TLS setting, with threads, timers and
 * buffers in common. Safe for concurrent use.
 */
public final class UpstreamClients extends AbstractLifeCycle {
  private static final int MAX_HEADERS = 128 * 1024;
  private static final int MAX_CONNECTIONS = 8192;
  private static final int BUFFER = 16 * 1024;
  private static final int MAX_INTERIM = 32;

  /** How long a connection waits for its next request. */
  static final long IDLE_MILLIS = 30_000;

  private static final String INTERIM = UpstreamClients.class.getName() + ".interim";

  private static final Kind PLAIN = new Kind(false, false, UpstreamTls.JVM);

  private record Kind(boolean secure, boolean http2, UpstreamTls tls) {
    static Kind of(UpstreamService service) {
      return new Kind(service.scheme().equals("https"), service.http2(), service.tls());
    }
  }

  private final Scheduler scheduler = new ScheduledExecutorScheduler("relay", true);
  private final Executor executor;
  private final ByteBufferPool buffers;
  private final Map<Kind, HttpClient> clients = new ConcurrentHashMap<>();
  private volatile int connectTimeout = 1;
  // Under the lock of this.
  private List<UpstreamService> services = List.of();
  private long idleTimeout = IDLE_MILLIS;

  /**
   * Clients for no service yet.
   *
   * @param executor runs what they do
   */
  public UpstreamClients(Executor executor, ByteBufferPool buffers) {
    this.executor = executor;
    this.buffers = buffers;
  }

  /**
   * Makes the clients of services that have none; the others stay as they are.
   *
   * @throws IllegalArgumentException if certificates or keys cannot be used
   */
  public synchronized void serve(List<UpstreamService> wanted) throws Exception {
    services = wanted;
    for (UpstreamService service : wanted) {
      connectTimeout = Math.max(connectTimeout, service.connectTimeout());
      // A connection may be silent for longer than any of its streams.
      idleTimeout =
          Math.max(idleTimeout, 1000L + Math.max(service.readTimeout(), service.writeTimeout()));
    }
    clients.values().forEach(client -> client.setConnectTimeout(connectTimeout));
    if (scheduler.isRunning()) {
      startMissing();
    }
  }

  @Override
  protected synchronized void doStart() throws Exception {
    scheduler.start();
    start(PLAIN);
    startMissing();
  }

  private void startMissing() throws Exception {
    for (UpstreamService service : services) {
      Kind kind = Kind.of(service);
      if (!clients.containsKey(kind)) {
        start(kind);
      }
    }
  }

  /**
   * Ends the clients that are of no service any more, once nothing of them is in flight.
   *
   * @return whether there are others
   */
  public synchronized boolean closeUnused() {
    boolean left = false;
    Set<Kind> used = new HashSet<>(Set.of(PLAIN));
    services.forEach(service -> used.add(Kind.of(service)));
    for (Kind kind : Set.copyOf(clients.keySet())) {
      HttpClient client = used.contains(kind) ? null : clients.get(kind);
      if (client != null && hasConnections(client)) {
        left = true;
      } else if (client != null) {
        clients.remove(kind);
        LifeCycle.stop(client);
      }
    }
    return left;
  }

  /** Or will have; WebSockets are among them; those that nobody uses end by themselves. */
  private static boolean hasConnections(HttpClient client) {
    return client.getContainedBeans(ManagedSelector.class).stream()
            .anyMatch(selector -> selector.getTotalKeys() > 0)
        || client.getDestinations().stream()
            .anyMatch(destination -> destination instanceof HttpDestination waiting
                && waiting.getQueuedRequestCount() > 0);
  }

  /** How many clients there are. */
  int size() {
    return clients.size();
  }

  private void start(Kind kind) throws Exception {
    ClientConnector connector = new ClientConnector();
    connector.setSelectors(1);
    connector.setExecutor(executor);
    connector.setScheduler(scheduler);
    connector.setByteBufferPool(buffers);
    if (kind.secure()) {
      connector.setSslContextFactory(UpstreamTrust.of(kind.tls()));
    }
    HttpClient client = new UpstreamClient(transport(kind, connector));
    client.setExecutor(executor);
    client.setScheduler(scheduler);
    client.setByteBufferPool(buffers);
    client.setConnectTimeout(connectTimeout);
    client.setIdleTimeout(idleTimeout);
    client.setMaxConnectionsPerDestination(MAX_CONNECTIONS);
    client.setFollowRedirects(false);
    client.setHttpCookieStore(new HttpCookieStore.Empty());
    client.setUserAgentField(null);
    client.setDefaultRequestContentType(null);
    client.setRequestBufferSize(BUFFER);
    client.setResponseBufferSize(BUFFER);
    client.setMaxRequestHeadersSize(MAX_HEADERS);
    client.setMaxResponseHeadersSize(MAX_HEADERS);
    client.start();
    // Starting puts in what a browser wants.
    client.getContentDecoderFactories().clear();
    client.getProtocolHandlers().clear();
    client.getProtocolHandlers().put(new InterimResponses());
    clients.put(kind, client);
  }

  private static HttpClientTransport transport(Kind kind, ClientConnector connector) {
    if (kind.http2()) {
      return new HttpClientTransportDynamic(connector, UpstreamHttp2.info(connector));
    }
    StrictHttp1 http1 = new StrictHttp1();
    if (kind.secure()) {
      return new HttpClientTransportDynamic(
          connector, UpstreamHttp2.info(connector), StrictHttp1.info()) {
        /** Who does not take part in the negotiation speaks HTTP/1.1. */
        @Override
        public Connection newConnection(EndPoint endPoint, Map<String, Object> context)
            throws IOException {
          return context.containsKey(ClientConnector.APPLICATION_PROTOCOL_CONTEXT_KEY)
              ? super.newConnection(endPoint, context)
              : http1.newConnection(endPoint, context);
        }
      };
    }
    return new HttpClientTransportOverHTTP(connector) {
      @Override
      public Connection newConnection(EndPoint endPoint, Map<String, Object> context) {
        return http1.newConnection(endPoint, context);
      }
    };
  }

  /** The client for HTTP/1.1 without TLS, which is always there. */
  HttpClient plain() {
    return of(PLAIN);
  }

  /** The longest that any service has, in milliseconds. */
  int connectTimeout() {
    return connectTimeout;
  }

  /** The client of a service that is served. */
  HttpClient of(UpstreamService service) {
    return of(Kind.of(service));
  }

  private HttpClient of(Kind kind) {
    HttpClient client = clients.get(kind);
    if (client == null) {
      throw new IllegalArgumentException("no such service");
    }
    return client;
  }

  @Override
  protected synchronized void doStop() {
    clients.values().forEach(client -> LifeCycle.stop(client));
    LifeCycle.stop(scheduler);
  }

  /**
   * Interim answers are swallowed, up to a number; without a handler the client would wait for ever
   * after one.
   */
  private static final class InterimResponses extends EarlyHintsProtocolHandler {
    @Override
    public boolean accept(Request request, Response response) {
      return response.getStatus() < 200 && response.getStatus() != 101;
    }

    @Override
    protected void onEarlyHints(Request request, HttpFields fields) {
      int before = request.getAttributes().get(INTERIM) instanceof Integer number ? number : 0;
      request.attribute(INTERIM, before + 1);
      if (before == MAX_INTERIM) {
        GatewayProxyServlet.abort(request::abort, new IOException("interim answers only"));
      }
    }
  }
}
