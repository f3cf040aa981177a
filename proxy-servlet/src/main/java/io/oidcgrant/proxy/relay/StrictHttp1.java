package io.oidcgrant.proxy.relay;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.eclipse.jetty.client.transport.internal.HttpChannelOverHTTP;
import org.eclipse.jetty.client.transport.internal.HttpConnectionOverHTTP;
import org.eclipse.jetty.client.transport.internal.HttpReceiverOverHTTP;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.ClientConnectionFactory;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;

/**
 * HTTP/1.1 to upstreams. A connection on which more came than the answer is not used again: what
 * follows could be taken for the answer to another request.
 */
final class StrictHttp1 implements ClientConnectionFactory {
  /** As one protocol among those that TLS can agree on. */
  static ClientConnectionFactory.Info info() {
    return new ClientConnectionFactory.Info(new StrictHttp1()) {
      @Override
      public List<String> getProtocols(boolean secure) {
        return List.of("http/1.1");
      }
    };
  }

  @Override
  public Connection newConnection(EndPoint endPoint, Map<String, Object> context) {
    endPoint.setIdleTimeout(UpstreamClients.IDLE_MILLIS);
    return customize(new StrictConnection(endPoint, context), context);
  }

  private static final class StrictConnection extends HttpConnectionOverHTTP {
    StrictConnection(EndPoint endPoint, Map<String, Object> context) {
      super(endPoint, context);
    }

    @Override
    protected HttpChannelOverHTTP newHttpChannel() {
      return new StrictChannel(this);
    }
  }

  private static final class StrictChannel extends HttpChannelOverHTTP {
    StrictChannel(HttpConnectionOverHTTP connection) {
      super(connection);
    }

    @Override
    protected HttpReceiverOverHTTP newHttpReceiver() {
      return new StrictReceiver(this);
    }
  }

  private static final class StrictReceiver extends HttpReceiverOverHTTP {
    private boolean more;

    StrictReceiver(HttpChannelOverHTTP channel) {
      super(channel);
    }

    @Override
    public void startResponse(HttpVersion version, int status, String reason) {
      if (version.getVersion() > HttpVersion.HTTP_1_1.getVersion()) {
        throw new HttpException.RuntimeException(
            HttpStatus.HTTP_VERSION_NOT_SUPPORTED_505, version.asString());
      }
      super.startResponse(version, status, reason);
    }

    @Override
    public boolean messageComplete() {
      ByteBuffer rest = getResponseBuffer();
      if (getHttpExchange() != null
          && getHttpExchange().getResponse().getStatus() >= 200
          && rest != null
          && rest.hasRemaining()) {
        more = true;
      }
      return super.messageComplete();
    }

    @Override
    protected boolean isShutdown() {
      return more || super.isShutdown();
    }
  }
}
