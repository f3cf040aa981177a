package io.oidcgrant.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.oidcgrant.proxy.testing.Answer;
import io.oidcgrant.proxy.testing.Configs;
import io.oidcgrant.proxy.testing.ProxyProcess;
import io.oidcgrant.proxy.testing.RawConnection;
import io.oidcgrant.proxy.testing.RawUpstream;
import io.oidcgrant.proxy.testing.StubIssuer;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Routes and scopes of plugins as a file says them. */
class RoutingIT {
  private static final String BASIC = "Authorization: Basic Y2xpZW50OnNlY3JldA==";

  /** Each service puts its name before the path, so that the target tells who was chosen. */
  private static final String FILE = """
      _format_version: "3.0"
      services:
        - name: guarded
          url: UPSTREAM/guarded
          plugins: [GRANT(by-service)]
          routes:
            - {name: of-service, paths: [/api]}
            - {name: longer, paths: [/api/v1/admin]}
            - {name: of-route, paths: [/api/v1], plugins: [GRANT(by-route)]}
            - {name: kept, paths: [/kept], strip_path: false}
            - {name: host, hosts: [one.example, "*.wild.example"]}
            - {name: host-and-path, hosts: [one.example], paths: [/api]}
            - {name: preserved, hosts: [keep.example], preserve_host: true}
        - name: other
          url: UPSTREAM/other
          routes:
            - {name: of-nobody, paths: [/free]}
            - {name: posted, paths: [/free], methods: [POST], strip_path: false}
            - {name: bound, paths: [/bound]}
      plugins:
        - GRANT(by-name, "route: bound, ")
      """;

  @TempDir
  private static Path directory;

  private static RawUpstream upstream;
  private static StubIssuer issuer;
  private static ProxyProcess proxy;
  private static ProxyProcess guarded;

  @BeforeAll
  static void start() {
    upstream = new RawUpstream();
    issuer = new StubIssuer();
    String file = FILE.replace("UPSTREAM", upstream.url())
        .replace("GRANT(by-service)", grant("by-service", ""))
        .replace("GRANT(by-route)", grant("by-route", ""))
        .replace("GRANT(by-name, \"route: bound, \")", grant("by-name", "route: bound, "));
    proxy = ProxyProcess.run(Configs.file(directory, file));
    assertThat(proxy.port()).isPositive();
    guarded = ProxyProcess.run(Configs.file(directory, file + "  - " + grant("by-all", "") + "\n"));
    assertThat(guarded.port()).isPositive();
  }

  /** Tells by the scope of its token request which plugin it is. */
  private static String grant(String scope, String more) {
    return "{name: openid-connect, " + more + "config: {issuer: \"" + issuer.url()
        + "\", client_id: c, client_secret: s, auth_methods: [password], cache_tokens: false,"
        + " scopes: [" + scope + "]}}";
  }

  @AfterAll
  static void stop() {
    proxy.close();
    guarded.close();
    issuer.close();
    upstream.close();
  }

  @BeforeEach
  void forget() {
    upstream.reset();
    issuer.asked().clear();
  }

  private static Answer send(ProxyProcess to, String method, String host, String path) {
    try (RawConnection connection = to.connect()) {
      return connection
          .send(method + " " + path + " HTTP/1.1\r\nHost: " + host + "\r\n" + BASIC
              + "\r\nConnection: close\r\n\r\n")
          .read();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "GET, x, /api, /guarded, by-service",
    "GET, x, /api/, /guarded/, by-service",
    "GET, x, /api/a, /guarded/a, by-service",
    "GET, x, /apiary, /guarded/ary, by-service",
    "GET, x, /api/v1, /guarded, by-route",
    "GET, x, /api/v1/a?b, /guarded/a?b, by-route",
    "GET, x, /%61pi/v%31/a, /guarded/a, by-route",
    "GET, x, /api/v1/admin/a, /guarded/a, by-service",
    "GET, x, /kept/a, /guarded/kept/a, by-service",
    "GET, one.example, /a, /guarded/a, by-service",
    "GET, ONE.example.:81, /a, /guarded/a, by-service",
    "GET, one.example, /api/v1/a, /guarded/v1/a, by-service",
    "GET, a.b.wild.example, /a, /guarded/a, by-service",
    "GET, x, /bound/a, /other/a, by-name",
    "GET, x, /free/a, /other/a, ",
    "POST, x, /free/a, /other/free/a, ",
  })
  void request_goesWhereTheMostSpecificRouteSays(
      String method, String host, String path, String target, String plugin) {
    for (ProxyProcess to : new ProxyProcess[] {proxy, guarded}) {
      forget();
      assertThat(send(to, method, host, path).status()).isEqualTo(200);
      assertThat(upstream.only().target()).isEqualTo(target);
      String expected = plugin == null && to == guarded ? "by-all" : plugin;
      assertThat(askedBy()).isEqualTo(expected);
      if (expected == null) {
        assertThat(upstream.only().header("Authorization")).isEqualTo(BASIC.substring(15));
      } else {
        assertThat(upstream.only().header("Authorization")).isEqualTo(issuer.bearer());
      }
    }
  }

  /** The scope of the one token request; null if there was none. */
  private static String askedBy() {
    assertThat(issuer.asked()).hasSizeLessThan(2);
    return issuer.asked().stream()
        .map(form -> form.replaceAll(".*scope=([a-z-]+).*", "$1"))
        .findAny()
        .orElse(null);
  }

  @ParameterizedTest
  @CsvSource({
    "GET, x, /",
    "GET, x, /ap",
    "GET, x, /API",
    "GET, wild.example, /a",
    "GET, one.example.evil, /a",
  })
  void request_withoutARoute_is404(String method, String host, String path) {
    Answer answer = send(proxy, method, host, path);
    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.header("Content-Type")).isEqualTo("application/json");
    assertThat(answer.body()).isEqualTo("{\"message\":\"no Route matched with those values\"}");
    assertThat(upstream.received()).isEmpty();
  }

  @Test
  void host_isTheUpstreams_unlessItIsPreserved() {
    send(proxy, "GET", "one.example", "/a");
    assertThat(upstream.only().header("Host")).isEqualTo("127.0.0.1:" + upstream.port());
    assertThat(upstream.only().header("X-Forwarded-Host")).isEqualTo("one.example");
    upstream.reset();
    send(proxy, "GET", "Keep.example:81", "/a");
    assertThat(upstream.only().header("Host")).isEqualTo("Keep.example:81");
  }

  @Test
  void routeWithoutPlugin_passesWhatTheCallerSent_exceptForwardingHeaders() {
    Answer answer = proxy.get(
        "/free",
        "Authorization: Bearer theirs",
        "Refresh-Token: theirs",
        "X-Forwarded-For: 192.0.2.1",
        "X-Forwarded-Prefix: /evil",
        "Forwarded: for=192.0.2.1");
    assertThat(answer.status()).isEqualTo(200);
    RawUpstream.Received request = upstream.only();
    assertThat(request.header("Authorization")).isEqualTo("Bearer theirs");
    assertThat(request.header("Refresh-Token")).isEqualTo("theirs");
    assertThat(request.header("X-Forwarded-For")).isEqualTo("127.0.0.1");
    assertThat(request.header("X-Forwarded-Prefix")).isEqualTo("/free");
    assertThat(request.header("Forwarded")).isNull();
    assertThat(issuer.asked()).isEmpty();
  }
}
