package io.oidcgrant.observe;

import io.oidcgrant.observe.GrantObserver.Endpoint;
import io.oidcgrant.observe.GrantObserver.Outcome;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * OpenTelemetry as the agent or the application has set it up; the only class that knows its API.
 * Propagates W3C Trace Context whatever propagators are configured, and no baggage: the issuer is
 * somebody else. Safe for concurrent use.
 */
final class OpenTelemetryTracing implements Tracing {
  private static final AttributeKey<String> METHOD = AttributeKey.stringKey("http.request.method");
  private static final AttributeKey<Long> STATUS =
      AttributeKey.longKey("http.response.status_code");
  private static final AttributeKey<String> SERVER = AttributeKey.stringKey("server.address");
  private static final AttributeKey<Long> PORT = AttributeKey.longKey("server.port");
  private static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");
  private static final AttributeKey<String> ENDPOINT =
      AttributeKey.stringKey("oidc_grant.endpoint");
  private static final AttributeKey<String> OUTCOME = AttributeKey.stringKey("oidc_grant.outcome");

  private static final W3CTraceContextPropagator W3C = W3CTraceContextPropagator.getInstance();

  private static final TextMapGetter<Map<String, String>> GETTER =
      (carrier, name) -> carrier == null ? null : carrier.get(name);

  @Override
  public boolean isSetUp() {
    return GlobalOpenTelemetry.isSet();
  }

  @Override
  public @Nullable TraceContext current() {
    Map<String, String> headers = headers(Context.current());
    String parent = headers.get("traceparent");
    return parent == null ? null : new TraceContext(parent, headers.getOrDefault("tracestate", ""));
  }

  private static Map<String, String> headers(Context context) {
    Map<String, String> headers = new HashMap<>();
    W3C.inject(context, headers, (carrier, name, value) -> {
      if (carrier != null) {
        carrier.put(name, value);
      }
    });
    return headers;
  }

  @Override
  public CallSpan begin(
      Endpoint endpoint, String method, URI address, @Nullable TraceContext cause) {
    Context parent =
        cause == null ? Context.root() : W3C.extract(Context.root(), cause.headers(), GETTER);
    int port = address.getPort() >= 0
        ? address.getPort()
        : "http".equalsIgnoreCase(address.getScheme()) ? 80 : 443;
    Span span = GlobalOpenTelemetry.getTracer("io.oidcgrant")
        .spanBuilder(method + " " + endpoint.code())
        .setParent(parent)
        .setSpanKind(SpanKind.CLIENT)
        .setAttribute(METHOD, method)
        .setAttribute(SERVER, String.valueOf(address.getHost()))
        .setAttribute(PORT, (long) port)
        .setAttribute(ENDPOINT, endpoint.code())
        .startSpan();
    Context own = parent.with(span);
    return new OpenTelemetrySpan(span, own, headers(own));
  }

  private record OpenTelemetrySpan(Span span, Context own, Map<String, String> headers)
      implements CallSpan {
    @Override
    public <T> T within(Supplier<T> task) {
      return own.wrapSupplier(task).get();
    }

    @Override
    public void end(int status, Outcome outcome) {
      if (status > 0) {
        span.setAttribute(STATUS, (long) status);
      }
      span.setAttribute(OUTCOME, outcome.code());
      if (outcome != Outcome.OK) {
        span.setAttribute(ERROR, outcome.code());
        span.setStatus(StatusCode.ERROR);
      }
      span.end();
    }
  }
}
