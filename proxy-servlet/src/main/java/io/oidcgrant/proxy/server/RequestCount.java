package io.oidcgrant.proxy.server;

import io.oidcgrant.proxy.metrics.Limit;
import io.oidcgrant.proxy.metrics.Metrics;
import io.oidcgrant.proxy.relay.GatewayProxyServlet;
import java.util.Optional;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.RequestLog;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.NanoTime;

/**
 * Counts every request that is over, those too that no handler has seen.
 *
 * @param admin whose requests do not count
 */
record RequestCount(Metrics metrics, Optional<? extends Connector> admin) implements RequestLog {
  @Override
  public void log(Request request, Response response) {
    if (admin.isPresent() && admin.get() == request.getConnectionMetaData().getConnector()) {
      return;
    }
    int status = response.getStatus();
    metrics.answered(status, NanoTime.since(request.getHeadersNanoTime()));
    if (status == HttpStatus.PAYLOAD_TOO_LARGE_413 && !GatewayProxyServlet.reads(request)) {
      metrics.met(Limit.BODY_SEARCH);
    } else if (status == HttpStatus.URI_TOO_LONG_414 && isOfServer(request)) {
      metrics.met(Limit.TARGET);
    } else if (status == HttpStatus.REQUEST_HEADER_FIELDS_TOO_LARGE_431 && isOfServer(request)) {
      metrics.met(Limit.HEADER_BYTES);
    }
  }

  private static boolean isOfServer(Request request) {
    return request.getAttribute(ErrorHandler.ERROR_EXCEPTION) instanceof HttpException;
  }
}
