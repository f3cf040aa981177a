package io.oidcgrant.testing;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServlet;
import java.util.List;
import java.util.Locale;
import java.util.Map;

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
  private final Recorder recorder = new Recorder();

  private EchoApp(Container container, Filter filter, HttpServlet application) {
    this.container = container.start(new WebApp()
        .filter("oidc", filter, DispatcherType.REQUEST)
        .servlet("/*", application == null ? recorder : application));
  }

  public static EchoApp start(Filter filter) {
    return start(filter, null);
  }

  /** With an application of the test's own; null for the recording one. */
  public static EchoApp start(Filter filter, HttpServlet application) {
    return start(Container.chosen(), filter, application);
  }

  static EchoApp start(Container container, Filter filter, HttpServlet application) {
    return new EchoApp(container, filter, application);
  }

  public int port() {
    return container.port();
  }

  /** Callers' connections that are open. */
  public int connections() {
    return container.connections();
  }

  public List<Seen> seen() {
    return recorder.seen();
  }

  public Seen last() {
    return recorder.last();
  }

  @Override
  public void close() {
    container.close();
  }
}
