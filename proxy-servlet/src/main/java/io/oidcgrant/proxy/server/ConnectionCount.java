package io.oidcgrant.proxy.server;

import io.oidcgrant.proxy.metrics.Limit;
import io.oidcgrant.proxy.metrics.Metrics;
import java.util.List;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.NetworkConnectionLimit;

/** Accepts no more connections while there are too many. Safe for concurrent use. */
final class ConnectionCount extends NetworkConnectionLimit {
  private final Metrics metrics;

  ConnectionCount(int max, Metrics metrics, List<? extends Connector> connectors) {
    super(max, connectors.toArray(Connector[]::new));
    this.metrics = metrics;
  }

  @Override
  protected void limit() {
    metrics.met(Limit.CONNECTIONS);
    super.limit();
  }
}
