package io.oidcgrant.proxy.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.oidcgrant.proxy.route.UpstreamService;
import io.oidcgrant.proxy.route.UpstreamTls;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import org.awaitility.Awaitility;
import org.eclipse.jetty.io.ArrayByteBufferPool;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.junit.jupiter.api.Test;

/** Clients of services that are gone. */
class UpstreamClientsIT {
  @Test
  void clientOfNoService_ends_whenNothingOfItIsInFlight() throws Exception {
    QueuedThreadPool threads = new QueuedThreadPool(8);
    threads.start();
    UpstreamClients clients = new UpstreamClients(threads, new ArrayByteBufferPool());
    try (ServerSocket upstream = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      UpstreamService gone = new UpstreamService(
          "s",
          "http",
          "127.0.0.1",
          upstream.getLocalPort(),
          "",
          1000,
          60_000,
          60_000,
          true,
          0,
          UpstreamTls.JVM);
      clients.serve(List.of(gone));
      clients.start();
      clients.of(gone).newRequest("127.0.0.1", upstream.getLocalPort()).send(result -> {});
      try (Socket connection = upstream.accept()) {
        connection.setSoTimeout(10_000);
        // It is the client's once it speaks: "PRI * HTTP/2.0".
        assertThat(connection.getInputStream().read()).isEqualTo('P');
        clients.serve(List.of());
        assertThat(clients.closeUnused()).isTrue();
        assertThat(clients.size()).isEqualTo(2);
      }
      Awaitility.await().until(() -> !clients.closeUnused());
      assertThat(clients.size()).isEqualTo(1);
    } finally {
      clients.stop();
      threads.stop();
    }
  }
}
