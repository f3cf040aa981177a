package io.oidcgrant.examples.identity;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * A stand-in for Kong Identity on 127.0.0.1: authorization servers that are made and unmade by
 * calls, in memory. For trying out and for tests, never for production. Safe for concurrent use.
 */
public final class Identity implements AutoCloseable {
  /** The largest body of a request, bytes. */
  public static final int BODY_LIMIT = 65_536;

  static {
    // Read once, when the server's classes are first used. Without it answers on kept connections
    // wait 40 ms.
    if (System.getProperty("sun.net.httpserver.nodelay") == null) {
      System.setProperty("sun.net.httpserver.nodelay", "true");
    }
  }

  private final HttpServer server;
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

  private Identity(HttpServer server) {
    this.server = server;
    this.management = new Management(URI.create(url()));
    this.control = new Control(management, faults, journal);
  }

  /** Starts on a free port. */
  public static Identity start() throws IOException {
    return start(0);
  }

  /** Starts on a port of 127.0.0.1, 0 for a free one. */
  public static Identity start(int port) throws IOException {
    InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    Identity identity = new Identity(HttpServer.create(new InetSocketAddress(loopback, port), 512));
    identity.server.setExecutor(identity.threads);
    identity.server.createContext("/", identity::handle);
    identity.server.start();
    return identity;
  }

  /** {@code http://127.0.0.1:<port>}. */
  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** What is to go wrong. */
  public Faults faults() {
    return faults;
  }

  /** What was asked. */
  public Journal journal() {
    return journal;
  }

  private void handle(HttpExchange exchange) throws IOException {
    Optional<String> body = Delivery.body(exchange);
    URI line = exchange.getRequestURI();
    String query = line.getRawQuery() == null ? "" : "?" + line.getRawQuery();
    Asked asked = Asked.of(
        exchange.getRequestMethod(),
        URI.create(url() + line.getRawPath() + query),
        exchange.getRequestHeaders(),
        body.orElse(""));
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
    threads.shutdownNow();
  }
}
