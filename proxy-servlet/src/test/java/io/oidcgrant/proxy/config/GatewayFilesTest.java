package io.oidcgrant.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.oidcgrant.config.ConfigProblem;
import io.oidcgrant.config.Reading;
import io.oidcgrant.proxy.route.PathPattern;
import io.oidcgrant.proxy.route.Route;
import io.oidcgrant.proxy.route.UpstreamService;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GatewayFilesTest {
  @TempDir
  private Path directory;

  private final Reading reading = new Reading(name -> null, false);

  private Gateway read(String... texts) throws IOException {
    List<Path> files = new ArrayList<>();
    for (String text : texts) {
      Path file = directory.resolve((char) ('a' + files.size()) + ".yaml");
      Files.writeString(file, text);
      files.add(file);
    }
    return GatewayFiles.read(files, reading);
  }

  private List<String> problems() {
    return reading.problems().stream()
        .map(ConfigProblem::toString)
        .map(text -> text.substring(directory.toString().length() + 1))
        .toList();
  }

  private static String plugin(String client, String more) {
    return "{name: openid-connect, " + more
        + "config: {issuer: \"https://idp.example\", client_id: " + client
        + ", client_secret: s, auth_methods: [client_credentials]}}";
  }

  private static List<String> client(Gateway gateway, String route) {
    return gateway.routes().stream()
        .filter(found -> found.name().equals(route))
        .flatMap(found -> found.grant().stream())
        .flatMap(grant -> grant.clients().stream().map(client -> client.id()))
        .toList();
  }

  @Test
  void service_hasKongsDefaults() throws IOException {
    Gateway gateway = read("services: [{name: s, host: up_1, tags: [x], retries: 5}]");

    assertThat(problems()).isEmpty();
    assertThat(gateway.services())
        .containsExactly(new UpstreamService("s", "http", "up_1", 80, "", 60_000, 60_000, 60_000));
    assertThat(reading.warnings()).singleElement().asString().contains("there is no route");
  }

  @ParameterizedTest
  @CsvSource({
    "http://up, http, up, 80, ''",
    "https://up, https, up, 443, ''",
    "HTTPS://up:8443/v1/, https, up, 8443, /v1/",
    "'http://[::1]:9/', http, [::1], 9, /",
    "http://my_service:80/a, http, my_service, 80, /a",
  })
  void url_isTakenApart(String url, String scheme, String host, int port, String path)
      throws IOException {
    Gateway gateway = read("services: [{name: s, url: \"" + url + "\", connect_timeout: 5}]");

    assertThat(problems()).isEmpty();
    assertThat(gateway.services())
        .containsExactly(new UpstreamService("s", scheme, host, port, path, 5, 60_000, 60_000));
  }

  @ParameterizedTest
  @CsvSource({"grpc://up, http, 80", "grpcs://up, https, 443"})
  void grpc_isHttp2(String url, String scheme, int port) throws IOException {
    Gateway gateway = read("services: [{name: s, url: \"" + url
        + "\", retries: 0, routes: [{protocols: [grpc], paths: [/p.S/]}]}]");

    assertThat(problems()).isEmpty();
    UpstreamService service = gateway.services().get(0);
    assertThat(service.scheme()).isEqualTo(scheme);
    assertThat(service.port()).isEqualTo(port);
    assertThat(service.http2()).isTrue();
    assertThat(service.retries()).isZero();
    assertThat(gateway.routes().get(0).stripPath()).isFalse();
  }

  @Test
  void tlsOfAService_namesWhatThereIs() throws IOException {
    read("""
        services:
        - name: a
          url: https://up
          ca_certificates: [none]
          client_certificate: none
          tls_sans: {dnsnames: [x]}
        - name: b
          url: http://up
          ca_certificates: [none]
          client_certificate: {id: none}
          tls_verify_depth: 1
        - {name: c, url: "https://up", tls_verify: false, ca_certificates: null}
        """);

    assertThat(problems())
        .containsExactly(
            "a.yaml:4: services[0].ca_certificates[0]: names no entry of ca_certificates[]",
            "a.yaml:5: services[0].client_certificate: names no entry of certificates[]",
            "a.yaml:6: services[0].tls_sans: is not implemented in this release",
            "a.yaml:9: services[1].ca_certificates: needs the protocol https or grpcs",
            "a.yaml:10: services[1].client_certificate: needs the protocol https or grpcs",
            "a.yaml:11: services[1].tls_verify_depth: needs the protocol https or grpcs");
    assertThat(reading.warnings())
        .extracting(Object::toString)
        .anySatisfy(warning ->
            assertThat(warning).contains("services[2].tls_verify", "service c is believed"));
  }

  @Test
  void file_withAllThatIsAccepted_hasNoProblem() throws IOException {
    Gateway gateway = read("""
        _format_version: "3.0"
        _transform: true
        _comment: for all
        _info: {select_tags: [a]}
        certificates: []
        services:
        - name: s
          id: 4d924084-1adb-40a5-c042-63b19db421d1
          protocol: https
          host: up
          port: 9443
          path: /base
          tls_verify: true
          read_timeout: 10
          write_timeout: 20
          routes:
          - name: nested
            paths: ["/a", "/caf%c3%a9"]
            hosts: ["*.Example.com"]
            methods: [GET]
            strip_path: false
            preserve_host: true
            protocols: [http, https]
            regex_priority: 0
            path_handling: v0
            https_redirect_status_code: 426
            request_buffering: true
            response_buffering: true
        - {name: off, host: up, enabled: false, routes: [{paths: [/]}]}
        routes:
        - {name: named, service: {id: 4d924084-1adb-40a5-c042-63b19db421d1}, paths: /b}
        - {name: gone, enabled: false, service: s, paths: [/c]}
        """);

    assertThat(problems()).isEmpty();
    assertThat(gateway.services()).hasSize(1);
    assertThat(gateway.routes()).extracting(Route::name).containsExactly("nested", "named");
    Route nested = gateway.routes().get(0);
    assertThat(nested.criteria().paths())
        .extracting(PathPattern::text)
        .containsExactly("/a", "/caf%C3%A9");
    assertThat(nested.stripPath()).isFalse();
    assertThat(nested.preserveHost()).isTrue();
    assertThat(nested.service().readTimeout()).isEqualTo(10);
    assertThat(nested.service().writeTimeout()).isEqualTo(20);
  }

  @Test
  void plugins_mostSpecificWins() throws IOException {
    Gateway gateway = read(
        "services:\n"
            + "- {name: s, host: up, plugins: [" + plugin("service", "") + "], routes: [\n"
            + "    {name: plain, paths: [/a]},\n"
            + "    {name: own, paths: [/b], plugins: [" + plugin("route", "") + "]},\n"
            + "    {name: pair, paths: [/c], plugins: [" + plugin("lost", "") + "]}]}\n"
            + "- {name: t, host: up, routes: [{name: other, paths: [/d]}]}\n",
        "plugins:\n"
            + "- " + plugin("global", "") + "\n"
            + "- " + plugin("pair", "service: {name: s}, route: pair, ") + "\n"
            + "- {name: rate-limiting, config: {minute: 5}}\n");

    assertThat(problems()).isEmpty();
    assertThat(client(gateway, "plain")).containsExactly("service");
    assertThat(client(gateway, "own")).containsExactly("route");
    assertThat(client(gateway, "pair")).containsExactly("pair");
    assertThat(client(gateway, "other")).containsExactly("global");
    assertThat(reading.warnings()).singleElement().asString().contains("not one of ours");
  }

  @Test
  void problems_areAllFoundAtOnce_withTheirLines() throws IOException {
    read(
        """
        services:
        - name: s
          url: ftp://up
          routes:
          - name: r
          - name: r
            paths: ["~/x", "//", "y"]
            hosts: ["a:b"]
            methods: [get]
            headers: {host: [b]}
            path_handling: old
            protocols: [tcp]
        - name: s
          host: up
          prot: http
        - url: http://up
          port: 80
        - {}
        - host: "a b"
          connect_timeout: 0
          tls_verify: false
        """,
        """
        routes:
        - {paths: [/], service: nobody}
        - {paths: [/]}
        plugins:
        """ + "- " + plugin("a", "route: nobody, ") + "\n- " + plugin("b", "") + "\n- "
            + plugin("c", "") + "\n" + """
        consumer_groups: [{name: u}]
        servces: []
        """);

    assertThat(problems())
        .containsExactlyInAnyOrder(
            "a.yaml:3: services[0].url: must be http://HOST[:PORT][/PATH], or https://…, grpc://… or grpcs://…",
            "a.yaml:5: services[0].routes[0].paths: is missing: a route needs paths, hosts, methods, headers or snis",
            "a.yaml:6: services[0].routes[1].name: there is another route of this name at "
                + directory.resolve("a.yaml") + ":5",
            "a.yaml:7: services[0].routes[1].paths[1]: must be a prefix that begins with / and is not ambiguous, or a regular expression that begins with ~/",
            "a.yaml:7: services[0].routes[1].paths[2]: must be a prefix that begins with / and is not ambiguous, or a regular expression that begins with ~/",
            "a.yaml:8: services[0].routes[1].hosts[0]: must be a host name, with or without port, whose leftmost or rightmost label may be *",
            "a.yaml:9: services[0].routes[1].methods[0]: must be a method in upper case; did you mean GET?",
            "a.yaml:10: services[0].routes[1].headers.host: cannot stand here, use hosts",
            "a.yaml:11: services[0].routes[1].path_handling: must be one of v0, v1",
            "a.yaml:12: services[0].routes[1].protocols[0]: must be one of http, https, grpc, grpcs",
            "a.yaml:13: services[1].name: there is another service of this name at "
                + directory.resolve("a.yaml") + ":2",
            "a.yaml:15: services[1].prot: unknown field; did you mean port?",
            "a.yaml:17: services[2].port: cannot stand beside url, which says it already",
            "a.yaml:18: services[3].host: must be the host name or address of the upstream (or url its URL)",
            "a.yaml:19: services[4].host: must be the host name or address of the upstream (or url its URL)",
            "a.yaml:20: services[4].connect_timeout: must be a whole number from 1 to 2147483646",
            "a.yaml:21: services[4].tls_verify: needs the protocol https or grpcs",
            "b.yaml:2: routes[0].service: there is no service of this name or id",
            "b.yaml:3: routes[1].service: is missing",
            "b.yaml:5: plugins[0].route: there is no route of this name or id",
            "b.yaml:7: plugins[2]: is a second openid-connect plugin for the same scope, the first is "
                + directory.resolve("b.yaml") + ":6",
            "b.yaml:8: consumer_groups: is not implemented in this release",
            "b.yaml:9: servces: unknown field; did you mean services?");
  }

  @Test
  void certificates_ofAnyFile_areKnownToPluginsOfAll() throws IOException {
    read("""
        plugins:
        - name: openid-connect
          config:
            issuer: https://idp.example
            client_id: c
            client_auth: tls_client_auth
            auth_methods: [client_credentials]
            tls_client_auth_cert_id: one
            proof_of_possession_mtls_from_header:
              certificate_header_name: x-client-cert
              ca_certificates: [root]
        """, """
        certificates:
        - {id: one, cert: none.pem, key: none.key}
        ca_certificates:
        - {id: root, cert: none}
        """);

    assertThat(problems())
        .contains(
            "b.yaml:2: certificates[0].cert: cannot be used: file none.pem cannot be read:"
                + " NoSuchFileException",
            "b.yaml:4: ca_certificates[0].cert: holds no certificate")
        .noneMatch(problem -> problem.contains("names no entry"))
        .noneMatch(problem -> problem.contains("no id of an entry"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "- a | file: is a list, must be a mapping",
        "_format_version: x | _format_version: must be \"3.0\", \"2.1\" or \"1.1\"",
        "_format_version: \"9.0\" | _format_version: must be \"3.0\", \"2.1\" or \"1.1\"",
        "'' | file: is empty",
        "# nothing | file: is empty",
        "{} | file: is empty",
        "--- | file: is empty",
        "_info: {defaults: {route: {strip_path: false}}} | _info.defaults: is not implemented in this release",
        "{apiVersion: v1, kind: Secret} | metadata: must have a name",
        "services: {name: s} | services: is a mapping, must be a list",
        "a: [ | syntax: is not YAML",
      })
  void file_thatIsNotOne_isRefused(String text, String problem) throws IOException {
    read(text);

    assertThat(problems()).singleElement().asString().contains(": " + problem);
  }

  /** As in Kong, it takes the place of its scope. */
  @Test
  void secondPlugin_isOneTooMany_alsoWhereItIsDisabled() throws IOException {
    read("""
        plugins:
          - {name: upstream-oauth, enabled: false, config: &c {oauth: {token_endpoint: "https://i/t", client_id: c, client_secret: s}}}
          - {name: upstream-oauth, config: *c}
        """);
    assertThat(problems())
        .singleElement()
        .asString()
        .contains("plugins[1]: is a second upstream-oauth plugin for the same scope");
  }

  @Test
  void routeThatIsNeverReached_isWarnedOf() throws IOException {
    read("""
        services:
        - name: s
          url: http://h
          routes:
          - {name: a, paths: [/x, "~/y+"], hosts: [h.example]}
          - {name: b, paths: [/x, "~/y+"], hosts: [h.example], created_at: 1}
          - {name: c, paths: [/x, "~/y"], hosts: [h.example]}
          - {name: d, paths: [/x, "~/y+"], hosts: [h.example], methods: [GET]}
          - {name: e, paths: [/x, "~/y+"], hosts: [h.example], enabled: false}
        """);
    assertThat(problems()).isEmpty();
    assertThat(reading.warnings())
        .singleElement()
        .asString()
        .contains(
            ":6: services[0].routes[1]: matches the same requests as the route at ", ":5: one");
  }

  @Test
  void protocols_mustNameOne() throws IOException {
    read("""
        routes: [{name: r, service: s, paths: [/], protocols: []}]
        services: [{name: s, url: "http://h"}]
        """);
    assertThat(problems()).singleElement().asString().contains("routes[0].protocols: is empty");
  }

  @Test
  void file_thatIsMissing_isRefused() {
    GatewayFiles.read(List.of(directory.resolve("none.yaml")), reading);

    assertThat(problems()).singleElement().asString().contains("does not exist");
  }
}
