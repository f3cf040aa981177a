package io.oidcgrant.proxy.server;

import io.oidcgrant.proxy.metrics.Limit;
import io.oidcgrant.proxy.metrics.Metrics;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http2.ErrorCode;
import org.eclipse.jetty.http2.HTTP2Connection;
import org.eclipse.jetty.http2.HTTP2Session;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.util.Callback;
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
  private final long idleNanos;
  private final Metrics metrics;
  private Map<EndPoint, Long> handshakes = new HashMap<>();
  private Map<EndPoint, Quiet> quiet = new HashMap<>();

  /**
   * An HTTP/2 connection without a request.
   *
   * @param requests that it has had
   */
  private record Quiet(long requests, long since) {}

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
    this.idleNanos = limits.idleTimeout().toNanos();
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
      // Whoever is not there any more is forgotten.
      Map<EndPoint, Long> shaking = new HashMap<>();
      Map<EndPoint, Quiet> still = new HashMap<>();
      for (Connector connector : connectors) {
        connector.getConnectedEndPoints().forEach(endPoint -> look(endPoint, shaking, still));
      }
      handshakes = shaking;
      quiet = still;
      requests.sweep();
    } catch (RuntimeException e) {
      LOG.error("a fault while slow callers were looked for", e);
    } finally {
      if (isRunning()) {
        again();
      }
    }
  }

  private void look(EndPoint endPoint, Map<EndPoint, Long> shaking, Map<EndPoint, Quiet> still) {
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
    } else if (connection instanceof HTTP2Connection http2) {
      withoutRequest(endPoint, http2, still);
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

  /** Pings, or headers that never end, do not keep it for longer than silence would. */
  private void withoutRequest(
      EndPoint endPoint, HTTP2Connection connection, Map<EndPoint, Quiet> still) {
    HTTP2Session session = connection.getSession();
    if (!session.getStreams().isEmpty()) {
      return;
    }
    long requests = session.getStreamsOpened();
    Quiet now = quiet.get(endPoint);
    if (now == null || now.requests() != requests) {
      now = new Quiet(requests, NanoTime.now());
    }
    still.put(endPoint, now);
    if (NanoTime.since(now.since()) <= idleNanos) {
      return;
    }
    if (session.isClosed()) {
      // It was told so by the last sweep.
      endPoint.close();
    } else {
      metrics.met(Limit.IDLE);
      session.close(ErrorCode.NO_ERROR.code, "idle_timeout", Callback.NOOP);
    }
  }
}
