package io.oidcgrant.proxy.testing;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.eclipse.jetty.alpn.server.ALPNServerConnectionFactory;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.ErrorCode;
import org.eclipse.jetty.http2.HTTP2Session;
import org.eclipse.jetty.http2.api.Session;
import org.eclipse.jetty.http2.api.Stream;
import org.eclipse.jetty.http2.api.server.ServerSessionListener;
import org.eclipse.jetty.http2.frames.DataFrame;
import org.eclipse.jetty.http2.frames.GoAwayFrame;
import org.eclipse.jetty.http2.frames.HeadersFrame;
import org.eclipse.jetty.http2.frames.ResetFrame;
import org.eclipse.jetty.http2.server.RawHTTP2ServerConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** An upstream that speaks HTTP/2 frame by frame, records requests, answers what the test says. */
public final class Http2Upstream implements AutoCloseable {
  /** A request of which the head has come. */
  public static final class Received implements Stream.Listener {
    private final Stream stream;
    private final MetaData.Request head;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private final CompletableFuture<Void> whole = new CompletableFuture<>();
    private final CompletableFuture<Integer> reset = new CompletableFuture<>();
    private volatile HttpFields trailers = HttpFields.EMPTY;

    private Received(Stream stream, MetaData.Request head) {
      this.stream = stream;
      this.head = head;
    }

    public Stream stream() {
      return stream;
    }

    public String method() {
      return head.getMethod();
    }

    /** The {@code :path}. */
    public String target() {
      return head.getHttpURI().getPathQuery();
    }

    public String authority() {
      return head.getHttpURI().getAuthority();
    }

    public HttpFields headers() {
      return head.getHttpFields();
    }

    public String text() {
      return body.toString(StandardCharsets.ISO_8859_1);
    }

    public HttpFields trailers() {
      return trailers;
    }

    /** Done when body and trailers have come. */
    public CompletableFuture<Void> whole() {
      return whole;
    }

    /** The code with which the stream was reset. */
    public CompletableFuture<Integer> reset() {
      return reset;
    }

    @Override
    public void onDataAvailable(Stream same) {
      while (true) {
        Stream.Data data = stream.readData();
        if (data == null) {
          stream.demand();
          return;
        }
        ByteBuffer bytes = data.frame().getByteBuffer();
        byte[] piece = new byte[bytes.remaining()];
        bytes.get(piece);
        body.writeBytes(piece);
        boolean last = data.frame().isEndStream();
        data.release();
        if (last) {
          whole.complete(null);
          return;
        }
      }
    }

    @Override
    public void onHeaders(Stream same, HeadersFrame frame) {
      trailers = frame.getMetaData().getHttpFields();
      whole.complete(null);
    }

    @Override
    public void onReset(Stream same, ResetFrame frame, Callback callback) {
      reset.complete(frame.getError());
      callback.succeeded();
    }

    /** The head of an answer. */
    public CompletableFuture<Stream> head(int status, boolean last, HttpFields fields) {
      MetaData.Response answer = new MetaData.Response(status, null, HttpVersion.HTTP_2, fields);
      return stream.headers(new HeadersFrame(stream.getId(), answer, null, last));
    }

    public CompletableFuture<Stream> data(String text, boolean last) {
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
      return stream.data(new DataFrame(stream.getId(), bytes, last));
    }

    public CompletableFuture<Stream> trailers(HttpFields fields) {
      return stream.headers(
          new HeadersFrame(stream.getId(), new MetaData(HttpVersion.HTTP_2, fields), null, true));
    }

    /** Says GOAWAY, with the stream before this one as the last. */
    public void goAway() {
      GoAwayFrame frame =
          new GoAwayFrame(Math.max(0, stream.getId() - 2), ErrorCode.NO_ERROR.code, new byte[0]);
      ((HTTP2Session) stream.getSession()).frames(null, List.of(frame), Callback.NOOP);
    }

    /** Ends the whole connection. */
    public void disconnect() {
      ((HTTP2Session) stream.getSession()).getEndPoint().close();
    }

    public void reset(int code) {
      stream.reset(new ResetFrame(stream.getId(), code), Callback.NOOP);
    }

    @Override
    public String toString() {
      return method() + " " + target() + " " + headers();
    }
  }

  public interface Script {
    void answer(Received request);
  }

  private final Server server = new Server(new QueuedThreadPool(20));
  private final ServerConnector connector;
  private final List<Received> received = new CopyOnWriteArrayList<>();
  private final AtomicInteger connections = new AtomicInteger();
  private volatile Script script;

  /** With TLS, and HTTP/2 by ALPN; without where {@code tls} is null. */
  public Http2Upstream(SSLContext tls) {
    RawHTTP2ServerConnectionFactory http2 = new RawHTTP2ServerConnectionFactory(
        new HttpConfiguration(), new Listener(), tls == null ? "h2c" : "h2");
    if (tls == null) {
      connector = new ServerConnector(server, 1, 1, http2);
    } else {
      SslContextFactory.Server factory = new SslContextFactory.Server();
      factory.setSslContext(tls);
      ALPNServerConnectionFactory alpn = new ALPNServerConnectionFactory("h2");
      connector = new ServerConnector(
          server, 1, 1, new SslConnectionFactory(factory, alpn.getProtocol()), alpn, http2);
    }
    connector.setHost(InetAddress.getLoopbackAddress().getHostAddress());
    server.addConnector(connector);
    reset();
    try {
      server.start();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  public int port() {
    return connector.getLocalPort();
  }

  public void script(Script next) {
    script = next;
  }

  /** Forgets what came, and answers 200 to whole requests again. */
  public void reset() {
    received.clear();
    script = request -> {
      var unused = request.whole().thenCompose(done -> ok(request));
    };
  }

  /** Answers 200. */
  public static CompletableFuture<Stream> ok(Received request) {
    return request
        .head(200, false, HttpFields.EMPTY)
        .thenCompose(stream -> request.data("ok", true));
  }

  public int connections() {
    return connections.get();
  }

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

  private final class Listener implements ServerSessionListener {
    @Override
    public void onAccept(Session session) {
      connections.incrementAndGet();
    }

    @Override
    public Stream.Listener onNewStream(Stream stream, HeadersFrame frame) {
      Received request = new Received(stream, (MetaData.Request) frame.getMetaData());
      received.add(request);
      if (frame.isEndStream()) {
        request.whole.complete(null);
      } else {
        stream.demand();
      }
      script.answer(request);
      return request;
    }
  }

  @Override
  public void close() {
    try {
      server.stop();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
