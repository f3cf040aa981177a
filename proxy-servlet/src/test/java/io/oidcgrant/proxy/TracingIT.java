package io.oidcgrant.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.oidcgrant.OidcGrantFilter;
import io.oidcgrant.UpstreamOAuthFilter;
import io.oidcgrant.clientauth.ClientKeys;
import io.oidcgrant.config.Reading;
import io.oidcgrant.flow.GrantRuntime;
import io.oidcgrant.protocol.TrustedPeers;
import io.oidcgrant.proxy.admin.Readiness;
import io.oidcgrant.proxy.config.Gateway;
import io.oidcgrant.proxy.config.GatewayFiles;
import io.oidcgrant.proxy.metrics.Metrics;
import io.oidcgrant.proxy.server.GatewayServer;
import io.oidcgrant.proxy.server.Limits;
import io.oidcgrant.proxy.server.ListenAddress;
import io.oidcgrant.proxy.testing.Answer;
import io.oidcgrant.proxy.testing.Configs;
import io.oidcgrant.proxy.testing.FreePort;
import io.oidcgrant.proxy.testing.RawConnection;
import io.oidcgrant.proxy.testing.RecordingUpstream;
import io.oidcgrant.proxy.testing.StubIssuer;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The spans of a proxy in whose process OpenTelemetry is set up. */
@Timeout(60)
class TracingIT {
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String CALLER = "00f067aa0ba902b7";
  private static final String PARENT = "00-" + TRACE + "-" + CALLER + "-01";

  @TempDir
  private static Path directory;

  private static final InMemorySpanExporter EXPORTER = InMemorySpanExporter.create();
  private static RecordingUpstream upstream;
  private static StubIssuer issuer;
  private static GrantRuntime runtime;
  private static GatewayServer server;

  @BeforeAll
  static void start() throws Exception {
    GlobalOpenTelemetry.resetForTest();
    GlobalOpenTelemetry.set(OpenTelemetrySdk.builder()
        .setTracerProvider(SdkTracerProvider.builder()
            .addSpanProcessor(SimpleSpanProcessor.create(EXPORTER))
            .build())
        .build());
    upstream = new RecordingUpstream();
    issuer = new StubIssuer();
    Path config = Configs.file(
        directory,
        "services:\n"
            + Configs.service("up", upstream.url(), Configs.grant(issuer.url()))
            + Configs.service("gone", "http://127.0.0.1:" + FreePort.find())
                .replace("  routes:", "  retries: 0\n  routes:"));
    Reading reading = new Reading(name -> null, false);
    Gateway gateway = GatewayFiles.read(List.of(config), reading);
    Metrics metrics = new Metrics();
    runtime = GrantRuntime.create(ClientKeys.inMemory(), metrics.grants());
    server = GatewayServer.start(
        new GatewayServer.Parts(
            ListenAddress.parse("127.0.0.1:0"),
            false,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            LiveConfiguration.read(new ConfigFiles(), Optional.empty()),
            new Limits(65536, 256, 100, Duration.ofSeconds(10), 0, Duration.ofSeconds(75)),
            TrustedPeers.of(List.of()),
            Optional.empty(),
            (plugin, scope) -> {
              OidcGrantFilter filter = new OidcGrantFilter(plugin, runtime, scope);
              filter.setAsyncDispatch(true);
              return filter;
            },
            plugin -> new UpstreamOAuthFilter(plugin, runtime),
            new PluginHeaders(),
            new Readiness(runtime::issuers),
            runtime,
            metrics),
        gateway);
    assertThat(reading.problems()).isEmpty();
    await().until(() -> EXPORTER.getFinishedSpanItems().size() == 2);
  }

  @AfterAll
  static void stop() throws Exception {
    server.stop();
    runtime.close();
    issuer.close();
    upstream.close();
    GlobalOpenTelemetry.resetForTest();
  }

  @BeforeEach
  void forget() {
    EXPORTER.reset();
    upstream.take();
  }

  private static Answer get(String target, String... headers) {
    try (RawConnection connection =
        new RawConnection(URI.create(server.proxyUrl()).getPort())) {
      return connection.request("GET", target, headers).read();
    }
  }

  private static String caller(String name) {
    return "Authorization: Basic "
        + Base64.getEncoder()
            .encodeToString((name + ":canary-password").getBytes(StandardCharsets.UTF_8));
  }

  private static List<SpanData> spans(int count) {
    await().untilAsserted(() -> assertThat(EXPORTER.getFinishedSpanItems()).hasSize(count));
    return EXPORTER.getFinishedSpanItems();
  }

  private static SpanData span(List<SpanData> spans, String name, SpanKind kind) {
    return spans.stream()
        .filter(span -> span.getName().equals(name) && span.getKind() == kind)
        .findFirst()
        .orElseThrow(() -> new AssertionError(name + " is not among " + spans));
  }

  private static Object attribute(SpanData span, String name) {
    return span.getAttributes().asMap().entrySet().stream()
        .filter(entry -> entry.getKey().getKey().equals(name))
        .<Object>map(Map.Entry::getValue)
        .findFirst()
        .orElse(null);
  }

  private static String carried(SpanData span) {
    return "00-" + span.getTraceId() + "-" + span.getSpanId() + "-01";
  }

  @Test
  void requestIssuerAndUpstream_areOneTrace_withoutASecret() {
    Answer answer = get(
        "/up/canary;canary=1?token=canary",
        caller("canary"),
        "traceparent: " + PARENT,
        "tracestate: a=1",
        "baggage: canary=1");
    assertThat(answer.status()).isEqualTo(200);
    List<SpanData> spans = spans(3);
    assertThat(spans).allMatch(span -> span.getTraceId().equals(TRACE));
    SpanData request = span(spans, "GET up", SpanKind.SERVER);
    SpanData grant = span(spans, "POST token", SpanKind.CLIENT);
    SpanData relayed = span(spans, "GET", SpanKind.CLIENT);
    assertThat(request.getParentSpanId()).isEqualTo(CALLER);
    assertThat(List.of(grant.getParentSpanId(), relayed.getParentSpanId()))
        .containsOnly(request.getSpanId());
    assertThat(attribute(request, "http.response.status_code")).isEqualTo(200L);
    assertThat(attribute(relayed, "http.response.status_code")).isEqualTo(200L);
    assertThat(attribute(relayed, "server.address")).isEqualTo("127.0.0.1");
    assertThat(attribute(relayed, "server.port"))
        .isEqualTo((long) URI.create(upstream.url()).getPort());
    assertThat(issuer.traces()).contains(carried(grant));
    assertThat(upstream.take())
        .singleElement()
        .asString()
        .containsOnlyOnce("traceparent: ")
        .contains("traceparent: " + carried(relayed) + "\r\n", "tracestate: a=1\r\n");
    // Neither is what was sent, nor what came of it.
    assertThat(spans.toString()).doesNotContain("canary", issuer.token());
  }

  @Test
  void malformedTrace_isNobodysParent() {
    assertThat(get("/up", caller("malformed"), "traceparent: 00-" + TRACE + "-0000000000000000-01")
            .status())
        .isEqualTo(200);
    List<SpanData> spans = spans(3);
    SpanData request = span(spans, "GET up", SpanKind.SERVER);
    assertThat(request.getParentSpanContext().isValid()).isFalse();
    assertThat(request.getTraceId()).isNotEqualTo(TRACE);
    assertThat(upstream.take())
        .singleElement()
        .asString()
        .contains("traceparent: 00-" + request.getTraceId());
  }

  @Test
  void failures_areErrors_andUnknownMethodsHaveOneName() {
    assertThat(get("/gone").status()).isEqualTo(502);
    List<SpanData> spans = spans(2);
    assertThat(attribute(span(spans, "GET", SpanKind.CLIENT), "error.type")).isNotNull();
    SpanData request = span(spans, "GET gone", SpanKind.SERVER);
    assertThat(attribute(request, "error.type")).isEqualTo("502");
    forget();
    try (RawConnection connection =
        new RawConnection(URI.create(server.proxyUrl()).getPort())) {
      assertThat(connection.request("CANARY", "/nowhere").read().status()).isEqualTo(404);
    }
    SpanData unknown = spans(1).get(0);
    assertThat(unknown.getName()).isEqualTo("HTTP");
    assertThat(unknown.getAttributes().get(AttributeKey.stringKey("http.request.method")))
        .isEqualTo("_OTHER");
    assertThat(unknown.toString()).doesNotContain("CANARY");
  }
}
