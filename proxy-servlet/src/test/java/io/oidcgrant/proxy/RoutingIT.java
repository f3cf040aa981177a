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
import org.junit.jupiter.params.provider.ValueSource;

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
            - {name: regex, paths: ['~/v(?<version>\\d+)/items']}
            - {name: regex-first, paths: ['~/v1/items'], regex_priority: 1, strip_path: false}
            - {name: by-header, paths: [/free], headers: {X-Version: [v2, v3]}, strip_path: false}
            - {name: by-agent, paths: [/free], headers: {user-agent: '~*bot\\d'}, path_handling: v1, strip_path: false}
            - {name: by-port, hosts: ["one.example:82"]}
            - {name: tls-only, paths: [/tls], protocols: [https]}
            - {name: to-tls, paths: [/moved], protocols: [https], https_redirect_status_code: 308}
            - {name: procedures, paths: [/pack.Service], protocols: [grpc]}
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
    guarded = ProxyProcess.run(
        Configs.file(directory, file + "  - " + grant("by-all", "") + "\n"),
        "--trusted-ips",
        "127.0.0.0/8");
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
    "GET, x, /v2/items/%61?b, /other/%61?b, ",
    "GET, x, /v%32/%69tems, /other, ",
    "GET, x, /v1/items/a, /other/v1/items/a, ",
    "GET, one.example:82, /a, /other/a, ",
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

  @ParameterizedTest
  @CsvSource({
    "X-Version: V3, /other/free/a",
    "X-Version: v1, /other/a",
    "User-Agent: a BOT7, /otherfree/a",
    "User-Agent: bot, /other/a",
  })
  void headers_chooseTheRoute(String header, String target) {
    assertThat(proxy.get("/free/a", header).status()).isEqualTo(200);
    assertThat(upstream.only().target()).isEqualTo(target);
  }

  @Test
  void routeForTlsOnly_isNotServedWithoutTls_whateverTheCallerSaysOfHimself() {
    for (String claim : new String[] {"X-A: b", "X-Forwarded-Proto: https"}) {
      Answer answer = proxy.get("/tls/a", claim);
      assertThat(answer.status()).isEqualTo(426);
      assertThat(answer.header("Upgrade")).isEqualTo("TLS/1.2, HTTP/1.1");
      assertThat(answer.header("Connection")).containsIgnoringCase("upgrade");
      assertThat(answer.body())
          .isEqualTo("{\"message\":\"Please use HTTPS protocol\",\"error\":\"upgrade_required\"}");
    }
    Answer moved = send(proxy, "POST", "a.example:8000", "/moved/%61?b=%20");
    assertThat(moved.status()).isEqualTo(308);
    assertThat(moved.header("Location")).isEqualTo("https://a.example/moved/%61?b=%20");
    assertThat(upstream.received()).isEmpty();
    // A trusted peer ends TLS for its callers.
    assertThat(guarded.get("/tls/a", BASIC, "X-Forwarded-Proto: https").status())
        .isEqualTo(200);
    assertThat(upstream.only().target()).isEqualTo("/other/a");
    assertThat(guarded.get("/tls/a", BASIC, "X-Forwarded-Proto: http").status()).isEqualTo(426);
    assertThat(guarded.get("/tls/a", BASIC, "X-Forwarded-Proto: https, http").status())
        .isEqualTo(426);
  }

  @Test
  void routeForGrpc_tellsHttp1ToUpgrade() {
    Answer answer = proxy.get("/pack.Service/Method", "Content-Type: application/grpc");
    assertThat(answer.status()).isEqualTo(426);
    assertThat(answer.header("Upgrade")).isEqualTo("HTTP/2");
    assertThat(upstream.received()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/free../secret", "/free..", "/free%2e./secret", "/free.;x", "/v2/items../a"})
  void pathThatWouldClimbUpstream_isRefused(String path) {
    assertThat(send(proxy, "GET", "x", path).status()).isEqualTo(400);
    assertThat(upstream.received()).isEmpty();
  }

  @Test
  void pathTooLongForARegex_isRefused_andOthersAreNot() {
    String much = "a".repeat(20_000);
    assertThat(send(proxy, "GET", "x", "/v2/" + much).status()).isEqualTo(414);
    assertThat(upstream.received()).isEmpty();
    assertThat(send(proxy, "GET", "x", "/free/" + much).status()).isEqualTo(200);
    assertThat(upstream.only().target()).isEqualTo("/other/" + much);
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
