package io.oidcgrant.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.util.JSONObjectUtils;
import io.oidcgrant.proxy.testing.Answer;
import io.oidcgrant.proxy.testing.Configs;
import io.oidcgrant.proxy.testing.ProxyProcess;
import io.oidcgrant.proxy.testing.RawUpstream;
import io.oidcgrant.proxy.testing.RecordingUpstream;
import io.oidcgrant.proxy.testing.StubIssuer;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code /metrics} says of identity providers, and the dashboard that shows it. */
@Timeout(60)
class MetricsIT {
  private static final String PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  private static final Pattern SAMPLE =
      Pattern.compile("(?m)^([a-zA-Z_:][a-zA-Z0-9_:]*)(\\{[^\\n]*})? \\S+$");

  @TempDir
  private static Path directory;

  private static RecordingUpstream upstream;
  private static RawUpstream endless;
  private static StubIssuer issuer;
  private static StubIssuer other;
  private static ProxyProcess proxy;
  private static Path config;

  @BeforeAll
  static void start() {
    upstream = new RecordingUpstream();
    endless = new RawUpstream();
    issuer = new StubIssuer();
    other = new StubIssuer();
    config = Configs.file(directory, configuration());
    proxy = ProxyProcess.run(config);
    await().until(() -> proxy.admin("/health/ready").status() == 200);
  }

  @AfterAll
  static void stop() {
    proxy.close();
    issuer.close();
    other.close();
    upstream.close();
    endless.close();
  }

  private static String configuration() {
    return "services:\n"
        + Configs.service("up", upstream.url(), Configs.grant(issuer.url()))
        + Configs.service("plain", upstream.url())
        + Configs.service("endless", endless.url())
        + Configs.service(
            "extra",
            upstream.url(),
            Configs.grant(
                    issuer.url(),
                    "insecure_any_audience: true",
                    "extra_jwks_uris: [\"" + other.url() + "/keys\"]",
                    "issuers_allowed: [\"" + issuer.url() + "\", \"" + other.url() + "\"]")
                .replace("[refresh_token,", "[bearer,"));
  }

  private static String caller(String name) {
    return "Authorization: Basic "
        + Base64.getEncoder().encodeToString((name + ":canary").getBytes(StandardCharsets.UTF_8));
  }

  private static String scrape() {
    Answer answer = proxy.admin("/metrics");
    assertThat(answer.status()).isEqualTo(200);
    return answer.body();
  }

  private static double value(String sample) {
    return scrape()
        .lines()
        .filter(line -> line.startsWith(sample + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(sample.length() + 1)))
        .findFirst()
        .orElseThrow(() -> new AssertionError(sample));
  }

  private static double calls(String endpoint, String outcome) {
    return value(
        "oidc_proxy_idp_requests_total{endpoint=\"" + endpoint + "\",outcome=\"" + outcome + "\"}");
  }

  private static double lookUps(String result) {
    return value("oidc_proxy_token_cache_total{result=\"" + result + "\"}");
  }

  @Test
  void callsLookUpsAndRefusals_areCounted_andNothingOfACaller() {
    double misses = lookUps("miss");
    double hits = lookUps("hit");
    double calls = calls("token", "ok");
    double took = value("oidc_proxy_idp_request_seconds_count{endpoint=\"token\"}");
    double refused = value("oidc_proxy_refusals_total{reason=\"no_credential\"}");
    for (int i = 0; i < 3; i++) {
      assertThat(proxy
              .get("/up/a?q=canary", caller("counted-canary"), "X-A: canary")
              .status())
          .isEqualTo(200);
    }
    assertThat(proxy.get("/up").status()).isEqualTo(401);
    assertThat(lookUps("miss")).isEqualTo(misses + 1);
    assertThat(lookUps("hit")).isEqualTo(hits + 2);
    assertThat(calls("token", "ok")).isEqualTo(calls + 1);
    assertThat(value("oidc_proxy_idp_request_seconds_count{endpoint=\"token\"}"))
        .isEqualTo(took + 1);
    assertThat(value("oidc_proxy_refusals_total{reason=\"no_credential\"}")).isEqualTo(refused + 1);
    assertThat(calls("discovery", "ok")).isEqualTo(1);
    assertThat(calls("jwks", "ok")).isEqualTo(issuer.keysAsked() + other.keysAsked());
    String label = "{issuer=\"" + issuer.url() + "\"}";
    assertThat(value("oidc_proxy_issuer_reachable" + label)).isEqualTo(1);
    assertThat(value("oidc_proxy_jwks_age_seconds" + label)).isBetween(0.0, 60.0);
    assertThat(value("oidc_proxy_token_cache_entries")).isPositive();
    assertThat(value("oidc_proxy_token_cache_size_bytes")).isPositive();
    assertThat(scrape()).doesNotContainIgnoringCase("canary").doesNotContain(issuer.token());
  }

  private static double answers(String statusClass) {
    return value("oidc_proxy_requests_total{status_class=\"" + statusClass + "\"}");
  }

  private static void leaveAfter(String request, String answer) throws Exception {
    try (Socket caller = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
      caller.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      if (answer.isEmpty()) {
        await().until(() -> value("oidc_proxy_requests_in_flight") == 1);
      }
      assertThat(caller.getInputStream().readNBytes(answer.length())).asString().isEqualTo(answer);
      caller.setSoLinger(true, 0);
    }
    await().until(() -> value("oidc_proxy_requests_in_flight") == 0);
  }

  @Test
  void callersThatLeave_areCountedAs499_orByTheAnswerThatTheyHadBegunToGet() throws Exception {
    endless.script(request -> {
      request.send("HTTP/1.1 200 OK\r\n\r\n");
      while (true) {
        request.send("x".repeat(1000));
      }
    });
    double none = answers("none");
    double good = answers("2xx");
    double refused = answers("4xx");
    leaveAfter("POST /plain HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nb", "");
    assertThat(answers("4xx")).isEqualTo(refused + 1);
    for (int i = 0; i < 10; i++) {
      leaveAfter("GET /endless HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK\r\n");
    }
    assertThat(answers("4xx")).isEqualTo(refused + 1);
    assertThat(answers("2xx")).isEqualTo(good + 10);
    assertThat(answers("none")).isEqualTo(none);
    // It is no fault of the upstream's.
    assertThat(proxy.log()).doesNotContain("UpstreamTrouble");
  }

  @Test
  void keysThatNoMetadataName_haveAnAgeToo() {
    assertThat(proxy
            .get("/extra", "Authorization: Bearer " + other.accessToken(Map.of()))
            .status())
        .isEqualTo(200);
    assertThat(value("oidc_proxy_jwks_age_seconds{issuer=\"" + other.url() + "/keys\"}"))
        .isBetween(0.0, 60.0);
  }

  private static void reload(String text) throws Exception {
    Files.writeString(config, text);
    assertThat(new ProcessBuilder("kill", "-HUP", Long.toString(proxy.pid()))
            .start()
            .waitFor())
        .isZero();
  }

  @Test
  void changesOfTheConfiguration_areCounted() throws Exception {
    String applied = "oidc_proxy_config_reloads_total{outcome=\"applied\"}";
    String refused = "oidc_proxy_config_reloads_total{outcome=\"refused\"}";
    double appliedBefore = value(applied);
    double refusedBefore = value(refused);
    double last = value("oidc_proxy_config_last_reload_timestamp_seconds");
    assertThat(last).isBetween(1.7e9, System.currentTimeMillis() / 1000.0);
    reload(configuration() + "nonsense: true\n");
    await().until(() -> value(refused) == refusedBefore + 1);
    assertThat(value("oidc_proxy_config_last_reload_timestamp_seconds")).isEqualTo(last);
    reload(configuration());
    await().until(() -> value(applied) == appliedBefore + 1);
    assertThat(value("oidc_proxy_config_last_reload_timestamp_seconds")).isGreaterThan(last);
  }

  @Test
  void traceOfACaller_reachesUpstreamAndIssuer() {
    upstream.take();
    assertThat(proxy
            .get("/up", caller("traced"), "traceparent: " + PARENT, "tracestate: a=1")
            .status())
        .isEqualTo(200);
    assertThat(upstream.take())
        .singleElement()
        .asString()
        .contains("traceparent: " + PARENT + "\r\n", "tracestate: a=1\r\n");
    assertThat(issuer.traces()).contains(PARENT);
  }

  private static List<Map<String, Object>> objects(Object list) {
    List<Map<String, Object>> objects = new ArrayList<>();
    for (Object item : (List<?>) list) {
      @SuppressWarnings("unchecked") // keys of JSON objects are texts
      Map<String, Object> object = (Map<String, Object>) item;
      objects.add(object);
    }
    return objects;
  }

  @Test
  void dashboard_showsMetricsThatThereAre_andAllOfOurs() throws Exception {
    assertThat(proxy.get("/up", caller("shown")).status()).isEqualTo(200);
    Set<String> there = SAMPLE
        .matcher(scrape())
        .results()
        .map(sample -> sample.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
    Map<String, Object> dashboard =
        JSONObjectUtils.parse(Files.readString(Path.of("../examples/grafana/oidc-proxy.json")));
    List<Map<String, Object>> panels = objects(dashboard.get("panels"));
    assertThat(panels).extracting(panel -> panel.get("id")).doesNotHaveDuplicates();
    Set<String> shown = new TreeSet<>();
    for (Map<String, Object> panel : panels) {
      if (!panel.get("type").equals("row")) {
        List<Map<String, Object>> targets = objects(panel.get("targets"));
        assertThat(targets).as("%s", panel.get("title")).isNotEmpty();
        for (Map<String, Object> target : targets) {
          Set<String> names = Pattern.compile("\\b(oidc_proxy|jvm)_\\w+")
              .matcher((String) target.get("expr"))
              .results()
              .map(name -> name.group())
              .collect(Collectors.toSet());
          assertThat(names).as("%s", target).isNotEmpty();
          shown.addAll(names);
        }
      }
    }
    assertThat(there).containsAll(shown);
    assertThat(there.stream().filter(name -> name.startsWith("oidc_proxy_")).toList())
        .allMatch(name ->
            shown.contains(name) || shown.contains(name.replaceAll("_(sum|count)$", "_bucket")));
  }
}
