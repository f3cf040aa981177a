package io.oidcgrant.proxy.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The index finds what a look at every route would find, and cannot be made slow. */
class RouterIndexTest {
  private static final String[] HOSTS = {
    "a.x", "b.x", "a.b.x", "*.x", "*.b.x", "a.*", "a.b.*", "a.x:81", "*.x:81", "x", "[::1]"
  };
  private static final String[] PATHS = {
    "/",
    "/a",
    "/a/",
    "/a/b",
    "/ab",
    "/abc",
    "/b",
    "/a%20c",
    "/b/a/c",
    "~/a",
    "~/a\\d+",
    "~/a/(b|c)",
    "~/(a|b)/c",
    "~/a|/b",
    "~/a?b",
    "~/ab*c",
    "~/a.*c$",
    "~/[ab]+/c",
    "~/%61%2eb",
    "~/.*c",
    "~/b{0,1}",
    "~/a/b?$",
    "~/a\\.b",
    "~/(?:a/)*b",
    "~/a[|/]b|/c",
    "~/a\\|b|/ab"
  };
  private static final String[] TEXTS = {
    "/",
    "/a",
    "/a/",
    "/a/b",
    "/a/c",
    "/ab",
    "/abc",
    "/abbc",
    "/a1",
    "/a12/c",
    "/b",
    "/b/c",
    "/c",
    "/a.b",
    "/%61%2Eb",
    "/a%20c",
    "/a%20",
    "/b/a/c",
    "/bb/c",
    "/a/a/b",
    "/x",
    "/acc",
    "/ba"
  };

  private final Random random = new Random(20_261_126);

  private String any(String... of) {
    return of[random.nextInt(of.length)];
  }

  private boolean oneIn(int n) {
    return random.nextInt(n) == 0;
  }

  private String[] some(String... of) {
    return IntStream.rangeClosed(0, random.nextInt(3))
        .mapToObj(i -> any(of))
        .distinct()
        .toArray(String[]::new);
  }

  private Route route(int i) {
    TestRoute route = TestRoute.of("r" + i).regexPriority(random.nextInt(3)).strip(false);
    if (oneIn(2)) {
      route.hosts(some(HOSTS));
    }
    if (!oneIn(4)) {
      route.paths(some(PATHS));
    }
    if (oneIn(4)) {
      route.methods(some("GET", "POST", "PUT"));
    }
    if (oneIn(4)) {
      route.header("h", some("v1", "v2", "V3"));
    }
    if (oneIn(6)) {
      route.header("i", any("~*^v\\d$", "w", "~*1|3"));
    }
    if (oneIn(6)) {
      route.snis(some("a.x", "*.x", "b.x"));
    }
    if (oneIn(3)) {
      route.protocols(any("http", "https"));
    }
    if (oneIn(3)) {
      route.createdAt(random.nextInt(3));
    }
    return route.build();
  }

  private TestFacts request() {
    TestFacts request = TestFacts.get(any(TEXTS))
        .method(any("GET", "POST", "PUT"))
        .host(any("a.x", "A.X.", "b.x", "a.b.x", "c.b.x", "a.y", "a.b.y", "x", ".x", "[::1]", "y"))
        .port(oneIn(2) ? 80 : 81);
    if (!oneIn(3)) {
      request.header("H", some("v1", "V2", "v3", "v4"));
    }
    if (!oneIn(3)) {
      request.header("i", some("v1", "w", "x3"));
    }
    return oneIn(2) ? request : request.tls(oneIn(4) ? null : any("a.x", "b.x", "c.b.x", "y"));
  }

  @Test
  void index_findsWhatALookAtEveryRouteFinds() {
    int found = 0;
    for (int round = 0; round < 200; round++) {
      List<Route> routes =
          IntStream.range(0, 1 + random.nextInt(40)).mapToObj(this::route).toList();
      Router router = new Router(routes);
      LinearReference reference = new LinearReference(routes);
      for (int i = 0; i < 100; i++) {
        TestFacts request = request();
        String expected = reference.find(request);
        assertThat(request.at(router)).as("%s of %s", request, routes).isEqualTo(expected);
        found += expected.startsWith("r") ? 1 : 0;
      }
    }
    assertThat(found).isBetween(8_000, 19_500);
  }

  private static List<Route> many(int count, java.util.function.IntFunction<TestRoute> route) {
    return IntStream.range(0, count).mapToObj(i -> route.apply(i).build()).toList();
  }

  @Test
  void manyRoutes_areIndexed_andEachIsFound() {
    List<Route> routes = many(
        5_000,
        i -> TestRoute.of("r" + i)
            .hosts("h" + i % 50 + ".example")
            .paths("/api/v" + i, "~/re/v" + i + "/\\d+$"));
    Router router = new Router(routes);

    for (int i = 0; i < 5_000; i += 7) {
      String host = "h" + i % 50 + ".example";
      assertThat(TestFacts.get("/re/v" + i + "/1").host(host).at(router)).isEqualTo("r" + i);
    }
  }

  @Test
  void longPath_costsNoMoreThanTheLiteralPrefixesAllow() {
    Router router =
        new Router(many(5_000, i -> TestRoute.of("r" + i).paths("~/api/v" + i + "/(.*a){3}b$")));

    assertThat(TestFacts.get("/api/v77/" + "a".repeat(64 * 1024 - 10)).at(router))
        .isEqualTo("414");
    assertThat(TestFacts.get("/other/" + "a".repeat(64 * 1024 - 10)).at(router)).isEqualTo("404");
    assertThat(TestFacts.get("/api/v77/aab").at(router)).isEqualTo("404");
    assertThat(TestFacts.get("/api/v77/aaab").at(router)).isEqualTo("r77");
  }

  @Test
  void regexThatWasTooDearToTry_isNotPassedBy() {
    Router router = TestRoute.router(
        TestRoute.of("guarded").paths("~/admin/.*"),
        TestRoute.of("first").paths("~/first").regexPriority(9),
        TestRoute.of("agent").header("user-agent", "~*bot"),
        TestRoute.of("exact").paths("~/x/admin$"),
        TestRoute.of("free").paths("/"));
    String dear = "/admin/" + "a".repeat(Search.LONGEST);

    assertThat(TestFacts.get(dear).at(router)).isEqualTo("414");
    assertThat(TestFacts.get(dear.substring(0, Search.LONGEST)).at(router)).isEqualTo("guarded");
    assertThat(TestFacts.get("/x" + dear).at(router)).isEqualTo("free");
    assertThat(TestFacts.get("/")
            .header("user-agent", "x".repeat(Search.LONGEST + 1))
            .at(router))
        .isEqualTo("431");
    assertThat(
            TestFacts.get("/").header("user-agent", "x".repeat(Search.LONGEST)).at(router))
        .isEqualTo("free");
  }

  @Test
  void manyRegexesWithoutAPrefix_areTriedOnOrdinaryPaths_butNotOnLongOnes() {
    Router router =
        new Router(many(1_000, i -> TestRoute.of("r" + i).paths("~/[^/]+/v" + i + "/.*x$")));

    assertThat(TestFacts.get("/a/v999/" + "b".repeat(200) + "x").at(router)).isEqualTo("r999");
    assertThat(TestFacts.get("/a/v999/" + "b".repeat(2_000) + "x").at(router)).isEqualTo("414");
  }
}
