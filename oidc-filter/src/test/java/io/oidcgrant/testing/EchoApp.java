package io.oidcgrant.testing;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A web application behind a filter: records what reaches it, and answers {@code ok}. */
public final class EchoApp implements AutoCloseable {
  /**
   * A request as the application saw it; header names in lower case, the body's bytes as ISO
   * 8859-1.
   *
   * @param first what {@code getHeader} says, by name
   */
  public record Seen(
      String method,
      String path,
      String query,
      Map<String, List<String>> headers,
      Map<String, String> first,
      String body,
      Map<String, List<String>> parameters) {
    public String header(String name) {
      List<String> values = headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of());
      return values.size() == 1 ? values.get(0) : values.isEmpty() ? null : values.toString();
    }
  }

  private final Container.Running container;
  private final List<Seen> seen = new CopyOnWriteArrayList<>();

  private EchoApp(Container container, Filter filter, HttpServlet application) {
    this.container = container.start(new WebApp()
        .filter("oidc", filter, DispatcherType.REQUEST)
        .servlet("/*", application == null ? new Recorder() : application));
  }

  public static EchoApp start(Filter filter) {
    return start(filter, null);
  }

  /** With an application of the test's own; null for the recording one. */
  public static EchoApp start(Filter filter, HttpServlet application) {
    return new EchoApp(Container.chosen(), filter, application);
  }

  public int port() {
    return container.port();
  }

  /** Callers' connections that are open. */
  public int connections() {
    return container.connections();
  }

  public List<Seen> seen() {
    return new ArrayList<>(seen);
  }

  public Seen last() {
    return seen.get(seen.size() - 1);
  }

  @Override
  public void close() {
    container.close();
  }

  private final class Recorder extends HttpServlet {
    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      Map<String, List<String>> headers = new TreeMap<>();
      Map<String, String> first = new TreeMap<>();
      for (String name : Collections.list(request.getHeaderNames())) {
        headers.put(name.toLowerCase(Locale.ROOT), Collections.list(request.getHeaders(name)));
        first.put(name.toLowerCase(Locale.ROOT), request.getHeader(name));
      }
      boolean reads = "parameters".equals(request.getHeader("X-Read"));
      Map<String, List<String>> parameters = new TreeMap<>();
      if (reads) {
        request.getParameterMap().forEach((name, values) -> parameters.put(name, List.of(values)));
      }
      String body =
          new String(request.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
      seen.add(new Seen(
          request.getMethod(),
          request.getRequestURI(),
          request.getQueryString(),
          headers,
          first,
          body,
          parameters));
      response.setHeader("Cache-Control", "public, max-age=60");
      response.setContentType("text/plain");
      response.getWriter().write("ok");
    }
  }
}
