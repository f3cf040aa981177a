package io.oidcgrant.proxy.route;

import static io.oidcgrant.proxy.route.TestRoute.router;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UpstreamPathTest {
  private static Router of(String service, String paths, boolean strip, String handling) {
    TestRoute route = TestRoute.of("r")
        .servicePath(service)
        .strip(strip)
        .handling(PathHandling.valueOf(handling.toUpperCase(java.util.Locale.ROOT)));
    return router(paths.isEmpty() ? route.methods("GET") : route.paths(paths));
  }

  /** The table of Kong's documentation, and what follows from it for other services' paths. */
  @ParameterizedTest
  @CsvSource({
    // service, route, strip, handling, request, upstream
    "/s, /fv0, false, v0, /fv0/req, /s/fv0/req",
    "/s, /fv0, false, v0, /fv0, /s/fv0",
    "/s, /fv1, false, v1, /fv1/req, /sfv1/req",
    "/s, /fv1, false, v1, /fv1, /sfv1",
    "/s, /tv0, true, v0, /tv0/req, /s/req",
    "/s, /tv0, true, v0, /tv0, /s",
    "/s, /tv1, true, v1, /tv1/req, /s/req",
    "/s, /tv1, true, v1, /tv1, /s",
    "/s, /fv0/, false, v0, /fv0/req, /s/fv0/req",
    "/s, /fv0/, false, v0, /fv0/, /s/fv0/",
    "/s, /fv1/, false, v1, /fv1/req, /sfv1/req",
    "/s, /fv1/, false, v1, /fv1/, /sfv1/",
    "/s, /tv0/, true, v0, /tv0/req, /s/req",
    "/s, /tv0/, true, v0, /tv0/, /s/",
    "/s, /tv1/, true, v1, /tv1/req, /sreq",
    "/s, /tv1/, true, v1, /tv1/, /s",
    "/s, /fv0, false, v0, /fv0req, /s/fv0req",
    "/s, /fv1, false, v1, /fv1req, /sfv1req",
    "/s, /tv0, true, v0, /tv0req, /s/req",
    "/s, /tv1, true, v1, /tv1req, /sreq",
    "'', /a, true, v0, /a, /",
    "'', /a, true, v0, /a/, /",
    "'', /a, true, v0, /a/b, /b",
    "'', /a, true, v0, /ab, /b",
    "'', /, true, v0, /x/y, /x/y",
    "'', /a, false, v0, /a/b, /a/b",
    "'', /a, true, v1, /a, /",
    "'', /a, true, v1, /a/b, /b",
    "'', /a, true, v1, /ab, /b",
    "'', /a, false, v1, /a/b, /a/b",
    "/s, /, false, v0, /, /s",
    "/s, /, false, v1, /, /s",
    "/s, /, true, v0, /, /s",
    "/s, /, true, v1, /x, /sx",
    "/s/, /tv0, true, v0, /tv0/req, /s/req",
    "/s/, /tv0, true, v0, /tv0, /s",
    "/s/, /tv0/, true, v0, /tv0/, /s/",
    "/s/, /tv0/, true, v0, /tv0/req, /s/req",
    "/s/, /fv0, false, v0, /fv0/req, /s/fv0/req",
    "/s/, /tv1, true, v1, /tv1/req, /s/req",
    "/s/, /tv1, true, v1, /tv1, /s/",
    "/s/, /tv1/, true, v1, /tv1/req, /s/req",
    "/s/, /fv1, false, v1, /fv1/req, /s/fv1/req",
    "/s, '', true, v0, /x, /s/x",
    "/s, '', true, v1, /x, /sx",
    "'', /a%20b, true, v0, /a%20b/%63;v=1, /%63;v=1",
    "/s, '~/v(?<n>\\d+)/x', true, v0, /v12/x/y, /s/y",
    "/s, '~/v\\d+', true, v0, /v12, /s",
    "/s, '~/v\\d+', false, v0, /v12/y, /s/v12/y",
    "/s, '~/v\\d+/', true, v1, /v12/y, /sy",
    "/s, '~/%61/[^/]+$', true, v0, /%61/b%2Dc, /s",
    "'', '~/a/b?', true, v0, '/%61/%62/%63', '/%63'",
    "'', '~/a.', true, v0, /a%2cb, /b",
  })
  void upstreamPath_isJoinedLikeKongs_fromTheCallersBytes(
      String service, String path, boolean strip, String handling, String request, String sent) {
    assertThat(
            TestFacts.get(request).matchedBy(of(service, path, strip, handling)).upstreamPath())
        .isEqualTo(sent);
  }

  @ParameterizedTest
  @CsvSource({
    "/a, /a, ''",
    "/a, /a/b, /a",
    "'~/v\\d+', /v12/x, /v12",
    "'~/a.', /a%2cb, /a%2C",
  })
  void prefix_isWhatWasStripped(String path, String request, String prefix) {
    Match match = TestFacts.get(request).matchedBy(of("", path, true, "v0"));

    assertThat(match.prefix()).isEqualTo(prefix.isEmpty() ? path : prefix);
  }

  /** A segment that begins in the middle of what was matched is not what the caller wrote. */
  @ParameterizedTest
  @CsvSource({
    "/s, /api, true, v0, /api../secret",
    "/s, /api, true, v0, /api..",
    "/s, /api, true, v0, /api.",
    "/s, /api, true, v0, /api%2e./secret",
    "/s, /api, true, v0, /api..;x",
    "/s, '~/a+', true, v0, /aa../secret",
    "/s/, '~/a', true, v1, /a.;x",
    "/s/, /api, true, v1, /api../secret",
  })
  void request_whosePathWouldClimbUpstream_isRefused(
      String service, String path, boolean strip, String handling, String request) {
    assertThat(TestFacts.get(request).at(of(service, path, strip, handling))).isEqualTo("400");
  }

  @Test
  void path_thatMerelyBeginsWithDots_isNotRefused() {
    assertThat(
            TestFacts.get("/api..x/y").matchedBy(of("/s", "/api", true, "v0")).upstreamPath())
        .isEqualTo("/s/..x/y");
  }
}
