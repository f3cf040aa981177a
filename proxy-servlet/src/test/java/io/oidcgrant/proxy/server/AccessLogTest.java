package io.oidcgrant.proxy.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.oidcgrant.protocol.TrustedPeers;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.eclipse.jetty.http.HttpFields;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whose address is told, and that nobody waits for the log. */
class AccessLogTest {
  private static final TrustedPeers TRUSTED = TrustedPeers.of(List.of("10.0.0.0/8", "fd00::/8"));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "192.0.2.1     | 203.0.113.9                       | 192.0.2.1",
        "10.0.0.1      | -                                 | 10.0.0.1",
        "10.0.0.1      | 203.0.113.9                       | 203.0.113.9",
        "10.0.0.1      | 198.51.100.1, 203.0.113.9         | 203.0.113.9",
        "10.0.0.1      | 203.0.113.9, 10.0.0.2, 10.0.0.3   | 203.0.113.9",
        "10.0.0.1      | 10.0.0.2, 10.0.0.3                | 10.0.0.2",
        "10.0.0.1      | 203.0.113.9, evil\" x=y           | 10.0.0.1",
        "10.0.0.1      | evil, 10.0.0.2                    | 10.0.0.2",
        "10.0.0.1      | 203.0.113.9:4711, 10.0.0.2:80     | 203.0.113.9:4711",
        "10.0.0.1      | 203.0.113.9, [fd00::2]:80         | 203.0.113.9",
        "10.0.0.1      | 203.0.113.9,                      | 10.0.0.1",
        "[fd00::1]     | 2001:db8::7                       | 2001:db8::7",
        "[2001:db8::1] | 203.0.113.9                       | 2001:db8::1",
      })
  void address_isTheLastThatBelievedPeersSaw(String peer, String said, String expected) {
    HttpFields.Mutable headers = HttpFields.build();
    if (said != null) {
      headers.add("X-Forwarded-For", said);
    }
    assertThat(AccessLog.address(peer, headers, TRUSTED)).isEqualTo(expected);
  }

  @Test
  void slowLog_holdsNobodyUp_andWhatIsLostIsTold() throws Exception {
    CountDownLatch read = new CountDownLatch(1);
    List<String> written = new CopyOnWriteArrayList<>();
    AtomicLong lost = new AtomicLong();
    LineQueue queue = new LineQueue(
        line -> {
          try {
            read.await(20, TimeUnit.SECONDS);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          written.add(line);
        },
        lost::addAndGet);
    queue.start();
    int sent = 6_000;
    IntStream.range(0, sent).forEach(i -> queue.accept("line " + i));
    assertThat(written).isEmpty();
    read.countDown();
    queue.stop();
    assertThat(lost.get()).isPositive();
    assertThat(written.size() + lost.get()).isEqualTo(sent);
    assertThat(written).startsWith("line 0", "line 1").doesNotHaveDuplicates();
  }
}
