package io.oidcgrant.proxy.server;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.oidcgrant.flow.GrantRuntime;
import io.oidcgrant.proxy.metrics.Metrics;
import io.oidcgrant.proxy.metrics.Prometheus;
import io.oidcgrant.proxy.testing.RawConnection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.server.ConnectionFactory;
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
      new Limits(8192, 100, 100, Duration.ofSeconds(1), 64, Duration.ofSeconds(1));

  /** The first bytes of a record that is to be long. */
  private static final byte[] HELLO = {22, 3, 1, 2, 0, 1};

  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] SETTINGS = {0, 0, 0, 4, 0, 0, 0, 0, 0};

  /** Headers of 1000 bytes, without the 1000 bytes. */
  private static final byte[] HEADERS = {0, 3, (byte) 232, 1, 4, 0, 0, 0, 1};

  private static final int GOAWAY = 7;

  private final Metrics metrics = new Metrics();
  private final Server server = new Server();

  private ServerConnector listen(ConnectionFactory... protocols) {
    ServerConnector connector = new ServerConnector(server, protocols);
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    return connector;
  }

  @Test
  void whatDribblesBelowHttp_ends_andASilentConnectionDoesNot() throws Exception {
    ((Logger) LoggerFactory.getLogger("org.eclipse.jetty")).setLevel(Level.WARN);
    HttpConfiguration http = new HttpConfiguration();
    ServerConnector tls = listen(
        new SslConnectionFactory(new SslContextFactory.Server(), "http/1.1"),
        new CallerConnectionFactory(http, metrics));
    ServerConnector http2 = listen(new HTTP2CServerConnectionFactory(http));
    RequestLimits requests = new RequestLimits(new Handler.Sequence(), LIMITS, metrics);
    server.setHandler(requests);
    server.addBean(
        new Sweep(server.getScheduler(), List.of(tls, http2), requests, LIMITS, metrics));
    try {
      server.start();
      try (RawConnection silent = new RawConnection(tls.getLocalPort());
          RawConnection shaking = new RawConnection(tls.getLocalPort());
          RawConnection headers = new RawConnection(http2.getLocalPort())) {
        shaking.send(HELLO);
        headers.send(PREFACE).send(SETTINGS);
        assertThat(frame(headers)).isNotEqualTo(GOAWAY);
        headers.send(HEADERS);
        long start = System.nanoTime();
        boolean more = true;
        while (more) {
          assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(6));
          assertThat(silent.silentFor(50, 5000)).isTrue();
          more = sent(shaking);
          more = sent(headers) || more;
        }
        int last = 0;
        for (int type = frame(headers); type >= 0; type = frame(headers)) {
          last = type;
        }
        assertThat(last).isEqualTo(GOAWAY);
        assertThat(shaking.ended()).isTrue();
      }
      try (GrantRuntime runtime = GrantRuntime.create()) {
        assertThat(new Prometheus(metrics, runtime, () -> 0, () -> 0).text())
            .contains("oidc_proxy_limit_total{limit=\"slow_head\"} 1.0")
            .contains("oidc_proxy_limit_total{limit=\"idle\"} 1.0");
      }
    } finally {
      server.stop();
    }
  }

  private static boolean sent(RawConnection slow) {
    try {
      slow.output().write(1);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** The type of the next HTTP/2 frame; negative at the end. */
  private static int frame(RawConnection connection) {
    try {
      byte[] head = connection.input().readNBytes(9);
      if (head.length < 9) {
        return -1;
      }
      connection.input().readNBytes(((head[1] & 255) << 8) | (head[2] & 255));
      return head[3];
    } catch (IOException e) {
      return -1;
    }
  }
}
