package io.oidcgrant;

import static io.oidcgrant.testing.FilterBench.basic;
import static jakarta.servlet.DispatcherType.ASYNC;
import static jakarta.servlet.DispatcherType.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.oauth2.sdk.dpop.DefaultDPoPProofFactory;
import com.nimbusds.oauth2.sdk.token.DPoPAccessToken;
import io.oidcgrant.config.OidcGrantConfigBuilder;
import io.oidcgrant.testing.Container;
import io.oidcgrant.testing.FilterBench;
import io.oidcgrant.testing.RawHttp;
import io.oidcgrant.testing.RawHttp.Answer;
import io.oidcgrant.testing.ScriptedIssuer;
import io.oidcgrant.testing.ScriptedIssuer.Reply;
import io.oidcgrant.testing.WebApp;
import jakarta.annotation.security.RolesAllowed;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.security.Principal;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who the caller is for an application and for its own checks, in every container. */
@ParameterizedClass
@EnumSource
class ContainerCallerIT {
  private final ScriptedIssuer issuer = ScriptedIssuer.start();

  @Parameter
  Container container;

  private Container.Running running;
  private RawHttp http;

  @AfterEach
  void stop() {
    if (running != null) {
      running.close();
    }
    issuer.close();
  }

  /** A servlet that looks at its own annotation, as a framework would. */
  private abstract static class Guarded extends HttpServlet {
    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
        throws IOException, ServletException {
      if (admits(this, request)) {
        response.getWriter().print("[" + seen(request) + "]");
      } else {
        response.sendError(403);
      }
    }
  }

  private static boolean admits(Object guarded, HttpServletRequest request) {
    RolesAllowed allowed = guarded.getClass().getAnnotation(RolesAllowed.class);
    return allowed == null || Arrays.stream(allowed.value()).anyMatch(request::isUserInRole);
  }

  private static String seen(HttpServletRequest request) {
    Principal principal = request.getUserPrincipal();
    return request.getDispatcherType() + " "
        + (principal == null
            ? null
            : principal.getClass().getSimpleName() + " " + principal.getName())
        + " " + request.getRemoteUser() + " " + request.getAuthType()
        + " clerk=" + request.isUserInRole("clerk") + " CLERK=" + request.isUserInRole("CLERK")
        + " boss=" + request.isUserInRole("boss");
  }

  @RolesAllowed({"boss", "clerk"})
  private static final class Clerks extends Guarded {}

  @RolesAllowed("boss")
  private static final class Bosses extends Guarded {}

  /** Leads everybody on, once, in the way its path says. */
  private static final class Leads extends HttpServlet {
    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
        throws IOException, ServletException {
      String[] way = request.getPathInfo().split("/", -1);
      String target = "/" + way[2];
      switch (way[1]) {
        case "forward" -> request.getRequestDispatcher(target).forward(request, response);
        case "include" -> request.getRequestDispatcher(target).include(request, response);
        case "dispatch" -> request.startAsync().dispatch(target);
        case "dispatch-with" -> request.startAsync(request, response).dispatch(target);
        default -> response.sendError(Integer.parseInt(way[1]));
      }
    }
  }

  private static final class Shows extends Guarded {}

  private void start(
      boolean async, UnaryOperator<OidcGrantConfigBuilder> changes, DispatcherType... dispatches) {
    OidcGrantFilter filter =
        new OidcGrantFilter(changes.apply(FilterBench.config(issuer)).build());
    issuer.answer(asked -> Reply.json(
        200,
        issuer.tokens(
            Map.of("access_token", issuer.accessToken(Map.of("roles", List.of("x", "clerk")))))));
    serve(application(async).filter("oidc", filter, async, Map.of(), dispatches));
  }

  private static WebApp application(boolean async) {
    return new WebApp()
        .servlet("/*", new Shows(), async)
        .servlet("/clerks", new Clerks(), async)
        .servlet("/bosses", new Bosses(), async)
        .servlet("/leads/*", new Leads(), async)
        .errorPage(409, "/error-page");
  }

  private void serve(WebApp application) {
    running = container.start(application);
    http = new RawHttp(running.port());
  }

  private static final String ALICE = "CallerPrincipal alice alice ";
  private static final String ROLES = " clerk=true CLERK=false boss=false]";

  @ParameterizedTest
  @CsvSource({"true, true", "true, false", "false, true", "false, false"})
  void caller_isThePrincipal_withHisRoles(boolean async, boolean all) {
    start(async, config -> config, all ? DispatcherType.values() : new DispatcherType[] {REQUEST});

    for (String type : List.of(async ? "ASYNC " : "REQUEST ", "REQUEST ")) {
      assertThat(http.get("/a", basic("alice", "canary")).body())
          .isEqualTo("[" + type + ALICE + "BASIC" + ROLES);
      assertThat(http.get("/a", "Refresh-Token: canary").body())
          .isEqualTo("[" + type + ALICE + "Bearer" + ROLES);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void annotation_admitsWhoHasTheRole_andNobodyElse(boolean async) {
    start(async, config -> config, REQUEST);

    for (int time = 0; time < 2; time++) {
      String user = "user" + async;
      assertThat(http.get("/clerks", basic(user, "canary")).status()).isEqualTo(200);
      assertThat(http.get("/bosses", basic(user + time, "canary")).status()).isEqualTo(403);
      assertThat(http.get("/bosses", basic(user, "canary")).status()).isEqualTo(403);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "forward, true",
    "forward, false",
    "include, true",
    "include, false",
    "dispatch, true",
    "dispatch, false",
    "dispatch-with, true",
    "dispatch-with, false",
  })
  void annotation_holdsBehindDispatchesOfTheApplication(String way, boolean all) {
    start(true, config -> config, all ? DispatcherType.values() : new DispatcherType[] {REQUEST});

    for (int time = 0; time < 2; time++) {
      Answer clerks = http.get("/leads/" + way + "/clerks", basic("alice", "canary"));
      assertThat(clerks.body()).contains(ALICE + "BASIC" + ROLES);
      // An included servlet cannot set the status.
      assertThat(http.get("/leads/" + way + "/bosses", basic("alice", "canary")).body())
          .doesNotContain("alice");
    }
  }

  @Test
  void errorPage_knowsTheCaller() {
    start(true, config -> config, DispatcherType.values());

    for (int time = 0; time < 2; time++) {
      assertThat(http.get("/leads/409/x", basic("alice", "canary")).body())
          .isEqualTo("[ERROR " + ALICE + "BASIC" + ROLES);
    }
  }

  /** Looks at the annotation of a servlet before it is there. */
  private static final class Guard extends HttpFilter {
    @Override
    protected void doFilter(
        HttpServletRequest request, HttpServletResponse response, FilterChain chain)
        throws IOException, ServletException {
      if (admits(new Bosses(), request)) {
        chain.doFilter(request, response);
      } else {
        response.sendError(403);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"boss, 200, true", "boss, 200, false", "clerk, 403, true", "clerk, 403, false"})
  void guardBehindUs_asksForTheRole(String role, int status, boolean dispatch) {
    OidcGrantFilter filter = new OidcGrantFilter(FilterBench.config(issuer).build());
    filter.setAsyncDispatch(dispatch);
    issuer.answer(asked -> Reply.json(
        200, issuer.tokens(Map.of("access_token", issuer.accessToken(Map.of("roles", role))))));
    serve(new WebApp()
        .filter("oidc", filter, REQUEST, ASYNC)
        .filter("guard", new Guard(), REQUEST, ASYNC)
        .servlet("/*", new Shows()));

    for (int time = 0; time < 2; time++) {
      assertThat(http.get("/a", basic("alice", "canary")).status()).isEqualTo(status);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anonymous_hasNoRole(boolean all) {
    start(
        true,
        config -> config.anonymous("guest"),
        all ? DispatcherType.values() : new DispatcherType[] {REQUEST});

    for (int time = 0; time < 2; time++) {
      assertThat(http.get("/a").body())
          .isEqualTo("[REQUEST null null null clerk=false CLERK=false boss=false]");
      assertThat(http.get("/clerks").status()).isEqualTo(403);
      for (String way : List.of("forward", "dispatch", "dispatch-with")) {
        assertThat(http.get("/leads/" + way + "/clerks").status()).isEqualTo(403);
      }
      assertThat(http.get("/clerks", basic("alice", "canary")).status()).isEqualTo(200);
    }
  }

  @Test
  void role_isLookedForWhereTheClaimIs() {
    start(true, config -> config.rolesClaim("realm_access", "roles"), REQUEST);
    issuer.answer(asked -> Reply.json(
        200,
        issuer.tokens(Map.of(
            "access_token",
            issuer.accessToken(Map.of(
                "roles", List.of("boss"), "realm_access", Map.of("roles", "clerk other")))))));

    for (String path : List.of("/clerks", "/clerks")) {
      assertThat(http.get(path, basic("alice", "canary")).body()).endsWith(ROLES);
    }
    assertThat(http.get("/bosses", basic("alice", "canary")).status()).isEqualTo(403);
  }

  @Test
  void tokenOfTheCallersOwn_namesItsScheme() throws Exception {
    ECKey key = new ECKeyGenerator(Curve.P_256).generate();
    start(
        true,
        config ->
            config.authMethods("bearer").audienceRequired("api").proofOfPossessionDpop("optional"),
        REQUEST);
    Map<String, Object> claims = Map.of("aud", "api", "roles", List.of("clerk"));
    Map<String, Object> bound = new java.util.HashMap<>(claims);
    bound.put("cnf", Map.of("jkt", key.computeThumbprint().toString()));
    String plain = issuer.accessToken(claims);
    String proven = issuer.accessToken(bound);

    for (int time = 0; time < 2; time++) {
      assertThat(http.get("/clerks", "Authorization: bEARER " + plain).body())
          .endsWith(ALICE + "Bearer" + ROLES);
      String proof = new DefaultDPoPProofFactory(key, JWSAlgorithm.ES256)
          .createDPoPJWT("GET", URI.create("http://localhost/clerks"), new DPoPAccessToken(proven))
          .serialize();
      assertThat(http.get("/clerks", "Authorization: DPoP " + proven, "DPoP: " + proof)
              .body())
          .endsWith(ALICE + "DPoP" + ROLES);
    }
  }
}
