package io.oidcgrant.proxy.server;

import io.oidcgrant.proxy.metrics.Limit;
import io.oidcgrant.proxy.metrics.Metrics;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.util.NanoTime;
import org.eclipse.jetty.util.component.AbstractLifeCycle;
import org.eclipse.jetty.util.thread.Scheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks every second for callers that are too slow: one timer, and none per request. Its own state
 * belongs to the thread of that timer.
 */
final class Sweep extends AbstractLifeCycle {
  private static final Logger LOG = LoggerFactory.getLogger(Sweep.class);

  /** What a session's cipher suite is before the handshake has chosen one. */
  private static final String NONE_YET = "SSL_NULL_WITH_NULL_NULL";

  private final Scheduler scheduler;
  private final List<? extends Connector> connectors;
  private final RequestLimits requests;
  private final long nanos;
  private final Metrics metrics;
  private Map<EndPoint, Long> handshakes = new HashMap<>();

  Sweep(
      Scheduler scheduler,
      List<? extends Connector> connectors,
      RequestLimits requests,
      Limits limits,
      Metrics metrics) {
    this.scheduler = scheduler;
    this.connectors = connectors;
    this.requests = requests;
    this.nanos = limits.headerTimeout().toNanos();
    this.metrics = metrics;
  }

  @Override
  protected void doStart() {
    again();
  }

  private void again() {
    var unused = scheduler.schedule(this::sweep, 1, TimeUnit.SECONDS);
  }

  private void sweep() {
    try {
      Map<EndPoint, Long> shaking = new HashMap<>();
      for (Connector connector : connectors) {
        connector.getConnectedEndPoints().forEach(endPoint -> look(endPoint, shaking));
      }
      handshakes = shaking;
      requests.sweep();
    } catch (RuntimeException e) {
      LOG.error("a fault while slow callers were looked for", e);
    } finally {
      if (isRunning()) {
        again();
      }
    }
  }

  private void look(EndPoint endPoint, Map<EndPoint, Long> shaking) {
    Connection connection = endPoint.getConnection();
    if (connection instanceof SslConnection tls) {
      if (tls.getSSLEngine().getSession().getCipherSuite().equals(NONE_YET)) {
        handshake(endPoint, tls, shaking);
        return;
      }
      connection = tls.getSslEndPoint().getConnection();
    }
    if (connection instanceof CallerConnection caller) {
      caller.refuseHead(nanos);
    }
  }

  private void handshake(EndPoint endPoint, SslConnection tls, Map<EndPoint, Long> shaking) {
    if (tls.getBytesIn() == 0) {
      return;
    }
    Long since = handshakes.getOrDefault(endPoint, NanoTime.now());
    if (NanoTime.since(since) > nanos) {
      metrics.met(Limit.SLOW_HEAD);
      endPoint.close();
    } else {
      shaking.put(endPoint, since);
    }
  }
}
