package io.oidcgrant.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** A server on raw sockets that reads requests and does wrong what the test says. */
public final class FaultyServer implements AutoCloseable {
  /** What is done once a request has been read; then the connection is closed. */
  @FunctionalInterface
  public interface Fault {
    void commit(FaultyServer server, Socket socket) throws IOException;
  }

  private static final String HEAD = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";

  private final ServerSocket listener;
  private final ExecutorService executor = Executors.newCachedThreadPool();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger requests = new AtomicInteger();
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile Fault fault;

  private FaultyServer(Fault fault) throws IOException {
    this.fault = fault;
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    executor.execute(this::accept);
  }

  public static FaultyServer start(Fault fault) {
    try {
      return new FaultyServer(fault);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Says nothing until the other side goes away. */
  public static void silence(FaultyServer server, Socket socket) throws IOException {
    socket.getInputStream().read();
  }

  /** Sends headers that announce a body, and no body. */
  public static void headersAlone(FaultyServer server, Socket socket) throws IOException {
    write(socket, HEAD + "Content-Length: 100\r\n\r\n");
    socket.getInputStream().read();
  }

  /** Sends a byte every 50 ms, for ever. */
  public static void drip(FaultyServer server, Socket socket) throws IOException {
    write(socket, HEAD + "Content-Length: 10000\r\n\r\n");
    while (!server.stops(50)) {
      write(socket, " ");
    }
  }

  /** Sends as fast as it can, for ever. */
  public static void flood(FaultyServer server, Socket socket) throws IOException {
    write(socket, HEAD + "\r\n");
    String block = " ".repeat(65_536);
    while (!server.stops(0)) {
      write(socket, block);
    }
  }

  public static void emptyReply(FaultyServer server, Socket socket) {}

  public static void reset(FaultyServer server, Socket socket) throws IOException {
    socket.setSoLinger(true, 0);
  }

  public static void notHttp(FaultyServer server, Socket socket) throws IOException {
    write(socket, "SSH-2.0-canary\r\n\r\n");
  }

  public static void cutOff(FaultyServer server, Socket socket) throws IOException {
    write(socket, HEAD + "Content-Length: 1000\r\n\r\n{\"access_token\":\"canary\",");
  }

  public static void badChunk(FaultyServer server, Socket socket) throws IOException {
    write(socket, HEAD + "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n");
  }

  /** No fault: this body. */
  public static Fault answering(Supplier<String> body) {
    return (server, socket) -> {
      String text = body.get();
      write(
          socket,
          HEAD + "Connection: close\r\nContent-Length: " + text.getBytes(UTF_8).length + "\r\n\r\n"
              + text);
    };
  }

  public void now(Fault next) {
    fault = next;
  }

  public String url() {
    return "http://127.0.0.1:" + listener.getLocalPort();
  }

  /** Requests that were read. */
  public int requests() {
    return requests.get();
  }

  /** Connections that neither side has closed. */
  public int open() {
    return open.size();
  }

  private boolean stops(int millis) {
    try {
      return closed.await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = listener.accept();
        open.add(socket);
        executor.execute(() -> serve(socket));
      }
    } catch (IOException e) {
      // Closed.
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      socket.setSoTimeout(30_000);
      readRequest(socket.getInputStream());
      requests.incrementAndGet();
      fault.commit(this, socket);
    } catch (IOException e) {
      // The other side has gone.
    } finally {
      open.remove(socket);
    }
  }

  private static void readRequest(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int c = in.read();
      if (c < 0) {
        throw new IOException("no request");
      }
      head.append((char) c);
    }
    for (String line : head.toString().split("\r\n", -1)) {
      if (line.regionMatches(true, 0, "content-length:", 0, 15)) {
        in.readNBytes(Integer.parseInt(line.substring(15).strip()));
      }
    }
  }

  private static void write(Socket socket, String text) throws IOException {
    OutputStream out = socket.getOutputStream();
    out.write(text.getBytes(ISO_8859_1));
    out.flush();
  }

  @Override
  public void close() {
    closed.countDown();
    executor.shutdownNow();
    try {
      listener.close();
      for (Socket socket : open) {
        socket.close();
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
