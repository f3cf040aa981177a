package io.oidcgrant.proxy.server;

import io.oidcgrant.proxy.metrics.Metrics;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;

/** Makes {@link CallerConnection}s. Safe for concurrent use. */
final class CallerConnectionFactory extends HttpConnectionFactory {
  private final Metrics metrics;

  CallerConnectionFactory(HttpConfiguration configuration, Metrics metrics) {
    super(configuration);
    this.metrics = metrics;
  }

  @Override
  public Connection newConnection(Connector connector, EndPoint endPoint) {
    return configure(
        new CallerConnection(getHttpConfiguration(), connector, endPoint, metrics),
        connector,
        endPoint);
  }
}
