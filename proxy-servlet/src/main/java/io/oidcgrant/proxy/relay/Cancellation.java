package io.oidcgrant.proxy.relay;

import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.http.HttpServletRequest;
import org.eclipse.jetty.client.Request;

/**
 * Ends the upstream's work when the caller resets its stream, though nothing is read or written.
 */
final class Cancellation implements AsyncListener {
  private final HttpServletRequest request;
  private final Request upstream;

  Cancellation(HttpServletRequest request, Request upstream) {
    this.request = request;
    this.upstream = upstream;
  }

  @Override
  public void onError(AsyncEvent event) {
    CallerFailure.note(request, event.getThrowable());
    GatewayProxyServlet.abort(upstream::abort, event.getThrowable());
  }

  @Override
  public void onComplete(AsyncEvent event) {}

  @Override
  public void onTimeout(AsyncEvent event) {}

  @Override
  public void onStartAsync(AsyncEvent event) {}
}
