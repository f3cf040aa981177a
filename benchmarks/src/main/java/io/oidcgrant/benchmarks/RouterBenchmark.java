package io.oidcgrant.benchmarks;

import io.oidcgrant.proxy.route.CanonicalPath;
import io.oidcgrant.proxy.route.Criteria;
import io.oidcgrant.proxy.route.HostPattern;
import io.oidcgrant.proxy.route.Outcome;
import io.oidcgrant.proxy.route.PathHandling;
import io.oidcgrant.proxy.route.PathPattern;
import io.oidcgrant.proxy.route.Protocol;
import io.oidcgrant.proxy.route.RequestFacts;
import io.oidcgrant.proxy.route.Route;
import io.oidcgrant.proxy.route.Router;
import io.oidcgrant.proxy.route.UpstreamService;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How long the route of a request takes to find. A third of the routes has a path, a third a host,
 * a third a regular expression.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RouterBenchmark {
  @Param({"10", "1000", "5000"})
  public int routes;

  private Router router;
  private List<Route> all;
  private RequestFacts byPath;
  private RequestFacts byHost;
  private RequestFacts byRegex;
  private RequestFacts miss;

  /** Makes the routes, and requests for those in the middle. */
  @Setup
  public void routes() {
    all = new ArrayList<>();
    for (int i = 0; i < routes; i++) {
      switch (i % 3) {
        case 0 -> all.add(route("", "/api/v" + i + "/orders"));
        case 1 -> all.add(route("tenant" + i + ".example.com", "/"));
        default -> all.add(route("", "~/items/v" + i + "/\\d+/(?<part>[a-z]+)$"));
      }
    }
    router = new Router(all);
    int middle = routes / 2 - routes / 2 % 3;
    byPath = new Facts("api.example.com", "/api/v" + middle + "/orders/4711?full=true");
    byHost = new Facts("tenant" + (middle + 1) + ".example.com", "/orders/4711");
    byRegex = new Facts("api.example.com", "/items/v" + (middle + 2) + "/4711/size");
    miss = new Facts("api.example.com", "/api/w/orders/4711");
  }

  private static Route route(String host, String path) {
    return new Route(
        host + path,
        new UpstreamService("s", "http", "upstream", 80, "", 1, 1, 1),
        new Criteria(
            HostPattern.parse(host).stream().toList(),
            List.of(PathPattern.parse(path)),
            0,
            Set.of(),
            List.of(),
            List.of(),
            Set.of(Protocol.HTTP, Protocol.HTTPS),
            0),
        true,
        false,
        PathHandling.V0,
        426,
        Optional.empty(),
        Optional.empty());
  }

  @Benchmark
  public Outcome path() {
    return router.route(byPath);
  }

  @Benchmark
  public Outcome host() {
    return router.route(byHost);
  }

  @Benchmark
  public Outcome regex() {
    return router.route(byRegex);
  }

  @Benchmark
  public Outcome miss() {
    return router.route(miss);
  }

  /** The index of all routes; their expressions are compiled already. */
  @Benchmark
  public Router build() {
    return new Router(all);
  }

  private record Facts(String host, String target, CanonicalPath path) implements RequestFacts {
    Facts(String host, String target) {
      this(host, target, CanonicalPath.of(target.split("\\?", 2)[0]).orElseThrow());
    }

    @Override
    public String method() {
      return "GET";
    }

    @Override
    public int port() {
      return 80;
    }

    @Override
    public List<String> headers(String name) {
      return List.of();
    }

    @Override
    public boolean secure() {
      return false;
    }

    @Override
    public String serverName() {
      return null;
    }

    @Override
    public boolean http2() {
      return false;
    }
  }
}
