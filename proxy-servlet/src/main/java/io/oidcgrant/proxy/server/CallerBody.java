package io.oidcgrant.proxy.server;

import io.oidcgrant.proxy.metrics.Limit;
import io.oidcgrant.proxy.metrics.Metrics;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.Trailers;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.NanoTime;
import org.eclipse.jetty.util.thread.Invocable;
import org.jspecify.annotations.Nullable;

/**
 * A request whose body has to come in time, and whose trailers are counted. One per request; its
 * reader is one thread at a time.
 */
final class CallerBody extends Request.Wrapper {
  private final Response response;
  private final int maxTrailers;
  private final Metrics metrics;
  private final Set<Wait> waiting;
  private final Wait wait = new Wait();

  private volatile Content.@Nullable Chunk failure;
  private long bytes;

  /**
   * This request.
   *
   * @param waiting those that wait for their callers, for the sweep
   */
  CallerBody(
      Request request, Response response, int maxTrailers, Metrics metrics, Set<Wait> waiting) {
    super(request);
    this.response = response;
    this.maxTrailers = maxTrailers;
    this.metrics = metrics;
    this.waiting = waiting;
  }

  @Override
  public Content.@Nullable Chunk read() {
    Content.Chunk failed = failure;
    if (failed != null) {
      return failed;
    }
    Content.Chunk chunk = super.read();
    if (chunk == null) {
      return null;
    }
    bytes += chunk.remaining();
    if (chunk instanceof Trailers trailers && trailers.getTrailers().size() > maxTrailers) {
      metrics.met(Limit.HEADER_COUNT);
      return refuse(
          new HttpException.RuntimeException(HttpStatus.REQUEST_HEADER_FIELDS_TOO_LARGE_431));
    }
    return chunk;
  }

  private Content.Chunk refuse(Throwable why) {
    Content.Chunk failed = Content.Chunk.from(why, true);
    failure = failed;
    return failed;
  }

  @Override
  public void demand(Runnable whenAvailable) {
    if (failure != null) {
      getComponents().getExecutor().execute(whenAvailable);
    } else {
      wait.begin(whenAvailable);
      super.demand(wait);
    }
  }

  /**
   * The time in which nobody but the caller is waited for. What its reader has written is seen by
   * whoever sees the reader in it.
   */
  final class Wait implements Invocable.Task {
    private final AtomicReference<@Nullable Runnable> reader = new AtomicReference<>();
    private long since;
    private long before;

    private void begin(Runnable whenAvailable) {
      since = NanoTime.now();
      reader.set(whenAvailable);
      waiting.add(this);
    }

    /** There is something to read. */
    @Override
    public void run() {
      Runnable whenAvailable = reader.getAndSet(null);
      if (whenAvailable != null) {
        waiting.remove(this);
        before += NanoTime.since(since);
        whenAvailable.run();
      }
    }

    @Override
    public InvocationType getInvocationType() {
      Runnable whenAvailable = reader.get();
      return whenAvailable == null
          ? InvocationType.NON_BLOCKING
          : Invocable.getInvocationType(whenAvailable);
    }

    /** Refuses the body where, after {@code nanos} of waiting, too little has come. */
    void refuseBody(long nanos, int bytesPerSecond) {
      if (reader.get() == null) {
        return;
      }
      long waited = before + NanoTime.since(since);
      if (waited < nanos || bytes >= waited / 1e9 * bytesPerSecond || conversation()) {
        return;
      }
      Runnable whenAvailable = reader.getAndSet(null);
      if (whenAvailable != null) {
        waiting.remove(this);
        metrics.met(Limit.SLOW_BODY);
        var unused = refuse(new TimeoutException(
            "a body of " + bytes + " bytes in " + TimeUnit.NANOSECONDS.toSeconds(waited) + " s"));
        getComponents().getExecutor().execute(whenAvailable);
      }
    }
  }

  /** Whether the caller speaks when there is something to say: until the connection is idle. */
  private boolean conversation() {
    if (response.isCommitted()) {
      return true;
    }
    String type = getHeaders().get(HttpHeader.CONTENT_TYPE);
    return type != null
        && type.startsWith("application/grpc")
        && getConnectionMetaData().getHttpVersion() == HttpVersion.HTTP_2;
  }
}
