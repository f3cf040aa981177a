package io.oidcgrant.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** Nobody waits for a log that is not read. */
@Timeout(20)
class QueuedAppenderTest {
  private final CountDownLatch read = new CountDownLatch(1);
  private final List<String> written = new CopyOnWriteArrayList<>();
  private final Logger logger = (Logger) LoggerFactory.getLogger(QueuedAppenderTest.class);
  private final AppenderBase<ILoggingEvent> target = new AppenderBase<>() {
    @Override
    protected void append(ILoggingEvent event) {
      try {
        read.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      written.add(event.getFormattedMessage());
    }
  };
  private final QueuedAppender queue = new QueuedAppender(target);

  private void start() {
    target.start();
    queue.setContext(logger.getLoggerContext());
    queue.start();
    logger.setLevel(Level.INFO);
    logger.setAdditive(false);
    logger.detachAndStopAllAppenders();
    logger.addAppender(queue);
  }

  @Test
  void whatFindsNoRoom_isLost_belowWarnFirst_andToldOnce() {
    start();
    for (int i = 0; i < 5000; i++) {
      logger.info("info {}", i);
    }
    for (int i = 0; i < 1000; i++) {
      logger.warn("warn {}", i);
    }
    read.countDown();
    Awaitility.await().until(() -> written.contains("warn 999"));
    queue.stop();
    assertThat(written).contains("warn 0", "info 0").doesNotContain("info 4999");
    long kept = written.stream().filter(line -> line.startsWith("info")).count();
    assertThat(written.stream().filter(line -> line.contains("lost")))
        .containsExactly(5000 - kept + " lines of the log are lost: it is read too slowly");
  }

  @Test
  void whatWasLogged_isWrittenAtTheEnd_butNobodyWaitsForeverForIt() {
    start();
    logger.warn("last");
    read.countDown();
    queue.stop();
    assertThat(written).containsExactly("last");
  }

  @Test
  void end_isNotHeldUp() {
    start();
    logger.warn("unread");
    queue.stop();
    assertThat(written).isEmpty();
    read.countDown();
  }
}
