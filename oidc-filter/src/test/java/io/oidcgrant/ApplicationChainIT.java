package io.oidcgrant;

import static io.oidcgrant.testing.FilterBench.basic;
import static org.assertj.core.api.Assertions.assertThat;

import io.oidcgrant.testing.FilterBench;
import io.oidcgrant.testing.RawHttp;
import io.oidcgrant.testing.RawHttp.Answer;
import io.oidcgrant.testing.ScriptedIssuer;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import org.eclipse.jetty.ee10.servlet.ErrorPageErrorHandler;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The filter among the other filters, dispatches and error pages of an application. */
class ApplicationChainIT {
  private static final EnumSet<DispatcherType> REQUEST = EnumSet.of(DispatcherType.REQUEST);
  private static final byte[] FORM =
      "username=alice&password=canary&amount=5".getBytes(StandardCharsets.UTF_8);

  private final ScriptedIssuer issuer = ScriptedIssuer.start();
  private final Server server = new Server();
  private final ServletContextHandler context = new ServletContextHandler("/");
  private final OidcGrantFilter ours =
      new OidcGrantFilter(FilterBench.config(issuer).build());

  @AfterEach
  void stop() throws Exception {
    server.stop();
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
      if (request.getRequestURI().equals("/waits")
          && request.getDispatcherType() == DispatcherType.REQUEST) {
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

  private void add(String name, Filter filter, EnumSet<DispatcherType> dispatches) {
    FilterHolder holder = new FilterHolder(filter);
    holder.setName(name);
    holder.setAsyncSupported(true);
    context.addFilter(holder, "/*", dispatches);
  }

  private RawHttp start() throws Exception {
    ServerConnector connector = new ServerConnector(server);
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    ServletHolder servlet = new ServletHolder(new Shows());
    servlet.setAsyncSupported(true);
    context.addServlet(servlet, "/*");
    ErrorPageErrorHandler errors = new ErrorPageErrorHandler();
    errors.addErrorPage(409, "/error-page");
    context.setErrorHandler(errors);
    server.setHandler(context);
    server.start();
    return new RawHttp(connector.getLocalPort());
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
  void guardBehindUs_isNotPassedBy_whetherOrNotTheIssuerMustBeAsked() throws Exception {
    add("oidc", ours, REQUEST);
    add("guard", new Guard(), REQUEST);
    RawHttp http = start();

    assertThat(List.of(
            http.get("/a", basic("alice", "canary")).status(),
            http.get("/a", basic("alice", "canary")).status(),
            http.send("POST", "/a", FORM, "Content-Type: application/x-www-form-urlencoded")
                .status()))
        .containsOnly(403);
  }

  @Test
  void guardThatIsMappedToAsync_holds_whereAsynchronousDispatchIsAllowed() throws Exception {
    ours.setAsyncDispatch(true);
    add("oidc", ours, REQUEST);
    add("guard", new Guard(), EnumSet.of(DispatcherType.REQUEST, DispatcherType.ASYNC));

    assertThat(start().get("/a", basic("alice", "canary")).status()).isEqualTo(403);
  }

  @ParameterizedTest
  @CsvSource({
    "/waits, 200, ASYNC",
    "/fails, 409, ERROR",
  })
  void laterDispatch_seesWhatTheFirstOneSaw(String path, int status, String type) throws Exception {
    add("oidc", ours, EnumSet.allOf(DispatcherType.class));
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
  void dispatchOfTheApplication_seesWhatTheFirstOneSaw_whereWeAreMappedToRequestsOnly()
      throws Exception {
    add("oidc", ours, REQUEST);
    RawHttp http = start();

    for (int i = 0; i < 2; i++) {
      assertThat(http.get("/waits", basic("alice", "canary"), "Refresh_Token: spoofed")
              .body())
          .contains("Bearer eyJ refresh=ours");
    }
  }

  @Test
  void formThatAFilterBeforeUsHasRead_staysWithTheApplication() throws Exception {
    add(
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
    add("oidc", ours, REQUEST);
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
