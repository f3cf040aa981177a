package io.oidcgrant.proxy.server;

import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Writes explanations when the head of an answer goes out: then everything is decided. Safe for
 * concurrent use.
 */
final class ExplainHandler extends Handler.Wrapper {
  private final Explanations explanations;

  ExplainHandler(Handler handler, Explanations explanations) {
    super(handler);
    this.explanations = explanations;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    if (explanations.areAskedBy(request)) {
      request.addHttpStreamWrapper(stream -> new HttpStream.Wrapper(stream) {
        @Override
        public void prepareResponse(HttpFields.Mutable headers) {
          super.prepareResponse(headers);
          Explanations.write(request, response.getStatus(), headers);
        }
      });
    }
    return super.handle(request, response, callback);
  }
}
