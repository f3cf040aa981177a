package io.oidcgrant.proxy.route;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Makes routes for tests; without more it is for everything. */
final class TestRoute {
  private final String name;
  private final List<HostPattern> hosts = new ArrayList<>();
  private final List<PathPattern> paths = new ArrayList<>();
  private final List<HeaderCriterion> headers = new ArrayList<>();
  private final List<HostPattern> snis = new ArrayList<>();
  private Set<Protocol> protocols = EnumSet.of(Protocol.HTTP, Protocol.HTTPS);
  private Set<String> methods = Set.of();
  private int regexPriority;
  private long createdAt = Long.MAX_VALUE;
  private String servicePath = "";
  private boolean strip = true;
  private PathHandling handling = PathHandling.V0;
  private int redirect = 426;

  private TestRoute(String name) {
    this.name = name;
  }

  static TestRoute of(String name) {
    return new TestRoute(name);
  }

  TestRoute hosts(String... patterns) {
    Arrays.stream(patterns).forEach(text -> hosts.add(HostPattern.parse(text).orElseThrow()));
    return this;
  }

  TestRoute paths(String... patterns) {
    Arrays.stream(patterns).forEach(text -> paths.add(PathPattern.parse(text)));
    return this;
  }

  TestRoute header(String header, String... values) {
    headers.add(HeaderCriterion.parse(header, List.of(values)));
    return this;
  }

  TestRoute snis(String... names) {
    Arrays.stream(names).forEach(text -> snis.add(HostPattern.parse(text).orElseThrow()));
    return this;
  }

  TestRoute methods(String... all) {
    methods = Set.of(all);
    return this;
  }

  TestRoute protocols(String... all) {
    protocols = EnumSet.noneOf(Protocol.class);
    Arrays.stream(all).forEach(p -> protocols.add(Protocol.valueOf(p.toUpperCase(Locale.ROOT))));
    return this;
  }

  TestRoute regexPriority(int priority) {
    regexPriority = priority;
    return this;
  }

  TestRoute createdAt(long seconds) {
    createdAt = seconds;
    return this;
  }

  TestRoute servicePath(String path) {
    servicePath = path;
    return this;
  }

  TestRoute strip(boolean whether) {
    strip = whether;
    return this;
  }

  TestRoute handling(PathHandling how) {
    handling = how;
    return this;
  }

  TestRoute redirect(int status) {
    redirect = status;
    return this;
  }

  Route build() {
    return new Route(
        name,
        new UpstreamService("s", "http", "up", 80, servicePath, 1, 1, 1),
        new Criteria(
            List.copyOf(hosts),
            List.copyOf(paths),
            regexPriority,
            methods,
            List.copyOf(headers),
            List.copyOf(snis),
            protocols,
            createdAt),
        strip,
        false,
        handling,
        redirect,
        Optional.empty(),
        Optional.empty());
  }

  static Router router(TestRoute... routes) {
    return new Router(Arrays.stream(routes).map(TestRoute::build).toList());
  }
}
