package io.oidcgrant.proxy.server;

import io.oidcgrant.proxy.metrics.Metrics;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Looks at each request's headers, and has its body come in time. Safe for concurrent use. */
final class RequestLimits extends Handler.Wrapper {
  private final Limits limits;
  private final Metrics metrics;
  private final Set<CallerBody.Wait> waiting = ConcurrentHashMap.newKeySet();

  RequestLimits(Handler handler, Limits limits, Metrics metrics) {
    super(handler);
    this.limits = limits;
    this.metrics = metrics;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    if (request.getHeaders().size() > limits.headerCount()) {
      Response.writeError(
          request, response, callback, HttpStatus.REQUEST_HEADER_FIELDS_TOO_LARGE_431);
      return true;
    }
    CallerBody body = new CallerBody(request, response, limits.headerCount(), metrics, waiting);
    return super.handle(body, response, callback);
  }

  /** Ends the bodies that come too slowly. */
  void sweep() {
    if (limits.minBodyRate() > 0) {
      waiting.forEach(
          wait -> wait.refuseBody(limits.headerTimeout().toNanos(), limits.minBodyRate()));
    }
  }
}
