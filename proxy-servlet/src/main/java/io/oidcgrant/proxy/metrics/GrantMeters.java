package io.oidcgrant.proxy.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.oidcgrant.flow.GrantRuntime;
import io.oidcgrant.issuer.IssuerStatus;
import io.oidcgrant.observe.GrantObserver.Endpoint;
import io.oidcgrant.observe.GrantObserver.Lookup;
import io.oidcgrant.observe.GrantObserver.Outcome;
import io.oidcgrant.observe.GrantObserver.Renewal;
import io.oidcgrant.protocol.Failure;
import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.stream.Stream;

/** How Prometheus reads what the filters do with their issuers. */
final class GrantMeters {
  /** Issuers are configured; of a configuration that has more, the others are not told. */
  private static final int MAX_ISSUERS = 100;

  private GrantMeters() {}

  static void bind(GrantMetrics metrics, GrantRuntime runtime, PrometheusMeterRegistry registry) {
    for (Endpoint endpoint : Endpoint.values()) {
      for (Outcome outcome : Outcome.values()) {
        FunctionCounter.builder(
                "oidc.proxy.idp.requests", metrics, all -> all.calls(endpoint, outcome))
            .description("Calls of identity providers that are over")
            .tag("endpoint", endpoint.code())
            .tag("outcome", outcome.code())
            .register(registry);
      }
    }
    for (Lookup result : Lookup.values()) {
      FunctionCounter.builder("oidc.proxy.token.cache", metrics, all -> all.lookups(result))
          .description("Where the tokens of requests were found")
          .tag("result", result.code())
          .register(registry);
    }
    for (Renewal outcome : Renewal.values()) {
      FunctionCounter.builder("oidc.proxy.renewals", metrics, all -> all.renewals(outcome))
          .description("Renewals of tokens while they serve")
          .tag("outcome", outcome.code())
          .register(registry);
    }
    for (Failure.Kind reason : Failure.Kind.values()) {
      FunctionCounter.builder("oidc.proxy.refusals", metrics, all -> all.refusals(reason))
          .description("Requests that a plugin refused")
          .tag("reason", reason.code())
          .register(registry);
    }
    Gauge.builder("oidc.proxy.token.cache.entries", runtime, GrantRuntime::rememberedEntries)
        .description("Entries with tokens that are remembered")
        .register(registry);
    Gauge.builder("oidc.proxy.token.cache.size", runtime, GrantRuntime::rememberedBytes)
        .description("Memory that remembered tokens take, estimated")
        .baseUnit("bytes")
        .register(registry);
    Collector durations = () -> durations(metrics);
    Collector ages = () -> byIssuer(
        runtime,
        "oidc_proxy_jwks_age_seconds",
        "Since the keys of an issuer were last fetched",
        Math::max,
        status -> status
            .keysAge()
            .map(age -> OptionalDouble.of(Math.max(0, seconds(age))))
            .orElse(OptionalDouble.empty()),
        runtime.keyAges());
    Collector reachable = () -> byIssuer(
        runtime,
        "oidc_proxy_issuer_reachable",
        "Whether the last calls for an issuer's metadata and keys succeeded",
        Math::min,
        status -> OptionalDouble.of(status.reachable() ? 1 : 0),
        Map.of());
    Stream.of(durations, ages, reachable).forEach(registry.getPrometheusRegistry()::register);
  }

  private static double seconds(Duration age) {
    return age.toMillis() / 1000.0;
  }

  private static HistogramSnapshot durations(GrantMetrics metrics) {
    HistogramSnapshot.Builder snapshot = HistogramSnapshot.builder()
        .name("oidc_proxy_idp_request_seconds")
        .help("How long calls of identity providers took");
    for (Endpoint endpoint : Endpoint.values()) {
      snapshot.dataPoint(Prometheus.histogram(
          metrics.durations(endpoint), Labels.of("endpoint", endpoint.code())));
    }
    return snapshot.build();
  }

  /**
   * A gauge with a value for each issuer.
   *
   * @param worse of two ways to one issuer
   * @param others by addresses that are of no issuer
   */
  private static GaugeSnapshot byIssuer(
      GrantRuntime runtime,
      String name,
      String help,
      BinaryOperator<Double> worse,
      Function<IssuerStatus, OptionalDouble> value,
      Map<String, Duration> others) {
    Map<String, Double> values = new TreeMap<>();
    for (IssuerStatus status : runtime.askedIssuers()) {
      value.apply(status).ifPresent(number -> values.merge(status.issuer(), number, worse));
    }
    others.forEach((address, age) -> values.merge(address, Math.max(0, seconds(age)), worse));
    GaugeSnapshot.Builder snapshot = GaugeSnapshot.builder().name(name).help(help);
    values.entrySet().stream()
        .limit(MAX_ISSUERS)
        .forEach(entry -> snapshot.dataPoint(GaugeDataPointSnapshot.builder()
            .labels(Labels.of("issuer", entry.getKey()))
            .value(entry.getValue())
            .build()));
    return snapshot.build();
  }
}
