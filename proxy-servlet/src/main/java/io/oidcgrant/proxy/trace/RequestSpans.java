package io.oidcgrant.proxy.trace;

import io.oidcgrant.proxy.route.Match;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import java.util.function.ToIntBiFunction;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * A span for each request, unless an agent has begun one; what stands behind sees it as
 * {@code traceparent}, in place of the caller's. Safe for concurrent use.
 */
public final class RequestSpans extends Handler.Wrapper {
  private final Spans spans;
  private final ToIntBiFunction<Request, Integer> status;

  /**
   * Spans around a handler.
   *
   * @param status what is told in place of that of the answer
   */
  public RequestSpans(Spans spans, Handler handler, ToIntBiFunction<Request, Integer> status) {
    super(handler);
    this.spans = spans;
    this.status = status;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    Context current = Context.current();
    if (Span.fromContext(current).getSpanContext().isValid()) {
      return super.handle(new Carrying(request, current), response, callback);
    }
    String method = request.getMethod();
    Context parent = Spans.parent(request.getHeaders());
    Span span = spans
        .span(method, SpanKind.SERVER, parent)
        .setAttribute("url.scheme", String.valueOf(request.getHttpURI().getScheme()))
        .startSpan();
    Request.addCompletionListener(request, failure -> {
      if (request.getAttribute(Match.ATTRIBUTE) instanceof Match match) {
        String route = match.route().name();
        span.updateName(Spans.name(method) + " " + route);
        span.setAttribute("oidc_proxy.route", route);
      }
      Spans.end(span, status.applyAsInt(request, response.getStatus()), 500, failure);
    });
    return super.handle(new Carrying(request, parent.with(span)), response, callback);
  }

  private static final class Carrying extends Request.Wrapper {
    private final HttpFields headers;

    Carrying(Request request, Context context) {
      super(request);
      HttpFields.Mutable fields = HttpFields.build(request.getHeaders());
      Spans.carry(context, fields);
      this.headers = fields.asImmutable();
    }

    @Override
    public HttpFields getHeaders() {
      return headers;
    }
  }
}
