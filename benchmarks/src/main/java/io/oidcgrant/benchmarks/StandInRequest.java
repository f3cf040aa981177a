package io.oidcgrant.benchmarks;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A GET without a container: only what the filter looks at. */
final class StandInRequest extends HttpServletRequestWrapper {
  private final List<String> names = new ArrayList<>();
  private final List<List<String>> values = new ArrayList<>();
  private final Map<String, Object> attributes = new HashMap<>();

  StandInRequest() {
    super((HttpServletRequest) Proxy.newProxyInstance(
        StandInRequest.class.getClassLoader(),
        new Class<?>[] {HttpServletRequest.class},
        (proxy, method, args) -> {
          throw new UnsupportedOperationException(method.getName());
        }));
  }

  void header(String name, String value) {
    names.add(name);
    values.add(List.of(value));
  }

  void reset() {
    attributes.clear();
  }

  @Override
  public String getMethod() {
    return "GET";
  }

  @Override
  public String getProtocol() {
    return "HTTP/1.1";
  }

  @Override
  public String getQueryString() {
    return "a=1&b=2";
  }

  @Override
  public String getContentType() {
    return null;
  }

  @Override
  public long getContentLengthLong() {
    return -1;
  }

  @Override
  public boolean isAsyncSupported() {
    return false;
  }

  @Override
  public boolean isAsyncStarted() {
    return false;
  }

  @Override
  public Object getAttribute(String name) {
    return attributes.get(name);
  }

  @Override
  public void setAttribute(String name, Object value) {
    attributes.put(name, value);
  }

  @Override
  public Enumeration<String> getHeaderNames() {
    return Collections.enumeration(names);
  }

  @Override
  public Enumeration<String> getHeaders(String name) {
    for (int i = 0; i < names.size(); i++) {
      if (names.get(i).equalsIgnoreCase(name)) {
        return Collections.enumeration(values.get(i));
      }
    }
    return Collections.emptyEnumeration();
  }

  @Override
  public String getHeader(String name) {
    Enumeration<String> found = getHeaders(name);
    return found.hasMoreElements() ? found.nextElement() : null;
  }
}
