package io.oidcgrant.proxy.route;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The facts of a request that was never sent. */
final class TestFacts implements RequestFacts {
  private final String target;
  private final CanonicalPath path;
  private final Map<String, List<String>> headers = new TreeMap<>();
  private String method = "GET";
  private String host = "any";
  private int port = 80;
  private boolean secure;
  private boolean http2;
  private @Nullable String serverName;

  private TestFacts(String target) {
    this.target = target;
    this.path = CanonicalPath.of(target.split("\\?", 2)[0]).orElseThrow();
  }

  static TestFacts get(String target) {
    return new TestFacts(target);
  }

  TestFacts method(String verb) {
    method = verb;
    return this;
  }

  TestFacts host(String name) {
    host = name;
    return this;
  }

  TestFacts port(int number) {
    port = number;
    return this;
  }

  TestFacts header(String name, String... values) {
    headers
        .computeIfAbsent(name.toLowerCase(Locale.ROOT), key -> new ArrayList<>())
        .addAll(List.of(values));
    return this;
  }

  TestFacts tls(@Nullable String name) {
    secure = true;
    serverName = name;
    return this;
  }

  TestFacts overHttp2() {
    http2 = true;
    return this;
  }

  /** The name of the route; the status where it is refused. */
  String at(Router router) {
    return router.route(this) instanceof Match match
        ? match.route().name()
        : Integer.toString(refusedBy(router).answer().status());
  }

  Match matchedBy(Router router) {
    return (Match) router.route(this);
  }

  Refusal refusedBy(Router router) {
    return (Refusal) router.route(this);
  }

  @Override
  public String method() {
    return method;
  }

  @Override
  public String host() {
    return host;
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public CanonicalPath path() {
    return path;
  }

  @Override
  public String target() {
    return target;
  }

  @Override
  public List<String> headers(String name) {
    return headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of());
  }

  @Override
  public boolean secure() {
    return secure;
  }

  @Override
  public @Nullable String serverName() {
    return serverName;
  }

  @Override
  public boolean http2() {
    return http2;
  }

  @Override
  public String toString() {
    return method + " " + host + ":" + port + target + " " + headers + " secure=" + secure + " sni="
        + serverName;
  }
}
