package io.oidcgrant.proxy.server;

import io.oidcgrant.proxy.metrics.Limit;
import io.oidcgrant.proxy.metrics.Metrics;
import io.oidcgrant.proxy.relay.GatewayProxyServlet;
import io.oidcgrant.proxy.relay.Relayed;
import java.util.Optional;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.RequestLog;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.NanoTime;

/**
 * Counts every request that is over, those too that no handler has seen.
 *
 * @param admin whose requests do not count
 * @param headerCount the limit
 */
record RequestCount(Metrics metrics, Optional<? extends Connector> admin, int headerCount)
    implements RequestLog {
  @Override
  public void log(Request request, Response response) {
    if (admin.isPresent() && admin.get() == request.getConnectionMetaData().getConnector()) {
      return;
    }
    int status = Relayed.status(request, response.getStatus());
    metrics.answered(status, NanoTime.since(request.getHeadersNanoTime()));
    if (status >= 400 && !GatewayProxyServlet.reads(request)) {
      refused(request, status);
    }
  }

  private void refused(Request request, int status) {
    switch (status) {
      case HttpStatus.PAYLOAD_TOO_LARGE_413 -> metrics.met(Limit.BODY_SEARCH);
      case HttpStatus.URI_TOO_LONG_414 -> metrics.met(Limit.TARGET);
      case HttpStatus.REQUEST_HEADER_FIELDS_TOO_LARGE_431 ->
        metrics.met(
            request.getHeaders().size() > headerCount ? Limit.HEADER_COUNT : Limit.HEADER_BYTES);
      default -> {}
    }
  }
}
