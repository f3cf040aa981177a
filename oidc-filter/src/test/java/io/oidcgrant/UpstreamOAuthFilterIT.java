package io.oidcgrant;

import static io.oidcgrant.testing.FilterBench.basic;
import static jakarta.servlet.DispatcherType.ASYNC;
import static jakarta.servlet.DispatcherType.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.oidcgrant.config.OidcGrantConfigBuilder;
import io.oidcgrant.testing.Container;
import io.oidcgrant.testing.FilterBench;
import io.oidcgrant.testing.RawHttp;
import io.oidcgrant.testing.RawHttp.Answer;
import io.oidcgrant.testing.Recorder;
import io.oidcgrant.testing.ScriptedIssuer;
import io.oidcgrant.testing.ScriptedIssuer.Asked;
import io.oidcgrant.testing.ScriptedIssuer.Reply;
import io.oidcgrant.testing.WebApp;
import jakarta.servlet.DispatcherType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The filter that puts a token of the application's own on requests, in every container. */
@ParameterizedClass
@EnumSource
class UpstreamOAuthFilterIT {
  private static final String BEARER = "Authorization: Bearer ";

  private final ScriptedIssuer callers = ScriptedIssuer.start();
  private final ScriptedIssuer issuer = ScriptedIssuer.start();
  private final Recorder app = new Recorder();

  @Parameter
  Container container;

  private Container.Running running;

  @AfterEach
  void stop() {
    if (running != null) {
      running.close();
    }
    callers.close();
    issuer.close();
  }

  /** Init-params: the needed ones, and these pairs. */
  private Map<String, String> params(String... pairs) {
    Map<String, String> params = new LinkedHashMap<>(Map.of(
        "oauth.token_endpoint", issuer.url() + "/token",
        "oauth.client_id", "service",
        "oauth.client_secret", "service-canary"));
    for (int i = 0; i < pairs.length; i += 2) {
      params.put(pairs[i], pairs[i + 1]);
    }
    return params;
  }

  private RawHttp start(WebApp application) {
    running = container.start(application.servlet("/*", app));
    return new RawHttp(running.port());
  }

  private RawHttp alone(boolean async, Map<String, String> params) {
    return start(new WebApp().filter("service", new UpstreamOAuthFilter(), async, params, REQUEST));
  }

  /** Behind a filter that lets callers in. */
  private RawHttp behind(
      OidcGrantConfigBuilder grant,
      boolean async,
      Map<String, String> params,
      DispatcherType... dispatches) {
    Map<String, String> dispatching =
        dispatches.length > 1 ? Map.of("async_dispatch", "true") : Map.of();
    params.putAll(dispatching);
    return start(new WebApp()
        .filter("oidc", new OidcGrantFilter(grant.build()), async, dispatching, dispatches)
        .filter("service", new UpstreamOAuthFilter(), async, params, dispatches));
  }

  private static String token(Asked asked, ScriptedIssuer issuer) {
    return issuer.accessToken(Map.of("sub", "for " + asked.value("subject_token")));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void initParams_configureIt(boolean async) {
    RawHttp http = alone(
        async,
        params(
            "oauth.scopes",
            "read,\n write",
            "oauth.audience",
            "https://api.example",
            "oauth.token_headers",
            "{X-Tenant: t-1}",
            "client.auth_method",
            "client_secret_basic",
            "behavior.upstream_access_token_header_name",
            "X-Token"));

    assertThat(http.get("/a?x=1", BEARER + "callers", "X-Token: forged").status())
        .isEqualTo(200);
    assertThat(http.get("/a", "X-Token: forged").status()).isEqualTo(200);

    assertThat(issuer.asked()).hasSize(1);
    Asked asked = issuer.asked().get(0);
    assertThat(asked.value("grant_type")).isEqualTo("client_credentials");
    assertThat(asked.value("scope")).isEqualTo("read write");
    assertThat(asked.value("audience")).isEqualTo("https://api.example");
    assertThat(asked.header("X-Tenant")).isEqualTo("t-1");
    assertThat(asked.header("Authorization"))
        .isEqualTo("Basic " + FilterBench.base64("service:service-canary"));
    assertThat(app.seen()).hasSize(2);
    assertThat(app.seen().get(0).query()).isEqualTo("x=1");
    assertThat(app.seen().get(0).header("authorization")).isEqualTo("Bearer callers");
    assertThat(app.seen())
        .allSatisfy(seen -> assertThat(seen.header("x-token")).startsWith("Bearer ey"));
  }

  @Test
  void badInitParams_keepTheApplicationFromStarting() {
    assertThatThrownBy(() -> alone(true, params("oauth.client_idd", "service")))
        .isInstanceOf(IllegalStateException.class);
  }

  @ParameterizedTest
  @CsvSource({"true, false", "false, false", "true, true"})
  void behindTheOtherFilter_callersAreLetIn_andTheTokenIsOurs(boolean async, boolean dispatching) {
    RawHttp http = behind(
        FilterBench.config(callers).upstreamRefreshTokenHeader(null),
        async,
        params(),
        dispatching ? new DispatcherType[] {REQUEST, ASYNC} : new DispatcherType[] {REQUEST});

    Answer stranger = http.get("/a");
    assertThat(stranger.status()).isEqualTo(401);
    callers.answer(Reply.error(400, "invalid_grant"));
    assertThat(http.get("/a", basic("mallory", "canary")).status()).isEqualTo(401);
    assertThat(issuer.asked()).isEmpty();
    assertThat(app.seen()).isEmpty();

    callers.answer(callers::grant);
    String own = issuer.accessToken(Map.of("sub", "service"));
    issuer.answer(Reply.json(200, issuer.tokens(Map.of("access_token", own))));
    for (int i = 0; i < 2; i++) {
      assertThat(http.get("/a", basic("alice", "canary")).status()).isEqualTo(200);
      assertThat(app.last().headers().get("authorization")).containsExactly("Bearer " + own);
    }
    assertThat(http.get("/a", basic("bob", "canary")).status()).isEqualTo(200);
    assertThat(app.last().header("authorization")).isEqualTo("Bearer " + own);
    assertThat(app.seen()).hasSize(3);
    assertThat(issuer.asked()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void tokenThatCannotBeHad_isAnsweredAsConfigured(boolean async) {
    issuer.answer(Reply.error(401, "invalid_client"));
    RawHttp http = alone(
        async,
        params(
            "behavior.idp_error_response_status_code", "599",
            "behavior.idp_error_response_content_type", "application/problem+json",
            "behavior.idp_error_response_message", "none \"to\" be had",
            "behavior.idp_error_response_body_template",
                "{\"s\":{{status}},\"m\":\"{{ message }}\"}"));

    Answer answer = http.get("/a", BEARER + "callers");

    assertThat(answer.status()).isEqualTo(599);
    assertThat(answer.header("content-type")).startsWith("application/problem+json");
    assertThat(answer.header("cache-control")).isEqualTo("no-store");
    assertThat(answer.body()).isEqualTo("{\"s\":599,\"m\":\"none \\\"to\\\" be had\"}");
    assertThat(app.seen()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void tokenExchange_isForTheCallersToken(boolean async) {
    issuer.answer(asked -> Reply.json(
        200,
        issuer.tokens(Map.of(
            "access_token",
            token(asked, issuer),
            "issued_token_type",
            "urn:ietf:params:oauth:token-type:access_token"))));
    RawHttp http = alone(async, params("oauth.grant_type", "token_exchange"));

    for (String credential : List.of("X: y", basic("a", "b"), BEARER, BEARER + "two words")) {
      Answer none = http.get("/a", credential);
      assertThat(none.status()).as(credential).isEqualTo(401);
      assertThat(none.header("www-authenticate")).startsWith("Bearer ").doesNotContain("error=");
    }
    assertThat(issuer.asked()).isEmpty();
    assertThat(app.seen()).isEmpty();

    for (String caller : List.of("alices-token", "bobs-token", "alices-token")) {
      assertThat(http.get("/a", "authorization: bearer " + caller).status()).isEqualTo(200);
      assertThat(subject(app.last().header("authorization"))).isEqualTo("for " + caller);
    }
    assertThat(issuer.asked())
        .hasSize(2)
        .allSatisfy(asked -> assertThat(asked.value("grant_type"))
            .isEqualTo("urn:ietf:params:oauth:grant-type:token-exchange"));
  }

  private static String subject(String authorization) {
    try {
      return com.nimbusds.jwt.SignedJWT.parse(authorization.substring("Bearer ".length()))
          .getJWTClaimsSet()
          .getSubject();
    } catch (java.text.ParseException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "400, invalid_grant, 401",
    "400, invalid_request, 401",
    "401, invalid_client, 502",
    "500, server_error, 502"
  })
  void subjectTokenThatIsRefused_isTheCallersFault_andNothingElseIs(
      int status, String error, int answered) {
    issuer.answer(Reply.error(status, error));
    RawHttp http = alone(true, params("oauth.grant_type", "token_exchange"));

    Answer answer = http.get("/a", BEARER + "canary-token");

    assertThat(answer.status()).isEqualTo(answered);
    if (answered == 401) {
      assertThat(answer.header("www-authenticate")).contains("error=\"invalid_token\"");
    }
    assertThat(answer.headers() + answer.body()).doesNotContain("canary", "scripted");
    assertThat(app.seen()).isEmpty();
  }

  @Test
  void tokenExchange_behindTheOtherFilter_isForTheTokenThatThatFilterHas() {
    issuer.answer(asked -> Reply.json(
        200,
        issuer.tokens(Map.of(
            "access_token",
            token(asked, issuer),
            "issued_token_type",
            "urn:ietf:params:oauth:token-type:access_token"))));
    String granted = callers.accessToken(Map.of());
    callers.answer(Reply.json(200, callers.tokens(Map.of("access_token", granted))));
    RawHttp http = behind(
        FilterBench.config(callers).upstreamRefreshTokenHeader(null),
        true,
        params("oauth.grant_type", "token_exchange"),
        REQUEST);

    assertThat(http.get("/a", basic("alice", "canary")).status()).isEqualTo(200);

    assertThat(issuer.asked()).hasSize(1);
    assertThat(issuer.asked().get(0).value("subject_token")).isEqualTo(granted);
    assertThat(subject(app.last().header("authorization"))).isEqualTo("for " + granted);
  }
}
