package io.oidcgrant.proxy.trace;

import io.oidcgrant.proxy.route.UpstreamService;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import org.eclipse.jetty.client.Request;

/**
 * A span for each request to an upstream, which names it in its headers. Safe for concurrent use.
 */
public final class UpstreamSpans {
  private final Spans spans;

  public UpstreamSpans(Spans spans) {
    this.spans = spans;
  }

  /** For a request that is about to go out: its headers say so far whose child the span is. */
  public void begin(UpstreamService service, Request upstream) {
    Context parent = Spans.parent(upstream.getHeaders());
    Span span = spans
        .span(upstream.getMethod(), SpanKind.CLIENT, parent)
        .setAttribute("server.address", service.host())
        .setAttribute("server.port", (long) service.port())
        .setAttribute("oidc_proxy.service", service.name())
        .startSpan();
    upstream.headers(fields -> Spans.carry(parent.with(span), fields));
    upstream.onComplete(
        result -> Spans.end(span, result.getResponse().getStatus(), 400, result.getFailure()));
  }
}
