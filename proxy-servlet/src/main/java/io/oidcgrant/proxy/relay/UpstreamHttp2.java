package io.oidcgrant.proxy.relay;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.client.transport.HttpExchange;
import org.eclipse.jetty.http2.HTTP2Connection;
import org.eclipse.jetty.http2.api.Session;
import org.eclipse.jetty.http2.api.Stream;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.http2.client.HTTP2ClientConnectionFactory;
import org.eclipse.jetty.http2.client.transport.ClientConnectionFactoryOverHTTP2;
import org.eclipse.jetty.http2.client.transport.internal.HTTPSessionListenerPromise;
import org.eclipse.jetty.http2.client.transport.internal.HttpChannelOverHTTP2;
import org.eclipse.jetty.http2.client.transport.internal.HttpConnectionOverHTTP2;
import org.eclipse.jetty.io.ClientConnectionFactory;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;

/** HTTP/2 to upstreams: each request knows its stream, and so can change its idle timeout. */
final class UpstreamHttp2 extends ClientConnectionFactoryOverHTTP2 {
  /** Bytes of an answer that wait for a slow caller; of all answers of a connection, 64 times. */
  private static final int STREAM_WINDOW = 256 * 1024;

  private static final int SESSION_WINDOW = 64 * STREAM_WINDOW;
  private static final long RESET_MILLIS = 50;

  private final ClientConnectionFactory factory = new HTTP2ClientConnectionFactory();
  private final HTTP2Client client;

  private UpstreamHttp2(HTTP2Client client) {
    super(client);
    this.client = client;
  }

  /** As one protocol among those that TLS can agree on, or as what is spoken without asking. */
  static ClientConnectionFactory.Info info(ClientConnector connector) {
    HTTP2Client client = new HTTP2Client(connector);
    client.setInitialStreamRecvWindow(STREAM_WINDOW);
    client.setInitialSessionRecvWindow(SESSION_WINDOW);
    client.setMaxConcurrentPushedStreams(0);
    return new ClientConnectionFactory.Info(new UpstreamHttp2(client)) {
      @Override
      public List<String> getProtocols(boolean secure) {
        return List.of(secure ? "h2" : "h2c");
      }
    };
  }

  @Override
  public Connection newConnection(EndPoint endPoint, Map<String, Object> context)
      throws IOException {
    HTTPSessionListenerPromise listener = new Listener(context);
    context.put(HTTP2Client.CONTEXT_KEY, client);
    context.put(HTTP2Client.SESSION_LISTENER_CONTEXT_KEY, listener);
    context.put(HTTP2Client.SESSION_PROMISE_CONTEXT_KEY, listener);
    return factory.newConnection(endPoint, context);
  }

  private static final class Listener extends HTTPSessionListenerPromise {
    Listener(Map<String, Object> context) {
      super(context);
    }

    @Override
    protected org.eclipse.jetty.client.Connection newConnection(
        org.eclipse.jetty.client.Destination destination,
        Session session,
        HTTP2Connection connection) {
      return new HttpConnectionOverHTTP2(destination, session, connection) {
        @Override
        protected HttpChannelOverHTTP2 newHttpChannel() {
          return new Channel(this);
        }
      };
    }
  }

  private static final class Channel extends HttpChannelOverHTTP2 {
    private final Stream.Listener listener;

    Channel(HttpConnectionOverHTTP2 connection) {
      super(connection, connection.getSession());
      listener = new ResetStreams(super.getStreamListener(), this::failed);
    }

    @Override
    public Stream.Listener getStreamListener() {
      return listener;
    }

    @Override
    public void setStream(Stream stream) {
      super.setStream(stream);
      HttpExchange exchange = getHttpExchange();
      if (exchange != null && exchange.getRequest() instanceof UpstreamRequest request) {
        request.sentOn(stream);
      }
    }

    /** Later than the client would hear of a reset by the upstream, which tells more. */
    private void failed(Stream stream) {
      getHttpDestination()
          .getHttpClient()
          .getScheduler()
          .schedule(() -> fail(stream), RESET_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void fail(Stream stream) {
      HttpExchange exchange = getHttpExchange();
      if (exchange != null && stream == getStream()) {
        GatewayProxyServlet.abort(
            exchange.getRequest()::abort, new IOException("what came on the stream is no answer"));
      }
    }
  }
}
