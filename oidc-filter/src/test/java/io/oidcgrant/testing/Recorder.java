package io.oidcgrant.testing;

import io.oidcgrant.testing.EchoApp.Seen;
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

/** An application that records what reaches it, and answers {@code ok}. */
public final class Recorder extends HttpServlet {
  private final List<Seen> seen = new CopyOnWriteArrayList<>();

  /** Every request so far, in order. */
  public List<Seen> seen() {
    return new ArrayList<>(seen);
  }

  public Seen last() {
    return seen.get(seen.size() - 1);
  }

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
    String body = new String(request.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
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
