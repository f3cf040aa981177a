package io.oidcgrant.examples.identity;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * A stand-in for Kong Identity on 127.0.0.1: authorization servers that are made and unmade by
 * calls, in memory. For trying out and for tests, never for production. Safe for concurrent use.
 */
public final class Identity implements AutoCloseable {
  /** The largest body of a request, bytes. */
  public static final int BODY_LIMIT = 65_536;

  private static final int BACKLOG = 512;

  static {
    // Read once, when the server's classes are first used. Without it answers on kept connections
    // wait 40 ms.
    if (System.getProperty("sun.net.httpserver.nodelay") == null) {
      System.setProperty("sun.net.httpserver.nodelay", "true");
    }
  }

  private final HttpServer server;
  private final Optional<HttpsServer> secured;
  private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
    Thread thread = new Thread(task, "kong-identity");
    thread.setDaemon(true);
    return thread;
  });
  private final Faults faults = new Faults();
  private final Journal journal = new Journal();
  private final Delivery delivery = new Delivery();
  private final Management management;
  private final Control control;

  private Identity(HttpServer server, Optional<HttpsServer> secured) {
    this.server = server;
    this.secured = secured;
    this.management = new Management(
        URI.create(url()), secured.map(listener -> URI.create(url("https", listener))));
    this.control = new Control(management, faults, journal);
  }

  /** Starts on a free port. */
  public static Identity start() throws IOException {
    return start(0);
  }

  /** Starts on a port of 127.0.0.1, 0 for a free one. */
  public static Identity start(int port) throws IOException {
    return start(HttpServer.create(loopback(port), BACKLOG), Optional.empty());
  }

  /**
   * Starts on two ports of 127.0.0.1, 0 for free ones, the second of which speaks TLS and asks for
   * a client certificate.
   *
   * @param tls whose trust managers say which client certificates are good
   */
  public static Identity start(int port, int tlsPort, SSLContext tls) throws IOException {
    HttpServer server = HttpServer.create(loopback(port), BACKLOG);
    try {
      HttpsServer secured = HttpsServer.create(loopback(tlsPort), BACKLOG);
      secured.setHttpsConfigurator(new WantsCertificate(tls));
      return start(server, Optional.of(secured));
    } catch (IOException e) {
      server.stop(0);
      throw e;
    }
  }

  private static Identity start(HttpServer server, Optional<HttpsServer> secured) {
    Identity identity = new Identity(server, secured);
    identity.listen("http", server);
    secured.ifPresent(listener -> identity.listen("https", listener));
    return identity;
  }

  private static InetSocketAddress loopback(int port) throws IOException {
    return new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port);
  }

  private void listen(String scheme, HttpServer listener) {
    String url = url(scheme, listener);
    listener.setExecutor(threads);
    listener.createContext("/", exchange -> handle(exchange, url));
    listener.start();
  }

  private static String url(String scheme, HttpServer listener) {
    return scheme + "://127.0.0.1:" + listener.getAddress().getPort();
  }

  /** {@code http://127.0.0.1:<port>}. */
  public String url() {
    return url("http", server);
  }

  /** {@code https://127.0.0.1:<port>}; throws {@link IllegalStateException} where there is none. */
  public String tlsUrl() {
    return url("https", secured.orElseThrow(() -> new IllegalStateException("no TLS")));
  }

  /** What is to go wrong. */
  public Faults faults() {
    return faults;
  }

  /** What was asked. */
  public Journal journal() {
    return journal;
  }

  private void handle(HttpExchange exchange, String url) throws IOException {
    Optional<String> body = Delivery.body(exchange);
    URI line = exchange.getRequestURI();
    String query = line.getRawQuery() == null ? "" : "?" + line.getRawQuery();
    Asked asked = Asked.of(
        exchange.getRequestMethod(),
        URI.create(url + line.getRawPath() + query),
        exchange.getRequestHeaders(),
        body.orElse(""),
        certificates(exchange));
    Optional<Endpoint.Place> place = Endpoint.at(asked.path());
    if (body.isEmpty()) {
      Answer answer = Problem.of(413, "more than " + BODY_LIMIT + " bytes").answer();
      place.ifPresent(at -> journal.add(at.endpoint(), asked, Optional.empty(), answer.status()));
      delivery.send(exchange, answer);
    } else if (place.isEmpty()) {
      delivery.send(exchange, answered(() -> control.answer(asked)));
    } else {
      serve(exchange, place.get(), asked);
    }
  }

  private static List<X509Certificate> certificates(HttpExchange exchange) {
    try {
      return exchange instanceof HttpsExchange secure
          ? Arrays.stream(secure.getSSLSession().getPeerCertificates())
              .map(X509Certificate.class::cast)
              .toList()
          : List.of();
    } catch (SSLPeerUnverifiedException e) {
      return List.of();
    }
  }

  private void serve(HttpExchange exchange, Endpoint.Place place, Asked asked) throws IOException {
    Optional<Fault> fault = faults.take(place.endpoint());
    if (fault.isEmpty()) {
      Answer answer = answered(() -> answer(place, asked));
      journal.add(place.endpoint(), asked, fault, answer.status());
      delivery.send(exchange, answer);
      return;
    }
    Fault.Kind kind = fault.get().kind();
    FaultScript script = fault.get().script();
    Answer answer = kind.asksEndpoint()
        ? script.changed(answered(() -> answer(place, asked)))
        : script.instead();
    journal.add(place.endpoint(), asked, fault, kind.isSilent() ? 0 : answer.status());
    delivery.send(exchange, answer, kind, script.time());
  }

  private Answer answer(Endpoint.Place place, Asked asked) {
    Endpoint endpoint = place.endpoint();
    if (endpoint == Endpoint.ADMIN) {
      return management.answer(asked);
    }
    ServerEndpoints endpoints = management.endpoints(place.serverId());
    return endpoint.allows(asked.method())
        ? endpoints.answer(endpoint, asked)
        : Management.notAllowed(endpoint.methods());
  }

  private static Answer answered(Supplier<Answer> service) {
    try {
      return service.get();
    } catch (Declined e) {
      return e.answer();
    } catch (RuntimeException | LinkageError e) {
      // Nimbus misses optional libraries late; the caller must not wait for ever.
      System.err.println("kong-identity: a fault of its own: " + e.getClass().getName());
      return Problem.of(500, "a fault of the stand-in").answer();
    }
  }

  @Override
  public void close() {
    delivery.close();
    server.stop(0);
    secured.ifPresent(listener -> listener.stop(0));
    threads.shutdownNow();
  }

  /** Asks for a client's certificate, and is content without one. */
  private static final class WantsCertificate extends HttpsConfigurator {
    private WantsCertificate(SSLContext tls) {
      super(tls);
    }

    @Override
    public void configure(HttpsParameters parameters) {
      SSLParameters tls = getSSLContext().getDefaultSSLParameters();
      tls.setWantClientAuth(true);
      parameters.setSSLParameters(tls);
    }
  }
}
