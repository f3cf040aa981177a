package io.oidcgrant.observe;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The trace that a request belongs to (W3C Trace Context, version 00): what the calls that it
 * causes carry on. Immutable.
 *
 * @param traceparent well-formed (section 3.2)
 * @param tracestate empty for none (section 3.3)
 */
public record TraceContext(String traceparent, String tracestate) {
  private static final int MAX_STATE = 512;
  private static final Pattern FORM =
      Pattern.compile("00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}");

  /**
   * That of a caller's headers; null where they have none that is well-formed.
   *
   * @param parents every value of {@code traceparent}
   * @param states every value of {@code tracestate}
   */
  public static @Nullable TraceContext of(List<String> parents, List<String> states) {
    if (parents.size() != 1 || !FORM.matcher(parents.get(0)).matches()) {
      return null;
    }
    String state = String.join(",", states);
    boolean good = state.length() <= MAX_STATE && state.chars().allMatch(c -> c >= ' ' && c < 0x7f);
    return new TraceContext(parents.get(0), good ? state.strip() : "");
  }

  /**
   * That of the span that is current on this thread where OpenTelemetry is in use and there is one;
   * else that of the caller's headers; null for none.
   */
  public static @Nullable TraceContext current(List<String> parents, List<String> states) {
    Tracing tracing = Tracing.inUse();
    TraceContext current = tracing == null ? null : tracing.current();
    return current == null ? of(parents, states) : current;
  }

  Map<String, String> headers() {
    return tracestate.isEmpty()
        ? Map.of("traceparent", traceparent)
        : Map.of("traceparent", traceparent, "tracestate", tracestate);
  }
}
