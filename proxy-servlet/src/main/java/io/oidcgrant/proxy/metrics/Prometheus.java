package io.oidcgrant.proxy.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
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
  private final IntSupplier connections;
  private final IntSupplier inFlight;
  private @Nullable PrometheusMeterRegistry registry;

  /**
   * These metrics.
   *
   * @param connections that callers have open
   * @param inFlight requests without a whole answer
   */
  public Prometheus(Metrics metrics, IntSupplier connections, IntSupplier inFlight) {
    this.metrics = metrics;
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
    new JvmMemoryMetrics().bindTo(made);
    new JvmThreadMetrics().bindTo(made);
    return made;
  }

  private HistogramSnapshot durations() {
    return HistogramSnapshot.builder()
        .name("oidc_proxy_request_seconds")
        .help("From the head of a request to the end of its answer")
        .dataPoint(HistogramDataPointSnapshot.builder()
            .classicHistogramBuckets(
                ClassicHistogramBuckets.of(metrics.bounds(), metrics.durations()))
            .sum(metrics.seconds())
            .build())
        .build();
  }
}
