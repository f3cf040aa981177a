package io.oidcgrant;

import io.oidcgrant.protocol.Failure;
import io.oidcgrant.protocol.Failure.Kind;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A request that waits in asynchronous mode; it is settled once, by whatever comes first. Safe for
 * concurrent use.
 */
abstract class WaitingRequest implements AsyncListener {
  private static final Logger LOG = LoggerFactory.getLogger(WaitingRequest.class);

  private final HttpServletRequest request;
  private final AsyncContext async;
  private final AtomicBoolean settled = new AtomicBoolean();

  /**
   * Begins asynchronous mode.
   *
   * @param forwarded what goes on: what is dispatched to must see it even where the filter is not
   *     mapped to {@code ASYNC}
   */
  WaitingRequest(
      HttpServletRequest request,
      HttpServletResponse response,
      ForwardedRequest forwarded,
      Duration limit) {
    this.request = request;
    this.async = forwarded.begin(response);
    async.setTimeout(limit.toMillis());
    async.addListener(this);
  }

  /** Writes the answer of a request that does not go on. */
  abstract void answer(Failure failure) throws IOException;

  /** What it means that the request waited too long. */
  abstract Kind lateness();

  /** Whether the caller of this method is the one who settles it. */
  final boolean settle() {
    return settled.compareAndSet(false, true);
  }

  /** Lets it go on. */
  final void dispatch() {
    try {
      async.dispatch();
    } catch (IllegalArgumentException e) {
      // Tomcat computes no path for some that it has served: the root of a context, // before it.
      dispatchTo(request.getServletPath() + Objects.requireNonNullElse(request.getPathInfo(), ""));
    } catch (RuntimeException e) {
      // The caller has gone, and the container has ended the request.
      LOG.debug("a request ended while it waited", e);
    }
  }

  private void dispatchTo(String decoded) {
    try {
      String path = new URI(null, null, decoded.isEmpty() ? "/" : decoded, null).getRawPath();
      async.dispatch(path.replace(";", "%3B"));
    } catch (URISyntaxException | RuntimeException e) {
      LOG.debug("a request that waited cannot be sent on", e);
      refuse(Failure.of(Kind.MALFORMED_REQUEST, "the path cannot be sent on"));
    }
  }

  /** On a thread of the container's: a caller who does not read can make writing wait. */
  final void refuse(Failure failure) {
    try {
      async.start(() -> write(failure));
    } catch (RuntimeException e) {
      LOG.debug("a request ended while it waited", e);
    }
  }

  private void write(Failure failure) {
    try {
      answer(failure);
      async.complete();
    } catch (IOException | RuntimeException e) {
      LOG.debug("a request ended while it waited", e);
    }
  }

  @Override
  public void onTimeout(AsyncEvent event) {
    if (settle()) {
      write(Failure.of(lateness(), "the request waited too long"));
    }
  }

  @Override
  public void onError(AsyncEvent event) {
    settled.set(true);
  }

  @Override
  public void onComplete(AsyncEvent event) {
    settled.set(true);
  }

  @Override
  public void onStartAsync(AsyncEvent event) {
    // Somebody behind us waits for something of his own: not ours any more.
  }
}
