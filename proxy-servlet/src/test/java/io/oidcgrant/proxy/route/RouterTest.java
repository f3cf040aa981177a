package io.oidcgrant.proxy.route;

import static io.oidcgrant.proxy.route.TestRoute.router;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RouterTest {
  private static TestRoute route(String name) {
    return TestRoute.of(name);
  }

  @ParameterizedTest
  @CsvSource({
    "GET, any, /api, short",
    "GET, any, /api/v1, long",
    "GET, any, /apiary, short",
    "GET, any, /%61pi/v1/x, long",
    "POST, any, /api/v1, posted",
    "GET, a.example, /x, plain",
    "GET, A.EXAMPLE., /x, plain",
    "GET, b.example, /x, left",
    "GET, c.b.example, /x, left",
    "GET, example, /x, 404",
    "GET, .example, /x, 404",
    "GET, www.other, /x, right",
    "GET, www.other.org, /x, right",
    "GET, www, /x, 404",
    "GET, www., /x, 404",
    "GET, a.example, /api/v1, both",
    "DELETE, any, /x, deleted",
    "delete, any, /x, 404",
  })
  void route_followsKongsOrder(String method, String host, String path, String expected) {
    Router router = router(
        route("deleted").methods("DELETE"),
        route("short").paths("/api"),
        route("right").hosts("www.*"),
        route("left").hosts("*.example"),
        route("plain").hosts("a.example"),
        route("long").paths("/y", "/api/v1"),
        route("posted").paths("/api").methods("POST", "PUT"),
        route("both").hosts("a.example").paths("/api"));

    assertThat(TestFacts.get(path).method(method).host(host).at(router)).isEqualTo(expected);
  }

  /** Of each pair the second goes first, for one reason of Kong's list. */
  @Test
  void order_isDecidedByTheFirstDifference() {
    List<List<TestRoute>> pairs = List.of(
        List.of(route("0").hosts("a.b"), route("1").paths("/").methods("GET")),
        List.of(route("0").hosts("a.b"), route("1").hosts("a.b").snis("a.b")),
        List.of(route("0").header("h", "v"), route("1").hosts("a.b")),
        List.of(route("0").paths("/p/q"), route("1").header("h", "v")),
        List.of(route("0").methods("GET"), route("1").paths("/")),
        List.of(route("0").snis("a.b"), route("1").methods("GET")),
        List.of(route("0").hosts("*.b"), route("1").hosts("a.b")),
        List.of(route("0").hosts("a.b", "*.c"), route("1").hosts("a.b")),
        List.of(route("0").hosts("a.b"), route("1").hosts("a.b:80")),
        List.of(route("0").header("h", "v"), route("1").header("h", "v").header("i", "w")),
        List.of(
            route("0").hosts("*.b").header("h", "v").header("i", "w"),
            route("1").hosts("a.b").header("h", "v")),
        List.of(route("0").paths("/p/q"), route("1").paths("~/p")),
        List.of(
            route("0").paths("~/p").regexPriority(9).header("h", "v"),
            route("1").paths("/p").header("h", "v").header("i", "w")),
        List.of(
            route("0").paths("~/p/q").regexPriority(1), route("1").paths("~/p").regexPriority(2)),
        List.of(route("0").paths("~/p").regexPriority(-1), route("1").paths("~/p/q")),
        List.of(route("0").paths("/p"), route("1").paths("/p/q")),
        List.of(route("0").paths("/p").createdAt(2), route("1").paths("/p").createdAt(1)),
        List.of(route("0").paths("/p"), route("1").paths("/p").createdAt(1)));

    for (List<TestRoute> pair : pairs) {
      TestFacts request =
          TestFacts.get("/p/q").host("a.b").header("h", "v").header("i", "w").tls("a.b");
      assertThat(request.at(router(pair.get(0))))
          .as("%s alone", pairs.indexOf(pair))
          .isEqualTo("0");
      assertThat(request.at(router(pair.get(0), pair.get(1))))
          .as("pair %s", pairs.indexOf(pair))
          .isEqualTo("1");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/version/1/status/2, with-priority",
    "/status/1, status",
    "/version/any/x, any",
    "/version/1, version",
  })
  void regexes_areTriedInTheOrderOfTheDocumentation(String path, String expected) {
    Router router = router(
        route("status").paths("~/status/\\d+"),
        route("with-priority").paths("~/version/\\d+/status/\\d+").regexPriority(6),
        route("version").paths("/version"),
        route("any").paths("~/version/any/"));

    assertThat(TestFacts.get(path).at(router)).isEqualTo(expected);
  }

  @Test
  void amongEquals_theFirstInTheFileIsTaken_andOfRegexesNotTheLonger() {
    assertThat(
            TestFacts.get("/a").at(router(route("first").paths("/a"), route("2").paths("/a"))))
        .isEqualTo("first");
    assertThat(
            TestFacts.get("/ab").at(router(route("1").paths("~/a"), route("2").paths("~/ab"))))
        .isEqualTo("1");
  }

  @ParameterizedTest
  @CsvSource({
    "a.b, 81, port",
    "a.b, 80, other",
    "c.b, 82, wild-port",
    "c.b, 83, 404",
    "a.b, 8, other",
  })
  void host_withAPort_matchesThatPortOnly(String host, int port, String expected) {
    Router router = router(
        route("other").hosts("a.b"),
        route("port").hosts("a.b:81"),
        route("wild-port").hosts("*.b:82"));

    assertThat(TestFacts.get("/").host(host).port(port).at(router)).isEqualTo(expected);
  }

  @Test
  void host_longerThanANameCanBe_matchesNoHost() {
    Router router = router(route("wild").hosts("*.b"), route("all").paths("/"));
    String longest = "a".repeat(251) + ".b";

    assertThat(TestFacts.get("/").host(longest).at(router)).isEqualTo("wild");
    assertThat(TestFacts.get("/").host(longest + ".").at(router)).isEqualTo("wild");
    assertThat(TestFacts.get("/").host("a" + longest).at(router)).isEqualTo("all");
  }

  @Test
  void headers_areAllNeeded_eachWithAnyOfItsValues_caseAside() {
    Router router = router(route("r").header("X-Version", "V1", "v2").header("region", "north"));

    TestFacts both = TestFacts.get("/").header("x-version", "v3", "V2").header("Region", "NORTH");
    assertThat(both.at(router)).isEqualTo("r");
    assertThat(TestFacts.get("/").header("x-version", "v1").at(router)).isEqualTo("404");
    assertThat(TestFacts.get("/").header("region", "north").at(router)).isEqualTo("404");
    assertThat(TestFacts.get("/")
            .header("x-version", "v1, v2")
            .header("region", "north")
            .at(router))
        .isEqualTo("404");
    assertThat(TestFacts.get("/")
            .header("x-version", "v11")
            .header("region", "north")
            .at(router))
        .isEqualTo("404");
  }

  @Test
  void header_withOneRegex_isSearchedForIt() {
    Router router = router(
        route("bot").header("user-agent", "~*Windows|linux\\s+\\d"),
        route("literal").header("h", "~*a", "b"));

    assertThat(TestFacts.get("/").header("User-Agent", "x", "on WINDOWS 9").at(router))
        .isEqualTo("bot");
    assertThat(TestFacts.get("/").header("User-Agent", "Linux x").at(router)).isEqualTo("404");
    assertThat(TestFacts.get("/").header("h", "a").at(router)).isEqualTo("404");
    assertThat(TestFacts.get("/").header("h", "~*A").at(router)).isEqualTo("literal");
  }

  @Test
  void snis_areThoseOfTheConnection_whateverTheHost() {
    Router router = router(
        route("sni").snis("a.example.", "*.wild"), route("other").paths("/").protocols("http"));

    assertThat(TestFacts.get("/").tls("A.example").at(router)).isEqualTo("sni");
    assertThat(TestFacts.get("/").host("x").tls("b.wild").at(router)).isEqualTo("sni");
    assertThat(TestFacts.get("/").host("a.example").tls("b.example").at(router)).isEqualTo("404");
    assertThat(TestFacts.get("/").host("a.example").tls(null).at(router)).isEqualTo("404");
    assertThat(TestFacts.get("/").host("a.example").at(router)).isEqualTo("other");
  }

  @ParameterizedTest
  @CsvSource({
    "a.*.b", "*", "*.*", "a*b", "''", "a:", "a:0", "a:65536", "a:x", "a:1:2", "*a.b", "a b", "[::1"
  })
  void host_thatIsNoPattern_isRefused(String host) {
    assertThat(HostPattern.parse(host)).isEmpty();
  }
}
