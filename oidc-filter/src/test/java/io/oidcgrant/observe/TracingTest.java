package io.oidcgrant.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.oidcgrant.observe.GrantObserver.Endpoint;
import io.oidcgrant.observe.GrantObserver.Outcome;
import io.oidcgrant.protocol.Failure;
import io.oidcgrant.protocol.Failure.Kind;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;

/** Spans of calls where OpenTelemetry is set up, is there, or is not. */
class TracingTest {
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String PARENT = "00-" + TRACE + "-00f067aa0ba902b7-01";
  private static final TraceContext CAUSE = new TraceContext(PARENT, "a=1");
  private static final URI ADDRESS = URI.create("https://idp.example/token?secret=canary");

  private final InMemorySpanExporter exporter = InMemorySpanExporter.create();

  @BeforeEach
  void nothingIsSetUp() {
    GlobalOpenTelemetry.resetForTest();
  }

  @AfterEach
  void reset() {
    GlobalOpenTelemetry.resetForTest();
  }

  private Tracer setUp() {
    GlobalOpenTelemetry.set(OpenTelemetrySdk.builder()
        .setTracerProvider(SdkTracerProvider.builder()
            .addSpanProcessor(SimpleSpanProcessor.create(exporter))
            .build())
        .build());
    return GlobalOpenTelemetry.getTracer("test");
  }

  private static IssuerCall call(TraceContext cause) {
    return new IssuerCalls(GrantObserver.NONE).begin(Endpoint.TOKEN, cause);
  }

  private static Map<String, String> carried(IssuerCall call, int status, Outcome outcome) {
    return call.watch(
            () -> CompletableFuture.completedFuture(call.send("POST", ADDRESS, headers -> headers)),
            headers -> {
              call.answered(status);
              return outcome;
            })
        .toCompletableFuture()
        .join();
  }

  private SpanData only() {
    assertThat(exporter.getFinishedSpanItems()).hasSize(1);
    return exporter.getFinishedSpanItems().get(0);
  }

  private static Map<String, Object> attributes(SpanData span) {
    Map<String, Object> all = new java.util.TreeMap<>();
    span.getAttributes().forEach((key, value) -> all.put(key.getKey(), value));
    return all;
  }

  @Test
  void call_isASpan_belowTheCallers_andCarriesItself() {
    var unused = setUp();
    Map<String, String> headers = carried(call(CAUSE), 200, Outcome.OK);
    SpanData span = only();
    assertThat(span.getName()).isEqualTo("POST token");
    assertThat(span.getKind()).isEqualTo(SpanKind.CLIENT);
    assertThat(span.getTraceId()).isEqualTo(TRACE);
    assertThat(span.getParentSpanId()).isEqualTo("00f067aa0ba902b7");
    assertThat(headers)
        .isEqualTo(Map.of(
            "traceparent", "00-" + TRACE + "-" + span.getSpanId() + "-01", "tracestate", "a=1"));
    assertThat(attributes(span))
        .isEqualTo(Map.of(
            "http.request.method", "POST",
            "http.response.status_code", 200L,
            "server.address", "idp.example",
            "server.port", 443L,
            "oidc_grant.endpoint", "token",
            "oidc_grant.outcome", "ok"));
    assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
  }

  @Test
  void failure_isAnError_withoutItsText() {
    var unused = setUp();
    IssuerCall refused = call(CAUSE);
    var failed = refused.watch(() -> refused.send(
        "POST",
        ADDRESS,
        headers -> CompletableFuture.failedFuture(
            Failure.of(Kind.ISSUER_TIMEOUT, "canary").toException())));
    assertThat(failed).isCompletedExceptionally();
    SpanData span = only();
    assertThat(attributes(span))
        .containsEntry("oidc_grant.outcome", "timeout")
        .containsEntry("error.type", "timeout")
        .doesNotContainKey("http.response.status_code");
    assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
    assertThat(span.toString()).doesNotContain("canary");
  }

  @Test
  void callForNobody_isATraceOfItsOwn_whoeversThreadItRunsOn() {
    Tracer tracer = setUp();
    Span other = tracer.spanBuilder("other").startSpan();
    try (var scope = other.makeCurrent()) {
      assertThat(scope).isNotNull();
      carried(call(null), 200, Outcome.OK);
    }
    assertThat(only().getParentSpanContext().isValid()).isFalse();
    assertThat(only().getTraceId()).isNotEqualTo(other.getSpanContext().getTraceId());
  }

  @Test
  void currentSpan_goesBeforeTheCallersHeaders() {
    Tracer tracer = setUp();
    assertThat(TraceContext.current(List.of(PARENT), List.of()))
        .isEqualTo(new TraceContext(PARENT, ""));
    Span agents = tracer.spanBuilder("agent's").startSpan();
    try (var scope = agents.makeCurrent()) {
      assertThat(scope).isNotNull();
      assertThat(TraceContext.current(List.of(PARENT), List.of()).traceparent())
          .contains(agents.getSpanContext().getSpanId());
    }
  }

  @Test
  void whatSends_seesTheSpanAsTheCurrentOne() {
    var unused = setUp();
    String seen = call(CAUSE)
        .send("POST", ADDRESS, headers -> Span.current().getSpanContext().getTraceId());
    assertThat(seen).isEqualTo(TRACE);
    assertThat(Span.current().getSpanContext().isValid()).isFalse();
  }

  @Test
  void whereNobodyHasSetItUp_theCallersTraceIsCarried_andNothingIsSet() {
    assertThat(carried(call(CAUSE), 200, Outcome.OK))
        .isEqualTo(Map.of("traceparent", PARENT, "tracestate", "a=1"));
    assertThat(carried(call(null), 200, Outcome.OK)).isEmpty();
    assertThat(GlobalOpenTelemetry.isSet()).isFalse();
  }

  @Test
  void whereItIsNotThere_theCallersTraceIsCarried() throws Exception {
    URL[] paths = Stream.of(IssuerCall.class, TracingTest.class, Logger.class)
        .map(type -> type.getProtectionDomain().getCodeSource().getLocation())
        .toArray(URL[]::new);
    try (URLClassLoader loader = new URLClassLoader(paths, ClassLoader.getPlatformClassLoader())) {
      Object elsewhere = loader
          .loadClass(WithoutOpenTelemetry.class.getName())
          .getDeclaredConstructor()
          .newInstance();
      assertThat(((Callable<?>) elsewhere).call()).isEqualTo("absent {traceparent=" + PARENT + "}");
    }
  }
}
