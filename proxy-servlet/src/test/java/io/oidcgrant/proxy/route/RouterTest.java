package io.oidcgrant.proxy.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RouterTest {
  private static UpstreamService service(String path) {
    return new UpstreamService("s", "http", "up", 80, path, 1, 1, 1);
  }

  private static Route route(
      String name, List<String> hosts, List<String> paths, Set<String> methods) {
    return new Route(
        name,
        service(""),
        hosts.stream().map(host -> HostPattern.parse(host).orElseThrow()).toList(),
        paths,
        methods,
        true,
        false,
        Optional.empty(),
        Optional.empty());
  }

  private static String name(Router router, String method, String host, String path) {
    return router
        .match(method, host, CanonicalPath.of(path).orElseThrow())
        .map(match -> match.route().name())
        .orElse("none");
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
    "GET, example, /x, none",
    "GET, www.other, /x, right",
    "GET, www, /x, none",
    "GET, a.example, /api/v1, both",
    "DELETE, any, /x, deleted",
    "delete, any, /x, none",
  })
  void match_followsKongsOrder(String method, String host, String path, String expected) {
    Router router = new Router(List.of(
        route("deleted", List.of(), List.of(), Set.of("DELETE")),
        route("short", List.of(), List.of("/api"), Set.of()),
        route("right", List.of("www.*"), List.of(), Set.of()),
        route("left", List.of("*.example"), List.of(), Set.of()),
        route("plain", List.of("a.example"), List.of(), Set.of()),
        route("long", List.of(), List.of("/y", "/api/v1"), Set.of()),
        route("posted", List.of(), List.of("/api"), Set.of("POST", "PUT")),
        route("both", List.of("a.example"), List.of("/api"), Set.of())));

    assertThat(name(router, method, host, path)).isEqualTo(expected);
  }

  @Test
  void match_amongEquals_takesTheFirstInTheFile() {
    Router router = new Router(List.of(
        route("first", List.of(), List.of("/a"), Set.of()),
        route("second", List.of(), List.of("/a"), Set.of())));

    assertThat(name(router, "GET", "h", "/a")).isEqualTo("first");
  }

  @ParameterizedTest
  @CsvSource({
    // service path, strip, route path, request, upstream
    "'', true, /a, /a, /",
    "'', true, /a, /a/, /",
    "'', true, /a, /a/b, /b",
    "'', true, /a, /ab, /b",
    "'', true, /, /x/y, /x/y",
    "'', false, /a, /a/b, /a/b",
    "/s, true, /tv0, /tv0/req, /s/req",
    "/s, true, /tv0, /tv0req, /s/req",
    "/s, true, /tv0, /tv0, /s",
    "/s, true, /tv0/, /tv0/, /s/",
    "/s, false, /fv0, /fv0/req, /s/fv0/req",
    "/s, false, /, /, /s",
    "/s/, true, /tv0, /tv0/req, /s/req",
    "/s/, true, /tv0, /tv0, /s",
    "/s/, true, /tv0/, /tv0/, /s/",
    "/s/, true, /tv0/, /tv0/req, /s/req",
    "/s/, false, /fv0, /fv0/req, /s/fv0/req",
    "/s, true, '', /x, /s/x",
    "'', true, /a b, /a%20b/%63;v=1, /%63;v=1",
  })
  void upstreamPath_isJoinedLikeKongsV0_fromTheCallersBytes(
      String base, boolean strip, String prefix, String request, String upstream) {
    List<String> paths = prefix.isEmpty() ? List.of() : List.of(prefix.replace(" ", "%20"));
    Router router = new Router(List.of(new Route(
        "r",
        service(base),
        List.of(),
        paths,
        prefix.isEmpty() ? Set.of("GET") : Set.of(),
        strip,
        false,
        Optional.empty(),
        Optional.empty())));

    Match match =
        router.match("GET", "h", CanonicalPath.of(request).orElseThrow()).orElseThrow();

    assertThat(match.upstreamPath()).isEqualTo(upstream);
  }

  @ParameterizedTest
  @CsvSource({"a.*.b", "*", "*.*", "a*b", "''", "a:80", "*a.b", "a b"})
  void host_thatIsNoPattern_isRefused(String host) {
    assertThat(HostPattern.parse(host)).isEmpty();
  }
}
