package io.oidcgrant.proxy.relay;

import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.client.transport.HttpRequest;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/** The WebSockets that are open. Thread-safe. */
public final class WebSockets {
  private final Set<WebSocketTunnel> open = ConcurrentHashMap.newKeySet();
  private volatile boolean ending;

  /**
   * Joins the caller to the upstream that agreed, when the answer to him is complete.
   *
   * @param idleMillis after which the tunnel ends when nothing passes
   * @param end when it ends in any case; null for never
   */
  void join(
      HttpServletRequest request,
      Response agreed,
      HttpClient client,
      long idleMillis,
      @Nullable Instant end) {
    ServletContextRequest servlet = ServletContextRequest.getServletContextRequest(request);
    Request core = Request.unWrap(servlet);
    ConnectionMetaData metaData = core.getConnectionMetaData();
    EndPoint upstream = (EndPoint) ((HttpRequest) agreed.getRequest())
        .getConversation()
        .getAttribute(EndPoint.class.getName());
    WebSocketTunnel tunnel = new WebSocketTunnel(
        metaData.getConnection().getEndPoint(),
        upstream,
        idleMillis,
        end,
        new WebSocketTunnel.Tools(
            client.getExecutor(), client.getByteBufferPool(), client.getScheduler(), this));
    // It goes on to be one of the listener's connections.
    metaData
        .getConnector()
        .getContainedBeans(Connection.Listener.class)
        .forEach(tunnel.connection()::addEventListener);
    core.setAttribute(HttpStream.UPGRADE_CONNECTION_ATTRIBUTE, tunnel.connection());
    Request.addCompletionListener(core, failure -> {
      if (failure != null
          || servlet.getServletContextResponse().getStatus()
              != HttpStatus.SWITCHING_PROTOCOLS_101) {
        // The agreement could not be written; behind another answer there must be no tunnel.
        core.removeAttribute(HttpStream.UPGRADE_CONNECTION_ATTRIBUTE);
        tunnel.close(failure);
      }
    });
  }

  /** Milliseconds until then, none where it is past. */
  static long millisUntil(Instant end) {
    return Math.max(0, Duration.between(InstantSource.system().instant(), end).toMillis());
  }

  void opened(WebSocketTunnel tunnel) {
    open.add(tunnel);
    if (tunnel.isClosed()) {
      open.remove(tunnel);
    } else if (ending) {
      tunnel.end(WebSocketHandshake.GOING_AWAY);
    }
  }

  void closed(WebSocketTunnel tunnel) {
    open.remove(tunnel);
  }

  /** How many there are. */
  public int size() {
    return open.size();
  }

  /** Tells all callers and upstreams that this proxy goes away, those yet to come as well. */
  public void end() {
    ending = true;
    open.forEach(tunnel -> tunnel.end(WebSocketHandshake.GOING_AWAY));
  }
}
