package io.oidcgrant.proxy.server;

import io.oidcgrant.proxy.admin.AdminToken;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Has the answer say what was decided about a request, to whoever has the admin token; to others it
 * says nothing, not even that it could. Safe for concurrent use.
 */
final class ExplainHandler extends Handler.Wrapper {
  private static final String ASKED = "X-Oidc-Explain";
  private static final String TOLD = "X-Oidc-Explanation";

  private final Optional<AdminToken> token;

  ExplainHandler(Handler handler, Optional<AdminToken> token) {
    super(handler);
    this.token = token;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    if (token.isPresent() && request.getHeaders().contains(ASKED)) {
      List<String> presented = request.getHeaders().getValuesList(ASKED);
      if (presented.size() == 1 && token.get().is(presented.get(0))) {
        request.addHttpStreamWrapper(stream -> new Explained(stream, request, response));
      }
    }
    return super.handle(request, response, callback);
  }

  /** Adds the header when the head of the answer goes out: then everything is decided. */
  private static final class Explained extends HttpStream.Wrapper {
    private final Request request;
    private final Response response;

    Explained(HttpStream stream, Request request, Response response) {
      super(stream);
      this.request = request;
      this.response = response;
    }

    @Override
    public void prepareResponse(HttpFields.Mutable headers) {
      super.prepareResponse(headers);
      headers.put(TOLD, Verdict.of(request, response.getStatus()).explanation());
    }
  }
}
