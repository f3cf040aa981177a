package io.oidcgrant;

import static io.oidcgrant.testing.FilterBench.basic;
import static jakarta.servlet.DispatcherType.ASYNC;
import static jakarta.servlet.DispatcherType.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;

import io.oidcgrant.testing.Container;
import io.oidcgrant.testing.FilterBench;
import io.oidcgrant.testing.RawHttp;
import io.oidcgrant.testing.RawHttp.Answer;
import io.oidcgrant.testing.ScriptedIssuer;
import io.oidcgrant.testing.WebApp;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The filter among the other filters, dispatches and error pages of an application. */
@ParameterizedClass
@EnumSource
class ApplicationChainIT {
  private static final byte[] FORM =
      "username=alice&password=canary&amount=5".getBytes(StandardCharsets.UTF_8);

  private final ScriptedIssuer issuer = ScriptedIssuer.start();
  private final WebApp app = new WebApp();
  private final OidcGrantFilter ours =
      new OidcGrantFilter(FilterBench.config(issuer).build());

  @Parameter
  Container container;

  private Container.Running running;

  @AfterEach
  void stop() {
    if (running != null) {
      running.close();
    }
    issuer.close();
  }

  /** What the application sees of the credentials, and how it was called. */
  private static final class Shows extends HttpServlet {
    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      if (request.getRequestURI().equals("/fails")) {
        response.sendError(409);
        return;
      }
      if (request.getRequestURI().equals("/waits") && request.getDispatcherType() == REQUEST) {
        AsyncContext async = request.startAsync();
        async.dispatch();
        return;
      }
      String authorization = request.getHeader("Authorization");
      response
          .getWriter()
          .print(request.getDispatcherType() + " "
              + (authorization == null ? "none" : authorization.substring(0, 10)) + " refresh="
              + (request.getHeader("Refresh-Token") == null
                  ? "none"
                  : request.getHeader("Refresh-Token").equals("spoofed") ? "spoofed" : "ours")
              + " query=" + request.getQueryString() + " amount=" + request.getParameter("amount"));
    }
  }

  private RawHttp start() {
    running = container.start(app.servlet("/*", new Shows()).errorPage(409, "/error-page"));
    return new RawHttp(running.port());
  }

  private static final class Guard extends HttpFilter {
    @Override
    protected void doFilter(
        HttpServletRequest request, HttpServletResponse response, jakarta.servlet.FilterChain chain)
        throws IOException {
      response.setStatus(403);
    }
  }

  @Test
  void guardBehindUs_isNotPassedBy_whetherOrNotTheIssuerMustBeAsked() {
    app.filter("oidc", ours, REQUEST);
    app.filter("guard", new Guard(), REQUEST);
    RawHttp http = start();

    assertThat(List.of(
            http.get("/a", basic("alice", "canary")).status(),
            http.get("/a", basic("alice", "canary")).status(),
            http.send("POST", "/a", FORM, "Content-Type: application/x-www-form-urlencoded")
                .status()))
        .containsOnly(403);
  }

  @Test
  void guardThatIsMappedToAsync_holds_whereAsynchronousDispatchIsAllowed() {
    ours.setAsyncDispatch(true);
    app.filter("oidc", ours, REQUEST);
    app.filter("guard", new Guard(), REQUEST, ASYNC);

    assertThat(start().get("/a", basic("alice", "canary")).status()).isEqualTo(403);
  }

  @ParameterizedTest
  @CsvSource({
    "/waits, 200, ASYNC",
    "/fails, 409, ERROR",
  })
  void laterDispatch_seesWhatTheFirstOneSaw(String path, int status, String type) {
    app.filter("oidc", ours, DispatcherType.values());
    RawHttp http = start();

    for (int i = 0; i < 2; i++) {
      Answer answer =
          http.get(path + "?username=alice&password=canary&x=1", "Authorization: Bearer spoofed");

      assertThat(answer.status()).isEqualTo(status);
      assertThat(answer.body())
          .contains(type + " Bearer eyJ refresh=ours query=x=1 ")
          .doesNotContain("canary");
    }
  }

  @Test
  void dispatchOfTheApplication_seesWhatTheFirstOneSaw_whereWeAreMappedToRequestsOnly() {
    app.filter("oidc", ours, REQUEST);
    RawHttp http = start();

    for (int i = 0; i < 2; i++) {
      assertThat(http.get("/waits", basic("alice", "canary"), "Refresh_Token: spoofed")
              .body())
          .contains("Bearer eyJ refresh=ours");
    }
  }

  @Test
  void formThatAFilterBeforeUsHasRead_staysWithTheApplication() {
    app.filter(
        "reader",
        new HttpFilter() {
          @Override
          protected void doFilter(
              HttpServletRequest request,
              HttpServletResponse response,
              jakarta.servlet.FilterChain chain)
              throws IOException, jakarta.servlet.ServletException {
            request.getParameter("x");
            chain.doFilter(request, response);
          }
        },
        REQUEST);
    app.filter("oidc", ours, REQUEST);
    RawHttp http = start();

    for (int i = 0; i < 2; i++) {
      Answer answer = http.send(
          "POST",
          "/a",
          "amount=5".getBytes(StandardCharsets.UTF_8),
          "Content-Type: application/x-www-form-urlencoded",
          basic("alice", "canary"));

      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.body()).contains("amount=5");
    }
  }
}
