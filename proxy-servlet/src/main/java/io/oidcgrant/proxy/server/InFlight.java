package io.oidcgrant.proxy.server;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Counts the requests that are not answered yet, and can wait for them. Thread-safe. */
final class InFlight extends Handler.Wrapper {
  /** Long enough for a request that is on its way into the process already. */
  private static final long QUIET_MILLIS = 100;

  private final AtomicInteger open = new AtomicInteger();
  private volatile boolean draining;

  InFlight(Handler handler) {
    super(handler);
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    open.incrementAndGet();
    Request.addCompletionListener(request, failure -> open.decrementAndGet());
    if (draining) {
      response.getHeaders().put(HttpFields.CONNECTION_CLOSE);
    }
    return super.handle(request, response, callback);
  }

  int open() {
    return open.get();
  }

  /** Ends connections with their next answer, and waits until there are no requests any more. */
  void drain(long graceMillis) throws InterruptedException {
    draining = true;
    long start = System.nanoTime();
    long quietSince = start;
    while (millisSince(start) < graceMillis && millisSince(quietSince) < QUIET_MILLIS) {
      TimeUnit.MILLISECONDS.sleep(10);
      if (open.get() > 0) {
        quietSince = System.nanoTime();
      }
    }
  }

  private static long millisSince(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
  }
}
