package io.oidcgrant.proxy.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.server.ServerConnector;

/** Connections that are open to their callers already, and to the proxy not yet. */
final class AcceptQueue {
  private static final int MOST_MILLIS = 500;

  private AcceptQueue() {}

  /**
   * Waits until those that are there now have been accepted: the system resets what waits when the
   * listener is closed. Whether they are, a connection behind them tells.
   */
  static void empty(ServerConnector listener) throws InterruptedException {
    long start = System.nanoTime();
    try (Socket last = new Socket()) {
      InetAddress host = listener.getHost() == null
          ? InetAddress.getLoopbackAddress()
          : InetAddress.getByName(listener.getHost());
      last.connect(new InetSocketAddress(host, listener.getLocalPort()), MOST_MILLIS);
      while (!accepted(listener, last.getLocalSocketAddress())
          && System.nanoTime() - start < TimeUnit.MILLISECONDS.toNanos(MOST_MILLIS)) {
        TimeUnit.MILLISECONDS.sleep(1);
      }
    } catch (IOException e) {
      // Then nobody else comes through either.
    }
  }

  private static boolean accepted(ServerConnector listener, SocketAddress peer) {
    return listener.getConnectedEndPoints().stream()
        .anyMatch(endPoint -> peer.equals(endPoint.getRemoteSocketAddress()));
  }
}
