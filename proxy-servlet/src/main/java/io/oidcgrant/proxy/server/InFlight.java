package io.oidcgrant.proxy.server;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Counts the requests that are not answered yet, and can wait for them. Thread-safe. */
final class InFlight extends Handler.Wrapper {
  /** Long enough for a connection that is being accepted. */
  private static final long NO_CONNECTION_MILLIS = 100;

  /** Long enough for a request that was sent before its caller could learn of the end. */
  private static final long QUIET_MILLIS = 1000;

  private final AtomicInteger open = new AtomicInteger();
  private final AtomicBoolean draining;

  /**
   * Over {@code handler}.
   *
   * @param draining is set when connections are to end with their next answer
   */
  InFlight(Handler handler, AtomicBoolean draining) {
    super(handler);
    this.draining = draining;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    open.incrementAndGet();
    Request.addCompletionListener(request, failure -> open.decrementAndGet());
    if (draining.get()) {
      response.getHeaders().put(HttpFields.CONNECTION_CLOSE);
    }
    return super.handle(request, response, callback);
  }

  int open() {
    return open.get();
  }

  /**
   * Ends connections with their next answer, and waits until all have ended, or nothing has come on
   * them for a while.
   */
  void drain(long graceMillis, IntSupplier connections) throws InterruptedException {
    draining.set(true);
    long start = System.nanoTime();
    long busy = start;
    long connected = start;
    while (millisSince(start) < graceMillis
        && millisSince(busy) < QUIET_MILLIS
        && millisSince(connected) < NO_CONNECTION_MILLIS) {
      TimeUnit.MILLISECONDS.sleep(10);
      if (open.get() > 0) {
        busy = System.nanoTime();
      }
      if (connections.getAsInt() > 0) {
        connected = System.nanoTime();
      }
    }
  }

  private static long millisSince(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
  }
}
