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
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** A web application in Jetty behind a filter: records what reaches it, and answers {@code ok}. */
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

  private final Server server;
  private final List<Seen> seen = new CopyOnWriteArrayList<>();

  private EchoApp(
      Filter filter, HttpServlet application, boolean async, EnumSet<DispatcherType> dispatches)
      throws Exception {
    server = new Server();
    ServerConnector connector = new ServerConnector(server);
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    ServletContextHandler context = new ServletContextHandler("/");
    FilterHolder holder = new FilterHolder(filter);
    holder.setName("oidc");
    holder.setAsyncSupported(async);
    context.addFilter(holder, "/*", dispatches);
    ServletHolder servlet = new ServletHolder(application == null ? new Recorder() : application);
    servlet.setAsyncSupported(async);
    context.addServlet(servlet, "/*");
    server.setHandler(context);
    server.start();
  }

  public static EchoApp start(Filter filter) {
    return start(filter, null);
  }

  /** With an application of the test's own; null for the recording one. */
  public static EchoApp start(Filter filter, HttpServlet application) {
    return start(filter, application, true, EnumSet.of(DispatcherType.REQUEST));
  }

  public static EchoApp start(
      Filter filter, HttpServlet application, boolean async, EnumSet<DispatcherType> dispatches) {
    try {
      return new EchoApp(filter, application, async, dispatches);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  public int port() {
    return ((ServerConnector) server.getConnectors()[0]).getLocalPort();
  }

  /** Callers' connections that are open. */
  public int connections() {
    return server.getConnectors()[0].getConnectedEndPoints().size();
  }

  public List<Seen> seen() {
    return new ArrayList<>(seen);
  }

  public Seen last() {
    return seen.get(seen.size() - 1);
  }

  @Override
  public void close() {
    try {
      server.stop();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
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
