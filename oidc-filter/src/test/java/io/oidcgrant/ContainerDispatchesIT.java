package io.oidcgrant;

import static io.oidcgrant.testing.FilterBench.basic;
import static jakarta.servlet.DispatcherType.REQUEST;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.oidcgrant.testing.Container;
import io.oidcgrant.testing.FilterBench;
import io.oidcgrant.testing.RawHttp;
import io.oidcgrant.testing.RawHttp.Answer;
import io.oidcgrant.testing.ScriptedIssuer;
import io.oidcgrant.testing.WebApp;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The dispatches of an application behind the filter, in every container. */
@ParameterizedClass
@EnumSource
class ContainerDispatchesIT {
  private static final DispatcherType[] ONLY_REQUEST = {REQUEST};
  private static final String FORM = "Content-Type: application/x-www-form-urlencoded";

  private final ScriptedIssuer issuer = ScriptedIssuer.start();

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

  private RawHttp start(boolean async, DispatcherType... dispatches) {
    OidcGrantFilter filter = new OidcGrantFilter(FilterBench.config(issuer).build());
    running = container.start(new WebApp()
        .filter("oidc", filter, async, Map.of(), dispatches)
        .servlet("/*", new Shows(), async)
        .servlet("/leads/*", new Leads(), async)
        .errorPage(409, "/error-page")
        .errorPage(500, "/error-page"));
    return new RawHttp(running.port());
  }

  /** How it was called, and what it sees of the caller's words and of ours. */
  private static String seen(HttpServletRequest request) {
    String authorization = request.getHeader("Authorization");
    Map<String, String[]> parameters = new TreeMap<>(request.getParameterMap());
    return request.getDispatcherType() + " " + request.getServletPath()
        + (request.getPathInfo() == null ? "" : request.getPathInfo())
        + " " + (authorization == null ? "none" : authorization.substring(0, 10))
        + " refresh=" + ("" + request.getHeader("Refresh-Token")).substring(0, 3)
        + " query=" + request.getQueryString()
        + " "
        + parameters.entrySet().stream()
            .map(entry -> entry.getKey() + "=" + String.join(",", entry.getValue()))
            .collect(Collectors.joining("&"));
  }

  private static final class Shows extends HttpServlet {
    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      response.getWriter().print("[" + seen(request) + "]");
    }
  }

  /** Leads the request on, once, in the way its path says. */
  private static final class Leads extends HttpServlet {
    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
        throws IOException, ServletException {
      String way = request.getPathInfo();
      if (request.getAttribute("led") != null) {
        response.getWriter().print("[" + seen(request) + "]");
        return;
      }
      request.setAttribute("led", true);
      switch (way) {
        case "/sends" -> response.sendError(409);
        case "/throws" -> throw new IllegalStateException("thrown by a test");
        case "/waits" -> request.startAsync().dispatch();
        case "/waits-with" -> request.startAsync(request, response).dispatch();
        case "/waits-elsewhere" -> request.startAsync().dispatch("/target?x=9");
        case "/completes" -> {
          AsyncContext async = request.startAsync();
          async.start(() -> {
            try {
              async
                  .getResponse()
                  .getWriter()
                  .print("[" + seen((HttpServletRequest) async.getRequest()) + "]");
            } catch (IOException e) {
              throw new IllegalStateException(e);
            }
            async.complete();
          });
        }
        case "/forwards" ->
          request.getRequestDispatcher("/target?x=9&z").forward(request, response);
        case "/forwards-plainly" ->
          request.getRequestDispatcher("/target").forward(request, response);
        case "/includes" -> {
          response.getWriter().print(seen(request));
          request.getRequestDispatcher("/target?x=9&z").include(request, response);
          response.getWriter().print(seen(request));
        }
        default -> throw new IllegalArgumentException(way);
      }
    }
  }

  /** Twice with one credential in the query: first it must be fetched for, then it is known. */
  private static void both(RawHttp http, String path, int status, String... expected) {
    for (int time = 0; time < 2; time++) {
      Answer answer = http.get(
          path + "?x=1&username=alice&password=canary",
          "Authorization: Bearer spoofed",
          "Refresh_Token2: x");
      assertThat(answer.status()).as(answer.body()).isEqualTo(status);
      assertThat(answer.body()).contains(expected).doesNotContain("canary", "spoofed");
      assertThat(answer.header("cache-control")).matches("private|.*no-store");
    }
  }

  private static final String OURS = " Bearer eyJ refresh=rt- query=x=1 x=1";

  @ParameterizedTest
  @CsvSource({"true, true", "true, false", "false, true", "false, false"})
  void request_goesOn_whateverTheMapping(boolean async, boolean all) {
    RawHttp http = start(async, all ? DispatcherType.values() : ONLY_REQUEST);

    both(http, "/a", 200, " /a" + OURS + "]");
    assertThat(issuer.asked()).hasSize(1);
    assertThat(http.get("/a?x=1&username=bob&password=canary").body())
        .startsWith(async ? "[ASYNC" : "[REQUEST");
  }

  @ParameterizedTest
  @CsvSource({
    "/sends, 409, true",
    "/sends, 409, false",
    "/throws, 500, true",
    "/throws, 500, false",
  })
  void errorPage_seesWhatTheApplicationSaw_whereWeAreMappedToErrors(
      String path, int status, boolean async) {
    both(
        start(async, DispatcherType.values()),
        "/leads" + path,
        status,
        "[ERROR /error-page" + OURS + "]");
  }

  @ParameterizedTest
  @CsvSource({"/sends, 409, true", "/sends, 409, false", "/throws, 500, true"})
  void errorPage_isThatOfTheApplication_whereWeAreMappedToRequestsOnly(
      String path, int status, boolean async) {
    RawHttp http = start(async, ONLY_REQUEST);
    for (int time = 0; time < 2; time++) {
      Answer answer = http.get("/leads" + path, basic("alice", "canary"));
      assertThat(answer.status()).isEqualTo(status);
      assertThat(answer.body()).startsWith("[ERROR /error-page ");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/waits, true",
    "/waits, false",
    "/waits-with, true",
    "/waits-with, false",
    "/completes, true",
    "/completes, false",
  })
  void asynchronousMode_ofTheApplication_keepsItsRequest(String path, boolean all) {
    both(
        start(true, all ? DispatcherType.values() : ONLY_REQUEST),
        "/leads" + path,
        200,
        " /leads" + path + OURS + "]");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void dispatchElsewhere_hasTheParametersOfBoth(boolean all) {
    both(
        start(true, all ? DispatcherType.values() : ONLY_REQUEST),
        "/leads/waits-elsewhere",
        200,
        "[ASYNC /target Bearer eyJ refresh=rt- query=x=9 x=9,1]");
  }

  @ParameterizedTest
  @CsvSource({"true, true", "true, false", "false, true", "false, false"})
  void forward_hasTheParametersOfBoth(boolean async, boolean all) {
    RawHttp http = start(async, all ? DispatcherType.values() : ONLY_REQUEST);

    both(
        http,
        "/leads/forwards",
        200,
        "[FORWARD /target Bearer eyJ refresh=rt- query=x=9&z x=9,1&z=]");
    both(http, "/leads/forwards-plainly", 200, "[FORWARD /target" + OURS + "]");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void include_hasTheParametersOfBoth_andTheIncludingServletItsOwn(boolean async) {
    String own = " /leads/includes" + OURS;
    RawHttp http = start(async, ONLY_REQUEST);
    for (int time = 0; time < 2; time++) {
      String body =
          http.get("/leads/includes?x=1&username=alice&password=canary").body();
      assertThat(body.replaceFirst("^(ASYNC|REQUEST)", "")
              .replaceFirst("(ASYNC|REQUEST)([^]]*)$", "$2"))
          .isEqualTo(
              own + "[INCLUDE /leads/includes Bearer eyJ refresh=rt- query=x=1 x=9,1&z=]" + own);
    }
  }

  @Test
  void form_isForwardedWithItsParameters() {
    RawHttp http = start(true, ONLY_REQUEST);
    byte[] form = "x=2&username=alice&password=canary&y=3".getBytes(UTF_8);
    for (int time = 0; time < 2; time++) {
      assertThat(http.send("POST", "/leads/forwards?x=1", form, FORM).body())
          .isEqualTo("[FORWARD /target Bearer eyJ refresh=rt- query=x=9&z x=9,1,2&y=3&z=]");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/a%3Fb",
        "/a%3Bb",
        "/a;v=1/b",
        "/%C3%A4",
        "/a//b",
        "/a/./b",
        "/a/../b",
        "/a+b",
        "/a%25b",
        "/a%20b"
      })
  void path_isDispatchedToAsItCame(String path) {
    RawHttp http = start(true, ONLY_REQUEST);
    Answer first = http.get(path, basic("alice", "canary"));
    Answer second = http.get(path, basic("alice", "canary"));
    assertThat(first.status()).isEqualTo(second.status()).isIn(200, 400);
    assertThat(first.body().replace("ASYNC", "REQUEST")).isEqualTo(second.body());
  }
}
