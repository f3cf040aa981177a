package io.oidcgrant.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.oidcgrant.OidcGrantFilter;
import io.oidcgrant.config.OidcGrantConfig;
import io.oidcgrant.config.OidcGrantConfigBuilder;
import io.oidcgrant.flow.GrantRuntime;
import io.oidcgrant.testing.RawHttp.Answer;
import jakarta.servlet.http.HttpServlet;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * A filter between a scripted issuer and an application, with a clock that stands and its log
 * captured. Every secret in these tests holds the word {@code canary}.
 */
public final class FilterBench implements AutoCloseable {
  /** Canaries in clear and in base64, tokens, and Basic credentials. */
  private static final Pattern SECRET = Pattern.compile(
      "(?i:canary)|Y2FuYXJ5|bmFye|YW5hcn|eyJ[A-Za-z]|rt-[0-9a-f]{8}|Basic [A-Za-z0-9+/]{8}");

  private final ScriptedIssuer issuer;
  private final TestClock clock = new TestClock();
  private final CapturedLog log = CapturedLog.start();
  private final GrantRuntime runtime;
  private final EchoApp app;
  private final RawHttp http;
  private int seenBefore;
  private int askedBefore;
  private int good;

  private FilterBench(
      Container container,
      ScriptedIssuer issuer,
      UnaryOperator<OidcGrantConfigBuilder> changes,
      HttpServlet servlet) {
    this.issuer = issuer;
    issuer.clock(clock);
    this.runtime = GrantRuntime.create(clock);
    this.app = EchoApp.start(
        container, new OidcGrantFilter(changes.apply(config(issuer)).build(), runtime), servlet);
    this.http = new RawHttp(app.port());
  }

  public static FilterBench start() {
    return start(config -> config);
  }

  public static FilterBench start(UnaryOperator<OidcGrantConfigBuilder> changes) {
    return start(ScriptedIssuer.start(), changes);
  }

  public static FilterBench start(
      ScriptedIssuer issuer, UnaryOperator<OidcGrantConfigBuilder> changes) {
    return new FilterBench(Container.chosen(), issuer, changes, null);
  }

  /** With an application other than the recording one. */
  public static FilterBench start(
      HttpServlet servlet, UnaryOperator<OidcGrantConfigBuilder> changes) {
    return start(Container.chosen(), servlet, changes);
  }

  public static FilterBench start(
      Container container, HttpServlet servlet, UnaryOperator<OidcGrantConfigBuilder> changes) {
    return new FilterBench(container, ScriptedIssuer.start(), changes, servlet);
  }

  /** All three grants, every location. */
  public static OidcGrantConfigBuilder config(ScriptedIssuer issuer) {
    return OidcGrantConfig.builder()
        .issuer(issuer.url())
        .clientId("gateway")
        .clientSecret("gateway-canary")
        .refreshTokenParamName("refresh_token")
        .upstreamRefreshTokenHeader("refresh_token");
  }

  /** The value of an {@code Authorization: Basic} line. */
  public static String basic(String user, String password) {
    return "Authorization: Basic " + base64(user + ":" + password);
  }

  public static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  public ScriptedIssuer issuer() {
    return issuer;
  }

  public EchoApp app() {
    return app;
  }

  public RawHttp http() {
    return http;
  }

  public TestClock clock() {
    return clock;
  }

  public CapturedLog log() {
    return log;
  }

  public GrantRuntime runtime() {
    return runtime;
  }

  /** Counts from here on. */
  public void mark() {
    seenBefore = app.seen().size();
    askedBefore = issuer.asked().size();
  }

  /** Token requests since the mark. */
  public int asked() {
    return issuer.asked().size() - askedBefore;
  }

  /** Requests that the application saw since the mark. */
  public int seen() {
    return app.seen().size() - seenBefore;
  }

  /** A refusal: nothing reached the application, nothing secret got out. */
  public void refused(Answer answer, int status, String error) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(status);
    assertThat(seen()).as("requests that the application saw").isZero();
    assertThat(answer.header("cache-control")).isEqualTo("no-store");
    assertThat(answer.header("x-content-type-options")).isEqualTo("nosniff");
    assertThat(answer.header("content-type")).startsWith("application/json");
    assertThat(answer.body()).startsWith("{\"message\":\"").endsWith("\"}");
    String challenge = answer.header("www-authenticate");
    if (status == 401) {
      assertThat(challenge).isNotNull();
    }
    if (error == null) {
      assertThat(challenge == null ? "" : challenge).doesNotContain("error=");
    } else {
      assertThat(challenge).containsOnlyOnce("error=\"" + error + "\"");
      assertThat(answer.body()).contains("\"error\":\"" + error + "\"");
    }
    nothingSecret(answer);
  }

  /** Neither in an answer nor in the log. */
  public void nothingSecret(Answer answer) {
    assertThat(SECRET.matcher(answer.headers() + answer.body()).find())
        .as("a secret in the answer")
        .isFalse();
    assertThat(log.lines()).noneMatch(line -> SECRET.matcher(line).find());
  }

  /** A good caller, not seen before, gets through. */
  public void servesAgain() {
    issuer.answer(issuer::grant);
    mark();
    Answer answer = http.get("/good", basic("good" + good++, "canary"));
    assertThat(answer.status())
        .as("a good request afterwards: %s", answer.body())
        .isEqualTo(200);
    assertThat(app.last().header("authorization")).startsWith("Bearer ey");
    assertThat(asked()).isEqualTo(1);
    nothingSecret(answer);
  }

  /** Does it with this bench, and ends it. */
  public void during(Consumer<FilterBench> test) {
    try (this) {
      test.accept(this);
    }
  }

  @Override
  public void close() {
    app.close();
    runtime.close();
    issuer.close();
    log.close();
  }
}
