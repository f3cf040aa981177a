package io.oidcgrant;

import static org.assertj.core.api.Assertions.assertThat;

import io.oidcgrant.config.OidcGrantConfig;
import io.oidcgrant.testing.CapturedLog;
import io.oidcgrant.testing.EchoApp;
import io.oidcgrant.testing.RawHttp;
import io.oidcgrant.testing.ScriptedIssuer;
import io.oidcgrant.testing.ScriptedIssuer.Reply;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an application can know of the filter's decision, of requests that pass and others. */
class DecisionIT {
  private final ScriptedIssuer issuer = ScriptedIssuer.start();
  private final BlockingQueue<Decision> decisions = new LinkedBlockingQueue<>();
  private EchoApp app;
  private RawHttp http;

  /** Stands around the filter, as the container's access log does. */
  private final class Around implements Filter {
    private final OidcGrantFilter filter;

    Around(OidcGrantFilter filter) {
      this.filter = filter;
      filter.setAsyncDispatch(false);
    }

    @Override
    public void init(FilterConfig config) throws ServletException {
      filter.init(config);
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
        throws IOException, ServletException {
      request.setAttribute(OidcGrantFilter.REQUEST_ID, "id-7");
      filter.doFilter(request, response, chain);
      decisions.add((Decision) request.getAttribute(Decision.ATTRIBUTE));
    }

    @Override
    public void destroy() {
      filter.destroy();
    }
  }

  @BeforeEach
  void start() {
    app = EchoApp.start(new Around(new OidcGrantFilter(OidcGrantConfig.builder()
        .issuer(issuer.url())
        .clientId("gateway")
        .clientSecret("gateway-secret")
        .refreshTokenParamName("refresh_token")
        .runOnPreflight(false)
        .build())));
    http = new RawHttp(app.port());
  }

  @AfterEach
  void stop() {
    app.close();
    issuer.close();
  }

  private Decision decision() throws InterruptedException {
    return decisions.poll(10, TimeUnit.SECONDS);
  }

  private String decided() throws InterruptedException {
    return Objects.toString(decision());
  }

  @Test
  void passed_isTold() throws Exception {
    http.get("/", "Refresh-Token: old");
    assertThat(decided())
        .isEqualTo("reason=granted method=refresh_token location=header cache=miss");
    http.get("/?refresh_token=old");
    assertThat(decided()).isEqualTo("reason=granted method=refresh_token location=query cache=hit");
    http.send(
        "POST",
        "/",
        "username=u&password=p".getBytes(StandardCharsets.UTF_8),
        "Content-Type: application/x-www-form-urlencoded");
    assertThat(decided()).isEqualTo("reason=granted method=password location=form cache=miss");
    http.send("OPTIONS", "/", new byte[0]);
    assertThat(decided()).isEqualTo("reason=preflight");
  }

  @Test
  void passed_isTold_inATraceToo() throws Exception {
    String trace = "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    http.get("/", "Refresh-Token: traced", trace);
    assertThat(decided())
        .isEqualTo("reason=granted method=refresh_token location=header cache=miss");
  }

  @Test
  void refused_isNotTold_inWordsThatRepeatASecretOfOurs() throws Exception {
    for (String repeated : List.of("gateway-secret", "Z2F0ZXdheTpnYXRld2F5LXNlY3JldA==", "rt-9")) {
      issuer.answer(Reply.json(
          401, "{\"error\":\"invalid_client\",\"error_description\":\"not " + repeated + "\"}"));
      try (CapturedLog log = CapturedLog.start()) {
        http.get("/", "Refresh-Token: rt-9");
        Decision decision = Objects.requireNonNull(decision());
        assertThat(decision.detail()).contains("answered 401").doesNotContain(repeated);
        assertThat(log.lines()).isNotEmpty().noneMatch(line -> line.contains(repeated));
      }
    }
  }

  @Test
  void refused_isTold_withTheIdInTheLog() throws Exception {
    issuer.answer(Reply.error(400, "invalid_grant"));
    try (CapturedLog log = CapturedLog.start()) {
      assertThat(http.get("/", "Refresh-Token: bad").status()).isEqualTo(401);
      assertThat(log.lines())
          .anyMatch(line -> line.contains("rejected: ") && line.contains("(request id-7)"));
    }
    Decision refused = decision();
    assertThat(refused.detail()).contains("invalid_grant");
    assertThat(refused)
        .hasToString("reason=rejected method=refresh_token location=header cache=miss");
    http.get("/", "Refresh-Token: bad");
    assertThat(decided())
        .isEqualTo("reason=rejected method=refresh_token location=header cache=rejection");
    http.get("/");
    assertThat(decided()).isEqualTo("reason=no_credential");
  }

  @Test
  void credentialThatTheIssuerRepeats_isNotTold() throws Exception {
    String token = "rt-" + "0123456789".repeat(40);
    issuer.answer(Reply.json(
        400, "{\"error\":\"invalid_grant\",\"error_description\":\"no " + token + "\"}"));
    http.get("/", "Refresh-Token: " + token);
    Decision refused = decision();
    assertThat(refused.reason()).isEqualTo("rejected");
    assertThat(refused.detail())
        .startsWith("token endpoint answered 400 to grant")
        .doesNotContain("0123456789");
  }
}
