package io.oidcgrant.proxy.server;

import io.oidcgrant.proxy.answer.RequestId;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Gives each request its id, and its answer the header, which the relay takes out for that of the
 * upstream. Safe for concurrent use.
 */
final class RequestIdHandler extends Handler.Wrapper {
  RequestIdHandler(Handler handler) {
    super(handler);
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    response.getHeaders().put(RequestId.HEADER, RequestId.of(request));
    return super.handle(request, response, callback);
  }
}
