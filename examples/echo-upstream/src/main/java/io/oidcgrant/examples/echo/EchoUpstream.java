package io.oidcgrant.examples.echo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * An HTTP/1.1 server on 127.0.0.1 that answers every path and method with a JSON picture of the
 * request, as httpbin does under {@code /anything}, and remembers the last requests for tests. Safe
 * for concurrent use.
 */
public final class EchoUpstream implements AutoCloseable {
  /** The number of requests that are remembered. */
  public static final int REMEMBERED = 256;

  static {
    // Read once, when the server's classes are first used. Without it answers on kept connections
    // wait 40 ms.
    if (System.getProperty("sun.net.httpserver.nodelay") == null) {
      System.setProperty("sun.net.httpserver.nodelay", "true");
    }
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
    Thread thread = new Thread(task, "echo-upstream");
    thread.setDaemon(true);
    return thread;
  });
  private final Deque<RecordedRequest> requests = new ArrayDeque<>();

  private EchoUpstream(HttpServer server) {
    this.server = server;
  }

  /** Starts on a free port. */
  public static EchoUpstream start() throws IOException {
    return start(0);
  }

  /** Starts on a port, 0 for a free one. */
  public static EchoUpstream start(int port) throws IOException {
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    EchoUpstream upstream = new EchoUpstream(HttpServer.create(address, 1024));
    upstream.server.setExecutor(upstream.threads);
    upstream.server.createContext("/", upstream::answer);
    upstream.server.start();
    return upstream;
  }

  /** The port it listens on. */
  public int port() {
    return server.getAddress().getPort();
  }

  /** Its base URL, {@code http://127.0.0.1:<port>}. */
  public URI uri() {
    return URI.create("http://127.0.0.1:" + port());
  }

  /** The last requests, the oldest first; at most {@link #REMEMBERED}. */
  public List<RecordedRequest> requests() {
    synchronized (requests) {
      return List.copyOf(requests);
    }
  }

  /** Forgets the requests so far. */
  public void forgetRequests() {
    synchronized (requests) {
      requests.clear();
    }
  }

  /** Closes the port and all connections. */
  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      RecordedRequest request = RecordedRequest.read(exchange);
      synchronized (requests) {
        if (requests.size() == REMEMBERED) {
          requests.remove();
        }
        requests.add(request);
      }
      byte[] answer = EchoAnswer.json(request);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      if (request.method().equals("HEAD")) {
        exchange.getResponseHeaders().set("Content-Length", Integer.toString(answer.length));
        exchange.sendResponseHeaders(200, -1);
      } else {
        exchange.sendResponseHeaders(200, answer.length);
        exchange.getResponseBody().write(answer);
      }
    }
  }
}
