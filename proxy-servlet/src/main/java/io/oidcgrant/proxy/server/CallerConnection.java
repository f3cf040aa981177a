package io.oidcgrant.proxy.server;

import io.oidcgrant.proxy.metrics.Limit;
import io.oidcgrant.proxy.metrics.Metrics;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.AbstractEndPoint;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.internal.HttpConnection;
import org.eclipse.jetty.util.NanoTime;

/**
 * A caller's HTTP/1 connection, which knows since when the head of a request is under way. Safe for
 * concurrent use.
 */
final class CallerConnection extends HttpConnection {
  private final Metrics metrics;

  @SuppressWarnings("NullAway.Init") // the base class's constructor has it made
  private Heads heads;

  private volatile long headSince;
  private volatile boolean headBegun;

  CallerConnection(
      HttpConfiguration configuration, Connector connector, EndPoint endPoint, Metrics metrics) {
    super(configuration, connector, endPoint);
    this.metrics = metrics;
  }

  @Override
  protected RequestHandler newRequestHandler() {
    heads = new Heads();
    return heads;
  }

  private final class Heads extends RequestHandler {
    /** Of every piece until the request line begins: empty lines may go before it. */
    @Override
    public void messageBegin() {
      super.messageBegin();
      if (!headBegun && !isRequestBufferEmpty()) {
        headSince = NanoTime.now();
        headBegun = true;
      }
    }

    @Override
    public boolean headerComplete() {
      headBegun = false;
      return super.headerComplete();
    }

    @Override
    public void badMessage(HttpException failure) {
      headBegun = false;
      super.badMessage(failure);
    }
  }

  /** Refuses the head that is under way for longer than {@code nanos}. */
  void refuseHead(long nanos) {
    if (headBegun && NanoTime.since(headSince) > nanos) {
      // Whoever takes the interest has the connection: this, or the bytes that came just now.
      ((AbstractEndPoint) getEndPoint()).getFillInterest().onFail(new LateHead());
    }
  }

  private static final class LateHead extends TimeoutException {}

  @Override
  public void onFillInterestedFailed(Throwable cause) {
    if (cause instanceof LateHead && headBegun) {
      metrics.met(Limit.SLOW_HEAD);
      heads.badMessage(new HttpException.RuntimeException(HttpStatus.REQUEST_TIMEOUT_408));
    } else {
      super.onFillInterestedFailed(cause);
    }
  }

  @Override
  public boolean onIdleExpired(TimeoutException timeout) {
    boolean idle = super.onIdleExpired(timeout);
    if (idle) {
      metrics.met(Limit.IDLE);
    }
    return idle;
  }
}
