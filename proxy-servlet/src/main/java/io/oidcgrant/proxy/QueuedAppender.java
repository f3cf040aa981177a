package io.oidcgrant.proxy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Has events written by a thread of its own: nobody waits for a slow reader of the log. Events that
 * it has no room for are lost, those below WARN first, which is told as soon as something can be
 * written. Safe for concurrent use.
 */
final class QueuedAppender extends UnsynchronizedAppenderBase<ILoggingEvent> {
  private static final int ROOM = 4096;

  /** Places that are left for WARN and ERROR. */
  private static final int KEPT = 1024;

  private static final long LOOK_MILLIS = 100;
  private static final long END_MILLIS = 1_000;

  private final BlockingQueue<ILoggingEvent> events = new ArrayBlockingQueue<>(ROOM);
  private final AtomicLong lost = new AtomicLong();
  private final Appender<ILoggingEvent> target;
  private volatile boolean ending;
  private @Nullable Thread writer;

  QueuedAppender(Appender<ILoggingEvent> target) {
    this.target = target;
  }

  @Override
  public void start() {
    Thread thread = new Thread(this::write, "log");
    thread.setDaemon(true);
    thread.start();
    writer = thread;
    super.start();
  }

  @Override
  protected void append(ILoggingEvent event) {
    event.prepareForDeferredProcessing();
    boolean room =
        event.getLevel().isGreaterOrEqual(Level.WARN) || events.remainingCapacity() > KEPT;
    if (!room || !events.offer(event)) {
      lost.incrementAndGet();
    }
  }

  private void write() {
    try {
      ILoggingEvent event = events.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
      while (event != null || !ending) {
        if (event != null) {
          target.doAppend(event);
        }
        long gone = lost.getAndSet(0);
        if (gone > 0) {
          target.doAppend(complaint(gone));
        }
        event = ending ? events.poll() : events.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static ILoggingEvent complaint(long gone) {
    Logger logger = (Logger) LoggerFactory.getLogger(QueuedAppender.class);
    return new LoggingEvent(
        QueuedAppender.class.getName(),
        logger,
        Level.WARN,
        "{} lines of the log are lost: it is read too slowly",
        null,
        new Object[] {gone});
  }

  /** Writes what is there, if that takes no more than a second. */
  @Override
  public void stop() {
    super.stop();
    ending = true;
    if (writer != null) {
      try {
        writer.join(END_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
