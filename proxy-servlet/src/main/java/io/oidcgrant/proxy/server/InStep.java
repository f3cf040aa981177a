package io.oidcgrant.proxy.server;

import io.oidcgrant.proxy.relay.GatewayProxyServlet;
import java.nio.ByteBuffer;
import java.util.function.BooleanSupplier;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Tells callers in HTTP/1.1 that the connection ends where the proxy stops, and where it answers
 * without having read the body: the server ends it then, for what follows is not the next request.
 * Safe for concurrent use.
 */
final class InStep extends Handler.Wrapper {
  private final BooleanSupplier stopping;

  InStep(Handler handler, BooleanSupplier stopping) {
    super(handler);
    this.stopping = stopping;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    boolean stream = request.getConnectionMetaData().getHttpVersion() == HttpVersion.HTTP_2;
    return super.handle(request, stream ? response : new Answer(request, response), callback);
  }

  private final class Answer extends Response.Wrapper {
    Answer(Request request, Response response) {
      super(request, response);
    }

    @Override
    public void write(boolean last, ByteBuffer bytes, Callback callback) {
      if (!isCommitted()
          && getStatus() != HttpStatus.SWITCHING_PROTOCOLS_101
          && (stopping.getAsBoolean() || bodyIsLeft())) {
        getHeaders().put(HttpFields.CONNECTION_CLOSE);
      }
      super.write(last, bytes, callback);
    }

    private boolean bodyIsLeft() {
      return !GatewayProxyServlet.reads(getRequest()) && !getRequest().consumeAvailable();
    }
  }
}
