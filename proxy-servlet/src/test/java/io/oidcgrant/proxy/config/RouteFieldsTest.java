package io.oidcgrant.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.oidcgrant.config.ConfigProblem;
import io.oidcgrant.config.Reading;
import io.oidcgrant.proxy.route.Criteria;
import io.oidcgrant.proxy.route.HostPattern;
import io.oidcgrant.proxy.route.PathHandling;
import io.oidcgrant.proxy.route.PathPattern;
import io.oidcgrant.proxy.route.Protocol;
import io.oidcgrant.proxy.route.Route;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a route may say, and what it may not. */
class RouteFieldsTest {
  @TempDir
  private Path directory;

  private final Reading reading = new Reading(name -> null, false);

  private List<Route> read(String fields) throws IOException {
    Path file = directory.resolve("a.yaml");
    Files.writeString(
        file, "services:\n- name: s\n  host: up\n  routes:\n  - " + fields.replace("\n", "\n    "));
    return GatewayFiles.read(List.of(file), reading).routes();
  }

  private String theOnly(List<ConfigProblem> problems) {
    assertThat(problems).hasSize(1);
    return problems.get(0).toString().substring(directory.toString().length() + 1);
  }

  @Test
  void route_hasKongsDefaults() throws IOException {
    Route route = read("{paths: [/]}").get(0);

    assertThat(route.criteria())
        .isEqualTo(new Criteria(
            List.of(),
            List.of(new PathPattern("/", "/", null, "")),
            0,
            java.util.Set.of(),
            List.of(),
            List.of(),
            java.util.Set.of(Protocol.HTTP, Protocol.HTTPS),
            Long.MAX_VALUE));
    assertThat(route.stripPath()).isTrue();
    assertThat(route.preserveHost()).isFalse();
    assertThat(route.pathHandling()).isEqualTo(PathHandling.V0);
    assertThat(route.httpsRedirectStatus()).isEqualTo(426);
  }

  @Test
  void route_withEverything_hasNoProblem() throws IOException {
    Route route = read("""
        name: r
        hosts: [A.example:81, "*.b."]
        paths: [/a, "~/v\\\\d+"]
        regex_priority: 3
        methods: [GET, PROPFIND]
        headers: {X-Version: [v1, V2], user-agent: "~*bot"}
        snis: [a.example, "*.b"]
        protocols: [https]
        https_redirect_status_code: 308
        path_handling: v1
        created_at: 1700000000
        updated_at: 1700000000
        """).get(0);

    assertThat(reading.problems()).isEmpty();
    assertThat(reading.warnings()).isEmpty();
    Criteria criteria = route.criteria();
    assertThat(criteria.hosts())
        .containsExactly(new HostPattern("a.example", 81), new HostPattern("*.b", 0));
    assertThat(criteria.paths()).extracting(PathPattern::text).containsExactly("/a", "/v\\d+");
    assertThat(criteria.regexPriority()).isEqualTo(3);
    assertThat(criteria.methods()).containsExactlyInAnyOrder("GET", "PROPFIND");
    assertThat(criteria.headers()).hasSize(2);
    assertThat(criteria.headers().get(0).values()).containsExactlyInAnyOrder("v1", "v2");
    assertThat(criteria.headers().get(1).regex()).hasToString("bot");
    assertThat(criteria.snis()).hasSize(2);
    assertThat(criteria.protocols()).containsExactly(Protocol.HTTPS);
    assertThat(criteria.createdAt()).isEqualTo(1_700_000_000L);
    assertThat(route.pathHandling()).isEqualTo(PathHandling.V1);
    assertThat(route.httpsRedirectStatus()).isEqualTo(308);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"methods: GET", "hosts: a", "headers: {a: b}", "snis: a", "paths: /", "paths: ~/a"
      })
  void anyCriterion_isEnough(String field) throws IOException {
    assertThat(read("{" + field + "}")).hasSize(1);
    assertThat(reading.problems()).isEmpty();
  }

  @Test
  void routeForGrpc_keepsItsPath() throws IOException {
    assertThat(read("{paths: [/p.S], protocols: [grpc, grpcs]}").get(0).stripPath())
        .isFalse();
    assertThat(reading.problems()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{hosts: []} | 5: R.paths: is missing: a route needs paths, hosts, methods, headers or snis",
        "{paths: ['~/a(?=b)']} | 5: R.paths[0]: is not a regular expression of RE2 (which has no look-around, back references, possessive or atomic groups): invalid or unsupported Perl syntax: (?=",
        "{paths: ['~/(a)\\1']} | 5: R.paths[0]: is not a regular expression of RE2 (which has no look-around, back references, possessive or atomic groups): invalid escape sequence: \\1",
        "{paths: ['~/a(']} | 5: R.paths[0]: is not a regular expression of RE2 (which has no look-around, back references, possessive or atomic groups): missing closing ): /a(",
        "{paths: [/a, '~a']} | 5: R.paths[1]: must be a prefix that begins with / and is not ambiguous, or a regular expression that begins with ~/",
        "{paths: [/], regex_priority: x} | 5: R.regex_priority: is a text, must be a whole number from -2147483648 to 2147483647",
        "{methods: [GET, Post]} | 5: R.methods[1]: must be a method in upper case; did you mean POST?",
        "{methods: ['']} | 5: R.methods[0]: must be a method in upper case",
        "{hosts: ['a:0']} | 5: R.hosts[0]: must be a host name, with or without port, whose leftmost or rightmost label may be *",
        "{snis: ['a:443']} | 5: R.snis[0]: must be a host name without port, whose leftmost or rightmost label may be *",
        "{snis: [a], protocols: [http]} | 5: R.snis: needs https or grpcs among the route's protocols",
        "{snis: [a], protocols: [grpc]} | 5: R.snis: needs https or grpcs among the route's protocols",
        "{headers: {Host: [a]}} | 5: R.headers.Host: cannot stand here, use hosts",
        "{headers: {'a b': [a]}} | 5: R.headers.a b: is no name of a header",
        "{headers: {a: [a], A: [b]}} | 5: R.headers.A: is there twice: case makes no difference",
        "{headers: {a: []}} | 5: R.headers.a: must hold at least one value",
        "{headers: {a: '~*('}} | 5: R.headers.a: is not a regular expression of RE2 (which has no look-around, back references, possessive or atomic groups): missing closing ): (?i)(",
        "{headers: [a]} | 5: R.headers: is a list, must be a mapping of names to values",
        "{paths: [/], protocols: [http, grpc]} | 5: R.protocols: must be of http and https, or of grpc and grpcs, not of both",
        "{paths: [/], protocols: [tcp]} | 5: R.protocols[0]: must be one of http, https, grpc, grpcs",
        "{methods: [POST], protocols: [grpc]} | 5: R.methods: cannot stand in a route for grpc: its method is POST",
        "{paths: [/], protocols: [grpcs], strip_path: true} | 5: R.strip_path: must be false for grpc: the path is the name of the procedure",
        "{paths: [/], protocols: [https], https_redirect_status_code: 303} | 5: R.https_redirect_status_code: must be one of 426, 301, 302, 307, 308",
        "{paths: [/], path_handling: old} | 5: R.path_handling: must be one of v0, v1",
        "{paths: [/], sources: [{ip: 10.0.0.1}]} | 5: R.sources: is not implemented in this release",
      })
  void whatIsWrong_isSaid_withWhatWouldBeRight(String fields, String problem) throws IOException {
    read(fields);

    assertThat(theOnly(reading.problems()))
        .isEqualTo("a.yaml:" + problem.replace("R.", "services[0].routes[0]."));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{paths: [/a], regex_priority: 1} | 5: R.regex_priority: has no effect: no path of the route is a regular expression (which begins with ~/)",
        "{paths: [/a, '/b/(c)']} | 5: R.paths: takes /b/(c) literally: a regular expression begins with ~/",
        "{hosts: [a], strip_path: true} | 5: R.strip_path: has no effect: the route has no paths",
        "{paths: [/a], https_redirect_status_code: 301} | 5: R.https_redirect_status_code: has no effect: the route's protocols are not [https] alone",
        "{headers: {a: ['~*b', c]}} | 5: R.headers.a: takes ~* literally: a regular expression must be the only value",
      })
  void whatHasNoEffect_isAWarning(String fields, String warning) throws IOException {
    assertThat(read(fields)).hasSize(1);

    assertThat(reading.problems()).isEmpty();
    assertThat(theOnly(reading.warnings()))
        .isEqualTo("a.yaml:" + warning.replace("R.", "services[0].routes[0]."));
  }
}
