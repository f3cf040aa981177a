package io.oidcgrant.proxy.server;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.eclipse.jetty.util.component.AbstractLifeCycle;
import org.jspecify.annotations.Nullable;

/**
 * Has lines written by a thread of its own: nobody waits for a slow reader of the log. Lines that
 * it has no room for are lost, which is told as soon as something can be written. Safe for
 * concurrent use.
 */
final class LineQueue extends AbstractLifeCycle implements Consumer<String> {
  private static final int ROOM = 4096;
  private static final long LOOK_MILLIS = 100;
  private static final long END_MILLIS = 2_000;

  private final BlockingQueue<String> lines = new ArrayBlockingQueue<>(ROOM);
  private final AtomicLong lost = new AtomicLong();
  private final Consumer<String> target;
  private final LongConsumer complaint;
  private volatile boolean ending;
  private @Nullable Thread writer;

  /**
   * A queue before {@code target}.
   *
   * @param complaint is told how many lines were lost since the last time
   */
  LineQueue(Consumer<String> target, LongConsumer complaint) {
    this.target = target;
    this.complaint = complaint;
  }

  @Override
  public void accept(String line) {
    if (!lines.offer(line)) {
      lost.incrementAndGet();
    }
  }

  @Override
  protected void doStart() {
    ending = false;
    Thread thread = new Thread(this::write, "access-log");
    thread.setDaemon(true);
    thread.start();
    writer = thread;
  }

  private void write() {
    try {
      String line = lines.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
      while (line != null || !ending) {
        if (line != null) {
          target.accept(line);
        }
        long gone = lost.getAndSet(0);
        if (gone > 0) {
          complaint.accept(gone);
        }
        line = ending ? lines.poll() : lines.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Writes what is there, if that takes no more than two seconds. */
  @Override
  protected void doStop() throws InterruptedException {
    ending = true;
    if (writer != null) {
      writer.join(END_MILLIS);
    }
  }
}
