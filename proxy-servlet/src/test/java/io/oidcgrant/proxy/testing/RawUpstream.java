package io.oidcgrant.proxy.testing;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ServerSocketFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/** An upstream on bare sockets that records every request and answers what the test says. */
public final class RawUpstream implements AutoCloseable {
  public static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

  /** A request of which the head has come; header names in lower case. */
  public static final class Received {
    private final List<String> head;
    private final String line;
    private final Map<String, List<String>> headers;
    private final Socket socket;
    private final InputStream in;
    private volatile byte[] body;

    private Received(List<String> head, Socket socket, InputStream in) {
      this.head = List.copyOf(head);
      this.line = head.get(0);
      this.headers = Wire.headers(head);
      this.socket = socket;
      this.in = in;
    }

    /** Its lines as they came, without their ends: the first is {@link #line}. */
    public List<String> head() {
      return head;
    }

    public String line() {
      return line;
    }

    public String target() {
      return line.split(" ", 3)[1];
    }

    public Map<String, List<String>> headers() {
      return headers;
    }

    /** Null where there is none; several with {@code |} between. */
    public String header(String name) {
      List<String> values = headers.get(name.toLowerCase(Locale.ROOT));
      return values == null ? null : String.join(" | ", values);
    }

    /** The body, which a script that wants to keep the connection must have read. */
    public byte[] body() throws IOException {
      if (body == null) {
        body = Wire.body(in, headers, false);
      }
      return body;
    }

    /** The body as far as a script has asked for it. */
    public String text() {
      return body == null ? null : new String(body, StandardCharsets.ISO_8859_1);
    }

    public InputStream input() {
      return in;
    }

    public OutputStream output() throws IOException {
      return socket.getOutputStream();
    }

    public void send(String text) throws IOException {
      output().write(text.getBytes(StandardCharsets.ISO_8859_1));
      output().flush();
    }

    /** What tells its connection from others. */
    public int connection() {
      return socket.getPort();
    }

    /** Whom the caller's certificate names. */
    public String peer() {
      try {
        return ((SSLSocket) socket).getSession().getPeerPrincipal().getName();
      } catch (SSLPeerUnverifiedException e) {
        return null;
      }
    }

    /** Ends the connection with RST. */
    public void reset() throws IOException {
      socket.setSoLinger(true, 0);
      socket.close();
    }

    @Override
    public String toString() {
      return line + " " + headers;
    }
  }

  public interface Script {
    void answer(Received request) throws Exception;
  }

  private final ServerSocket server;
  private final ExecutorService executor = Executors.newCachedThreadPool();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final List<Received> received = new CopyOnWriteArrayList<>();
  private final AtomicInteger accepted = new AtomicInteger();
  private volatile Script script;

  public RawUpstream() {
    this(0);
  }

  public RawUpstream(int port) {
    this(ServerSocketFactory.getDefault(), port, false);
  }

  /** With TLS; a certificate of the caller's is demanded or not. */
  public RawUpstream(SSLContext tls, boolean certificate) {
    this(tls.getServerSocketFactory(), 0, certificate);
  }

  private RawUpstream(ServerSocketFactory sockets, int port, boolean certificate) {
    try {
      server = sockets.createServerSocket(port, 512, InetAddress.getLoopbackAddress());
      if (server instanceof SSLServerSocket tls) {
        tls.setNeedClientAuth(certificate);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    answerOk();
    executor.execute(this::accept);
  }

  public String url() {
    return (server instanceof SSLServerSocket ? "https" : "http") + "://127.0.0.1:"
        + server.getLocalPort();
  }

  public int port() {
    return server.getLocalPort();
  }

  /** A script that does not read the body does not keep the connection. */
  public void script(Script next) {
    script = next;
  }

  public void answer(String text) {
    script = request -> {
      request.body();
      request.send(text);
    };
  }

  public void answerOk() {
    answer(OK);
  }

  /** Forgets what came, and answers 200 again. */
  public void reset() {
    received.clear();
    answerOk();
  }

  /** How many connections there have been since the beginning. */
  public int connections() {
    return accepted.get();
  }

  /** Every request whose head came. */
  public List<Received> received() {
    return received;
  }

  /** The only request. */
  public Received only() {
    if (received.size() != 1) {
      throw new AssertionError(received.size() + " requests: " + received);
    }
    return received.get(0);
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        accepted.incrementAndGet();
        open.add(socket);
        executor.execute(() -> serve(socket));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      InputStream in = new BufferedInputStream(socket.getInputStream());
      for (List<String> head = Wire.head(in); head != null; head = Wire.head(in)) {
        Received request = new Received(head, socket, in);
        if (request.header("Content-Length") == null
            && request.header("Transfer-Encoding") == null) {
          request.body();
        }
        received.add(request);
        script.answer(request);
        if (request.text() == null) {
          return;
        }
      }
    } catch (Exception e) {
      // The connection has ended, as a test may want it.
    } finally {
      open.remove(socket);
    }
  }

  @Override
  public void close() {
    try {
      server.close();
      for (Socket socket : open) {
        socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    executor.shutdownNow();
  }
}
