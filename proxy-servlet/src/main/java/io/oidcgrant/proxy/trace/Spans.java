package io.oidcgrant.proxy.trace;

import io.oidcgrant.observe.TraceContext;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jetty.http.HttpFields;
import org.jspecify.annotations.Nullable;

/**
 * Makes spans of HTTP. Nothing of a query, a header or a body is in them. Traces go from one hop to
 * the next in {@code traceparent}: within the proxy, too. Safe for concurrent use.
 */
public final class Spans {
  private static final AttributeKey<String> METHOD = AttributeKey.stringKey("http.request.method");
  private static final AttributeKey<Long> STATUS =
      AttributeKey.longKey("http.response.status_code");
  private static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");

  private static final String PARENT = "traceparent";
  private static final String STATE = "tracestate";
  private static final W3CTraceContextPropagator W3C = W3CTraceContextPropagator.getInstance();
  private static final TextMapGetter<Map<String, String>> GETTER =
      (carrier, name) -> carrier == null ? null : carrier.get(name);

  /** Callers invent others without end. */
  private static final Set<String> METHODS =
      Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH");

  private final Tracer tracer;

  private Spans(Tracer tracer) {
    this.tracer = tracer;
  }

  /** Spans by what an agent has set up before the start; empty where nobody has. */
  public static Optional<Spans> inUse() {
    return GlobalOpenTelemetry.isSet()
        ? Optional.of(new Spans(GlobalOpenTelemetry.getTracer("io.oidcgrant.proxy")))
        : Optional.empty();
  }

  /** The method as it may stand in a name. */
  static String name(String method) {
    return METHODS.contains(method) ? method : "HTTP";
  }

  SpanBuilder span(String method, SpanKind kind, Context parent) {
    return tracer
        .spanBuilder(name(method))
        .setSpanKind(kind)
        .setParent(parent)
        .setAttribute(METHOD, METHODS.contains(method) ? method : "_OTHER");
  }

  /** What the headers of a request say; the root where they say nothing that is well-formed. */
  static Context parent(List<String> parents, List<String> states) {
    TraceContext trace = TraceContext.of(parents, states);
    return trace == null
        ? Context.root()
        : W3C.extract(
            Context.root(), Map.of(PARENT, trace.traceparent(), STATE, trace.tracestate()), GETTER);
  }

  static Context parent(HttpFields headers) {
    return parent(headers.getValuesList(PARENT), headers.getValuesList(STATE));
  }

  /** Has the headers name this span, if it is one. */
  static void carry(Context context, HttpFields.Mutable headers) {
    Map<String, String> own = new HashMap<>();
    W3C.inject(context, own, (carrier, name, value) -> {
      if (carrier != null) {
        carrier.put(name, value);
      }
    });
    if (own.containsKey(PARENT)) {
      headers.remove(STATE);
      own.forEach(headers::put);
    }
  }

  /**
   * Ends a span.
   *
   * @param status 0 for no answer
   * @param errors the least status that is one
   */
  static void end(Span span, int status, int errors, @Nullable Throwable failure) {
    if (status > 0) {
      span.setAttribute(STATUS, (long) status);
    }
    if (failure != null || status >= errors) {
      span.setAttribute(
          ERROR, failure == null ? Integer.toString(status) : failure.getClass().getName());
      span.setStatus(StatusCode.ERROR);
    }
    span.end();
  }
}
