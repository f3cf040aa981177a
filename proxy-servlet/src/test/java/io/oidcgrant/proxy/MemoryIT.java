package io.oidcgrant.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.oidcgrant.proxy.testing.Answer;
import io.oidcgrant.proxy.testing.Configs;
import io.oidcgrant.proxy.testing.ProxyProcess;
import io.oidcgrant.proxy.testing.RawConnection;
import io.oidcgrant.proxy.testing.RawUpstream;
import io.oidcgrant.proxy.testing.StubIssuer;
import io.oidcgrant.proxy.testing.WebSockets;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How much memory the process takes. Measured where the system tells it, in {@code /proc}. */
@Timeout(90)
class MemoryIT {
  private static final long GIBIBYTE = 1L << 30;
  private static final long MEBIBYTE = 1L << 20;
  private static final String BASIC = "Authorization: Basic Y2xpZW50OnNlY3JldA==";

  @TempDir
  private Path directory;

  private final RawUpstream upstream = new RawUpstream();
  private final StubIssuer issuer = new StubIssuer();
  private Path config;

  @BeforeEach
  void configure() {
    config = Configs.file(
        directory,
        "services:\n" + Configs.service("g", upstream.url(), Configs.grant(issuer.url())));
  }

  @AfterEach
  void close() {
    issuer.close();
    upstream.close();
  }

  private ProxyProcess start(String... jvmOptions) {
    ProxyProcess proxy = ProxyProcess.launch(
        List.of(jvmOptions),
        Map.of(),
        List.of("run", "--config", config.toString(), "--listen", "127.0.0.1:0", "--admin", "off"));
    assertThat(proxy.port()).isPositive();
    return proxy;
  }

  /** {@code VmRSS} is what is resident, {@code VmHWM} the most that ever was; 0 for unknown. */
  private static long bytes(ProxyProcess proxy, String field) throws IOException {
    Path status = Path.of("/proc/" + proxy.pid() + "/status");
    if (!Files.exists(status)) {
      return 0;
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith(field + ":"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
        .findAny()
        .orElse(0);
  }

  /** A gibibyte without a period. */
  private static long write(OutputStream out, AtomicLong written) throws IOException {
    byte[] block = new byte[(int) MEBIBYTE];
    new Random(1).nextBytes(block);
    CRC32C sum = new CRC32C();
    for (int i = 0; i < GIBIBYTE / MEBIBYTE; i++) {
      block[i] = (byte) i;
      out.write(block);
      sum.update(block);
      written.addAndGet(block.length);
    }
    return sum.getValue();
  }

  private static long read(InputStream in) throws IOException {
    byte[] buffer = new byte[(int) MEBIBYTE];
    CRC32C sum = new CRC32C();
    for (long left = GIBIBYTE; left > 0; ) {
      int count = in.read(buffer, 0, (int) Math.min(left, buffer.length));
      if (count < 0) {
        throw new IOException("ended " + left + " bytes early");
      }
      sum.update(buffer, 0, count);
      left -= count;
    }
    return sum.getValue();
  }

  @Test
  void idleProxy_takesLittle() throws IOException {
    try (ProxyProcess proxy = start()) {
      assertThat(proxy.get("/g", BASIC).status()).isEqualTo(200);
      long resident = bytes(proxy, "VmRSS");
      System.err.println("idle: VmRSS " + resident / MEBIBYTE + " MiB");
      assertThat(resident).isLessThan(150 * MEBIBYTE);
    }
  }

  @Test
  void gibibyteUp_arrivesWhole_inLittleMemory() throws IOException {
    upstream.script(request -> {
      String sum = Long.toHexString(read(request.input()));
      request.send("HTTP/1.1 200 OK\r\nContent-Length: " + sum.length() + "\r\n\r\n" + sum);
    });
    try (ProxyProcess proxy = start("-Xmx128m");
        RawConnection connection = proxy.connect()) {
      connection.request("POST", "/g", BASIC, "Content-Length: " + GIBIBYTE);
      long sent = write(connection.output(), new AtomicLong());
      Answer answer = connection.read();
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.body()).isEqualTo(Long.toHexString(sent));
      assertPeak(proxy);
    }
  }

  @Test
  void gibibyteDown_arrivesWhole_inLittleMemory_alsoToASlowReader() throws IOException {
    AtomicLong written = new AtomicLong();
    AtomicLong sum = new AtomicLong();
    upstream.script(request -> {
      request.send("HTTP/1.1 200 OK\r\nContent-Length: " + GIBIBYTE + "\r\n\r\n");
      sum.set(write(request.output(), written));
    });
    try (ProxyProcess proxy = start("-Xmx128m");
        RawConnection connection = proxy.connect()) {
      connection.request("GET", "/g", BASIC);
      // While nobody reads, the upstream is not read either.
      AtomicLong before = new AtomicLong(-1);
      await()
          .pollInterval(Duration.ofSeconds(1))
          .until(() -> before.getAndSet(written.get()) == written.get() && written.get() > 0);
      assertThat(written.get()).isLessThan(64 * MEBIBYTE);
      while (!connection.line().isEmpty()) {
        // the head
      }
      long read = read(connection.input());
      await().untilAsserted(() -> assertThat(read).isEqualTo(sum.get()));
      assertPeak(proxy);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void thousandIdleStreams_takeLittle(boolean webSocket) throws IOException {
    CountDownLatch end = new CountDownLatch(1);
    upstream.script(request -> {
      request.send(
          webSocket
              ? WebSockets.agreement(request.header("Sec-WebSocket-Key"))
              : "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n");
      end.await();
    });
    String[] headers = webSocket ? WebSockets.handshake(BASIC) : new String[] {BASIC};
    List<RawConnection> open = new ArrayList<>();
    try (ProxyProcess proxy = start()) {
      open(proxy, 50, headers, open);
      long before = bytes(proxy, "VmRSS");
      open(proxy, 1_000, headers, open);
      long more = bytes(proxy, "VmRSS") - before;
      System.err.println("1,000 idle streams: " + more / MEBIBYTE + " MiB more");
      assertThat(upstream.received()).hasSize(1_050);
      assertThat(more).isLessThan(100 * MEBIBYTE);
    } finally {
      end.countDown();
      open.forEach(RawConnection::close);
    }
  }

  private static void open(
      ProxyProcess proxy, int count, String[] headers, List<RawConnection> open)
      throws IOException {
    for (int i = 0; i < count; i++) {
      RawConnection connection = proxy.connect();
      open.add(connection);
      connection.request("GET", "/g", headers);
      assertThat(connection.line()).matches("HTTP/1.1 (101|200) .*");
    }
  }

  private static void assertPeak(ProxyProcess proxy) throws IOException {
    long peak = bytes(proxy, "VmHWM");
    System.err.println("peak with -Xmx128m: VmHWM " + peak / MEBIBYTE + " MiB");
    assertThat(peak).isLessThan(300 * MEBIBYTE);
  }
}
