package io.oidcgrant.proxy.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.oidcgrant.flow.GrantRuntime;
import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The metrics in Prometheus' text format. Its library is loaded with the first question: the start
 * does not wait for it. Labels are bounded, and nothing of a request is one. Safe for concurrent
 * use.
 */
public final class Prometheus {
  /** The media type of {@link #text}. */
  public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final Metrics metrics;
  private final GrantRuntime runtime;
  private final IntSupplier connections;
  private final IntSupplier inFlight;
  private @Nullable PrometheusMeterRegistry registry;

  /**
   * These metrics.
   *
   * @param runtime knows the issuers, and what is remembered
   * @param connections that callers have open
   * @param inFlight requests without a whole answer
   */
  public Prometheus(
      Metrics metrics, GrantRuntime runtime, IntSupplier connections, IntSupplier inFlight) {
    this.metrics = metrics;
    this.runtime = runtime;
    this.connections = connections;
    this.inFlight = inFlight;
  }

  /** All metrics as they are now. */
  public synchronized String text() {
    if (registry == null) {
      registry = registry();
    }
    return registry.scrape(CONTENT_TYPE);
  }

  private PrometheusMeterRegistry registry() {
    PrometheusMeterRegistry made = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    for (Limit limit : Limit.values()) {
      FunctionCounter.builder("oidc.proxy.limit", metrics, all -> all.times(limit))
          .description("How often callers met a limit")
          .tag("limit", limit.label())
          .register(made);
    }
    for (int i = 0; i < 6; i++) {
      int first = i;
      FunctionCounter.builder("oidc.proxy.requests", metrics, all -> all.answers(first))
          .description("Requests that are over, by the status of their answer")
          .tag("status_class", first == 0 ? "none" : first + "xx")
          .register(made);
    }
    Gauge.builder("oidc.proxy.connections", connections::getAsInt)
        .description("Connections that callers have open")
        .register(made);
    Gauge.builder("oidc.proxy.requests.in.flight", inFlight::getAsInt)
        .description("Requests that are not answered yet")
        .register(made);
    Collector durations = this::durations;
    made.getPrometheusRegistry().register(durations);
    reloads(metrics.reloads(), made);
    GrantMeters.bind(metrics.grants(), runtime, made);
    new JvmMemoryMetrics().bindTo(made);
    new JvmThreadMetrics().bindTo(made);
    return made;
  }

  private HistogramSnapshot durations() {
    return HistogramSnapshot.builder()
        .name("oidc_proxy_request_seconds")
        .help("From the head of a request to the end of its answer")
        .dataPoint(histogram(metrics.durations(), Labels.EMPTY))
        .build();
  }

  static HistogramDataPointSnapshot histogram(Durations durations, Labels labels) {
    return HistogramDataPointSnapshot.builder()
        .labels(labels)
        .classicHistogramBuckets(ClassicHistogramBuckets.of(Durations.bounds(), durations.counts()))
        .sum(durations.seconds())
        .build();
  }

  private static void reloads(Reloads reloads, PrometheusMeterRegistry made) {
    String name = "oidc.proxy.config.reloads";
    String description = "Changes of the configuration since the start";
    FunctionCounter.builder(name, reloads, Reloads::timesApplied)
        .description(description)
        .tag("outcome", "applied")
        .register(made);
    FunctionCounter.builder(name, reloads, Reloads::timesRefused)
        .description(description)
        .tag("outcome", "refused")
        .register(made);
    Gauge.builder("oidc.proxy.config.last.reload.timestamp", reloads, Reloads::last)
        .description("Since when the configuration is in force")
        .baseUnit("seconds")
        .register(made);
  }
}
