package io.oidcgrant.proxy.server;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.oidcgrant.proxy.metrics.Metrics;
import io.oidcgrant.proxy.metrics.Prometheus;
import io.oidcgrant.proxy.testing.RawConnection;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class SweepIT {
  private static final Limits LIMITS =
      new Limits(8192, 100, 100, Duration.ofSeconds(1), 64, Duration.ofSeconds(20));

  /** The first bytes of a record that is to be long. */
  private static final byte[] HELLO = {22, 3, 1, 2, 0, 1};

  @Test
  void handshakeThatDribbles_isEnded_andASilentConnectionIsNot() throws Exception {
    ((Logger) LoggerFactory.getLogger("org.eclipse.jetty")).setLevel(Level.WARN);
    Metrics metrics = new Metrics();
    Server server = new Server();
    try {
      ServerConnector connector = new ServerConnector(
          server,
          new SslConnectionFactory(new SslContextFactory.Server(), "http/1.1"),
          new CallerConnectionFactory(new HttpConfiguration(), metrics));
      connector.setHost("127.0.0.1");
      server.addConnector(connector);
      RequestLimits requests = new RequestLimits(new Handler.Sequence(), LIMITS, metrics);
      server.setHandler(requests);
      server.addBean(
          new Sweep(server.getScheduler(), List.of(connector), requests, LIMITS, metrics));
      server.start();
      try (RawConnection silent = new RawConnection(connector.getLocalPort());
          RawConnection slow = new RawConnection(connector.getLocalPort())) {
        slow.send(HELLO);
        long start = System.nanoTime();
        while (slow.silentFor(50, 5000)) {
          assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(5));
          write(slow);
        }
        assertThat(slow.ended()).isTrue();
        assertThat(silent.silentFor(50, 5000)).isTrue();
      }
      assertThat(new Prometheus(metrics, () -> 0, () -> 0).text())
          .contains("oidc_proxy_limit_total{limit=\"slow_head\"} 1.0");
    } finally {
      server.stop();
    }
  }

  private static void write(RawConnection slow) {
    try {
      slow.output().write(1);
    } catch (IOException e) {
      // Ended between two bytes: the next read tells.
      assertThat(slow.ended()).isTrue();
    }
  }
}
