package io.oidcgrant.observe;

import io.oidcgrant.observe.GrantObserver.Endpoint;
import io.oidcgrant.observe.GrantObserver.Outcome;
import io.oidcgrant.observe.Tracing.CallSpan;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One call of an issuer: {@link #watch} is around all of it, {@link #send} around what goes out.
 * One per call; its steps may run on any thread, one after the other.
 */
public final class IssuerCall {
  private static final Logger LOG = LoggerFactory.getLogger(IssuerCall.class);

  private final GrantObserver observer;
  private final Endpoint endpoint;
  private final @Nullable TraceContext cause;
  private boolean sent;
  private long began;
  private int status;
  private @Nullable CallSpan span;

  IssuerCall(GrantObserver observer, Endpoint endpoint, @Nullable TraceContext cause) {
    this.observer = observer;
    this.endpoint = endpoint;
    this.cause = cause;
  }

  /** Makes the call, and tells what comes of it. */
  public <T> CompletionStage<T> watch(Supplier<CompletionStage<T>> call) {
    return watch(call, answer -> Outcome.OK);
  }

  /**
   * The same where not every answer is good.
   *
   * @param outcome of an answer
   */
  public <T> CompletionStage<T> watch(
      Supplier<CompletionStage<T>> call, Function<T, Outcome> outcome) {
    try {
      return call.get()
          .whenComplete(
              (answer, error) -> end(error == null ? outcome.apply(answer) : Outcome.of(error)));
    } catch (RuntimeException e) {
      end(Outcome.of(e));
      throw e;
    }
  }

  /**
   * Sends.
   *
   * @param sender gets the headers that carry the trace, in place of others of their names
   */
  public <T> T send(String method, URI address, Function<Map<String, String>, T> sender) {
    sent = true;
    began = System.nanoTime();
    CallSpan started = begin(method, address);
    span = started;
    return started == null
        ? sender.apply(cause == null ? Map.of() : cause.headers())
        : started.within(() -> sender.apply(started.headers()));
  }

  /** Null where there is none; a tracer that fails harms no call. */
  private @Nullable CallSpan begin(String method, URI address) {
    Tracing tracing = Tracing.inUse();
    try {
      return tracing == null ? null : tracing.begin(endpoint, method, address, cause);
    } catch (RuntimeException | LinkageError e) {
      LOG.debug("no span", e);
      return null;
    }
  }

  /** An answer has come, with this status. */
  public void answered(int newStatus) {
    status = newStatus;
  }

  private void end(Outcome outcome) {
    observer.called(endpoint, outcome, sent ? Math.max(1, System.nanoTime() - began) : 0);
    CallSpan started = span;
    if (started != null) {
      try {
        started.end(status, outcome);
      } catch (RuntimeException | LinkageError e) {
        LOG.debug("a span does not end", e);
      }
    }
  }
}
