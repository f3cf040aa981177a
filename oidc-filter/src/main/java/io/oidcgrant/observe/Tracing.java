package io.oidcgrant.observe;

import io.oidcgrant.observe.GrantObserver.Endpoint;
import io.oidcgrant.observe.GrantObserver.Outcome;
import java.net.URI;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Spans. Knows nothing of OpenTelemetry, which need not be there. Safe for concurrent use. */
interface Tracing {
  /** Of one call of an issuer. */
  interface CallSpan {
    /** The headers that the call carries. */
    Map<String, String> headers();

    /** Does something while the span is the current one. */
    <T> T within(Supplier<T> task);

    /**
     * Ends the span.
     *
     * @param status of the answer; 0 for none
     */
    void end(int status, Outcome outcome);
  }

  /** OpenTelemetry; null where it is not there, or nobody has set it up. */
  static @Nullable Tracing inUse() {
    Tracing found = Found.TRACING;
    return found != null && found.isSetUp() ? found : null;
  }

  boolean isSetUp();

  /** The current span's; null where there is none. */
  @Nullable TraceContext current();

  /**
   * Begins the span of a call.
   *
   * @param cause whose child it is; null for a trace of its own
   */
  CallSpan begin(Endpoint endpoint, String method, URI address, @Nullable TraceContext cause);

  /** Looked for once. */
  final class Found {
    static final @Nullable Tracing TRACING = find();

    private Found() {}

    private static @Nullable Tracing find() {
      try {
        Tracing tracing = new OpenTelemetryTracing();
        // An API of before 1.59 does not know the answer.
        var unused = tracing.isSetUp();
        return tracing;
      } catch (LinkageError e) {
        return null;
      }
    }
  }
}
