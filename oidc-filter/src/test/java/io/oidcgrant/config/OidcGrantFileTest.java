package io.oidcgrant.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a configuration may be and how its problems are told. */
class OidcGrantFileTest {
  private static final String GOOD = """
      issuer: https://idp.example/realms/one
      client_id: kong
      client_secret: s3cr3t-of-kong
      """;

  private static List<String> problems(String text) {
    ConfigException refused =
        catchThrowableOfType(ConfigException.class, () -> OidcGrantFile.parse("k.yaml", text));
    return refused == null
        ? List.of()
        : refused.problems().stream().map(ConfigProblem::toString).toList();
  }

  private static OidcGrantConfig good(String more) {
    return OidcGrantFile.parse("k.yaml", GOOD + more);
  }

  @Test
  void everyProblem_isToldAtOnce_withItsLineAndPath() {
    String text = """
        _format_version: "3.0"
        services:
        - name: one
          url: http://127.0.0.1:9000
          plugins:
          - name: openid-connect
            config:
              issuer: http://idp.example/
              client_id: kong
              auth_method: [password]
              leeway: soon
              timeout: 0
              hide_credentials: "yes"
              refresh_token_param_type: [header, boddy]
              scopes: {a: 1}
              cache_ttl_min: 9
              cache_ttl_max: 8
        """;

    assertThat(problems(text))
        .containsExactly(
            "k.yaml:8: services[0].plugins[0].config.issuer: is plain http beyond loopback, where everybody"
                + " on the way can read the secrets: use https, or set insecure_http_issuer: true",
            "k.yaml:8: services[0].plugins[0].config.client_secret: is missing: client_secret_basic and"
                + " client_secret_post need it; or write client_auth: private_key_jwt, tls_client_auth or none",
            "k.yaml:10: services[0].plugins[0].config.auth_method: unknown field; did you mean auth_methods?",
            "k.yaml:11: services[0].plugins[0].config.leeway: is a text, must be a number from 0 to 3600",
            "k.yaml:12: services[0].plugins[0].config.timeout: must be a whole number from 1 to 600000",
            "k.yaml:13: services[0].plugins[0].config.hide_credentials: is a text, must be true or false",
            "k.yaml:14: services[0].plugins[0].config.refresh_token_param_type[1]: must be one of header,"
                + " query, body; did you mean body?",
            "k.yaml:15: services[0].plugins[0].config.scopes: is a mapping, must be a text",
            "k.yaml:16: services[0].plugins[0].config.cache_ttl_min: is more than cache_ttl_max");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "leeway: true | leeway: is a boolean, must be a number from 0 to 3600",
        "leeway: '3' | leeway: is a text, must be a number from 0 to 3600",
        "leeway: [3] | leeway: is a list, must be a number from 0 to 3600",
        "leeway: -0.1 | leeway: must be a number from 0 to 3600",
        "leeway: 3600.001 | leeway: must be a number from 0 to 3600",
        "leeway: 1e400 | leeway: must be a number from 0 to 3600",
        "leeway: .inf | leeway: is a text, must be a number from 0 to 3600",
        "timeout: 1.5 | timeout: must be a whole number from 1 to 600000",
        "ssl_verify: 1 | ssl_verify: is a number, must be true or false",
        "ssl_verify: off | ssl_verify: is a text, must be true or false",
        "token_headers_prefix: 5 | token_headers_prefix: is a number, must be a text: put it in quotes",
        "token_headers_prefix: [x] | token_headers_prefix: is a list, must be a text",
        "audience: [a, 5] | audience[1]: is a number, must be a text: put it in quotes",
        "audience: [[a]] | audience[0]: is a list, must be a text",
      })
  void wrongType_isRefused(String line, String problem) {
    assertThat(problems(GOOD + line)).containsExactly("k.yaml:4: " + problem);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "leeway: 0",
        "leeway: 3600",
        "leeway: 0.5",
        "timeout: 1",
        "timeout: 600000",
        "timeout: 1e3",
        "ssl_verify: FALSE",
        "audience: a",
        "audience: []",
        "audience: ~",
        "token_headers_prefix: 'x-'"
      })
  void rightType_isAccepted(String line) {
    assertThat(problems(GOOD + line)).isEmpty();
  }

  @Test
  void singleValue_isAListOfOne() {
    assertThat(good("scopes: openid\naudience: [a, b]\n").scopes()).containsExactly("openid");
    assertThat(good("audience: [a, b]\n").audience()).containsExactly("a", "b");
  }

  @Test
  void null_isUnset() {
    OidcGrantConfig config = good("""
        leeway: null
        hide_credentials: ~
        upstream_access_token_header:
        token_endpoint: null
        max_age: null
        """);

    assertThat(config.leeway()).isZero();
    assertThat(config.hideCredentials()).isTrue();
    assertThat(config.upstreamHeaders()).isEmpty();
    assertThat(config.tokenEndpoint()).isEmpty();
    assertThat(problems("issuer: null\n"))
        .anyMatch(problem -> problem.contains("issuer: is missing"));
  }

  @ParameterizedTest
  @CsvSource({
    "isuer, issuer",
    "client_secrets, client_secret",
    "clientid, client_id",
    "token_endpont, token_endpoint",
    "audience_requird, audience_required",
  })
  void unknownField_namesTheNearest(String name, String nearest) {
    assertThat(problems(GOOD + name + ": x"))
        .containsExactly("k.yaml:4: " + name + ": unknown field; did you mean " + nearest + "?");
  }

  @Test
  void unknownField_thatIsNearNothing_isRefused() {
    assertThat(problems(GOOD + "zzzzzzzzzz: x"))
        .containsExactly("k.yaml:4: zzzzzzzzzz: unknown field");
    assertThat(problems(GOOD + "z".repeat(5000) + ": x")).hasSize(1);
  }

  private static Reading read(boolean kongCompatible, String more) {
    Reading reading = new Reading(name -> null, kongCompatible);
    OidcGrantConfig.read(YamlReader.read("k.yaml", GOOD + more, reading).get(0), "config", reading);
    return reading;
  }

  @Test
  void knownField_thatIsNotImplemented_isRefused() {
    String more =
        "consumer_groups_claim: [api]\nend_session_endpoint: https://idp.example/u\nverify_nonce: true\n";

    assertThat(read(false, more).problems())
        .extracting(ConfigProblem::toString)
        .containsExactly(
            "k.yaml:4: config.consumer_groups_claim: is a known field, but not implemented in this release",
            "k.yaml:5: config.end_session_endpoint: is a known field, but not implemented in this release");
  }

  @Test
  void knownField_underCompatKong_isWarnedOf_whereItCannotWeaken() {
    Reading reading = read(
        true,
        "consumer_groups_claim: [api]\nend_session_endpoint: https://idp.example/u\nresolve_distributed_claims: true\n");

    assertThat(reading.problems())
        .extracting(ConfigProblem::path)
        .containsExactly("config.consumer_groups_claim", "config.resolve_distributed_claims");
    assertThat(reading.warnings())
        .extracting(ConfigProblem::toString)
        .containsExactly(
            "k.yaml:5: config.end_session_endpoint: is not implemented in this release and ignored");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bearer_token_param_type: [query, header, body]",
        "scopes_claim: scope",
        "scopes_required: []"
      })
  void knownField_withItsDefault_asksForNothing(String line) {
    assertThat(problems(GOOD + line)).isEmpty();
  }

  @Test
  void method_thatIsNotImplemented_isRefused() {
    assertThat(problems(GOOD + "auth_methods: [password, session, passwort]"))
        .containsExactly(
            "k.yaml:4: auth_methods[1]: session is not implemented in this release; implemented:"
                + " bearer, introspection, userinfo, refresh_token, password, client_credentials",
            "k.yaml:4: auth_methods[2]: must be one of bearer, introspection, userinfo, refresh_token, password,"
                + " client_credentials, authorization_code, session, kong_oauth2; did you mean password?");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "auth_methods: [refresh_token] | refresh_token_param_name: is missing: auth_methods lists refresh_token",
        "auth_methods: [] | auth_methods: is empty: nobody could pass",
        "password_param_type: [] | password_param_type: is empty: list header, query or body",
        "refresh_token_param_name: 'a b' | refresh_token_param_name: must be made of letters, digits, - and _",
        "token_headers_names: [a] | token_headers_values: has 0 items beside 1 of token_headers_names; each name needs its value",
        "'token_post_args_names: [resource, resource]\ntoken_post_args_values: [a, b]' | token_post_args_names: holds resource twice, which is not implemented in this release",
        "'token_headers_names: [x-a, X-A]\ntoken_headers_values: [a, b]' | token_headers_names: holds X-A twice, which is not implemented in this release",
        "token_post_args_client: grant_type | token_post_args_client: holds grant_type, which the request sets itself",
        "token_headers_client: Authorization | token_headers_client: holds Authorization, which the request sets itself",
        "token_headers_client: 'a:b' | token_headers_client: holds what cannot be the name of a header",
        "upstream_id_token_header: 'a b' | upstream_id_token_header: cannot be the name of a header",
        "upstream_id_token_header: Content_Length | upstream_id_token_header: is Content_Length, which the message sets itself",
        "downstream_id_token_header: connection | downstream_id_token_header: is connection, which the message sets itself",
        "upstream_id_token_header: Authorization | upstream_id_token_header: is Authorization, which holds something else already",
        "'upstream_refresh_token_header: x_token\nupstream_id_token_header: X-Token:bearer' | upstream_id_token_header: is X-Token, which holds something else already",
        "'downstream_access_token_header: x-token\ndownstream_id_token_header: X-Token' | downstream_id_token_header: is X-Token, which holds something else already",
        "token_headers_replay: Content-Length | token_headers_replay: holds Content-Length, which the message sets itself",
        "using_pseudo_issuer: true | token_endpoint: is missing: with using_pseudo_issuer it is not discovered",
        "token_endpoint: 'https://u:p@idp.example/t' | token_endpoint: must not have a user or a fragment in it",
        "token_endpoint: 'ftp://idp.example/t' | token_endpoint: must be an https URL with a host",
        "jwks_endpoint: 'http://10.0.0.1/k' | jwks_endpoint: is plain http beyond loopback",
      })
  void fields_mustFitEachOther(String line, String problem) {
    assertThat(problems(GOOD + line)).anyMatch(told -> told.contains(": " + problem));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "upstream_access_token_header:\nupstream_id_token_header: authorization",
        "upstream_id_token_header: x-token\ndownstream_id_token_header: x-token",
        "token_headers_prefix: idp-\ntoken_headers_replay: content-length",
      })
  void headers_thatDoNotCollide_areAccepted(String lines) {
    assertThat(OidcGrantFile.parse("k.yaml", GOOD + lines)).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1:8080/r",
        "http://localhost/r",
        "http://[::1]:9/r",
        "https://idp.example"
      })
  void loopback_mayBePlainHttp(String issuer) {
    assertThat(problems("issuer: " + issuer + "\nclient_id: a\nclient_secret: b\n"))
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1.evil.example/",
        "http://localhost.evil.example/",
        "http://128.0.0.1/",
        "//127.0.0.1/",
        "http:/127.0.0.1"
      })
  void whatOnlyLooksLikeLoopback_isRefused(String issuer) {
    assertThat(problems("issuer: " + issuer + "\nclient_id: a\nclient_secret: b\n"))
        .hasSize(1);
  }

  @Test
  void reference_isResolved_andItsProblemShowsNoValue() {
    Map<String, String> environment =
        Map.of("MY_SECRET", "s1", "MY_JSON", "{\"key\":\"s2\",\"n\":1}", "MY_TEXT", "hunter2");
    Reading reading = new Reading(environment::get, false);
    String issuer = "issuer: https://idp.example\nclient_id: a\nclient_secret: ";

    assertThat(secret(issuer + "'{vault://env/my-secret}'", reading)).contains("s1");
    assertThat(secret(issuer + "'{vault://env/my-json/key}'", reading)).contains("s2");
    assertThat(secret(issuer + "'{vault://env/my-json/n}'", reading)).isEmpty();
    assertThat(secret(issuer + "'{vault://env/my-text/key}'", reading)).isEmpty();
    assertThat(secret(issuer + "'{vault://env/gone}'", reading)).isEmpty();
    assertThat(secret(issuer + "'{vault://hcv/x}'", reading)).isEmpty();
    for (String none : List.of(
        "{file:/x",
        "{File:/x}",
        "{vault:env/x}",
        "{VAULT://env/x}",
        "${vault://env/x}",
        " { file:/x}",
        "{file:/x} ")) {
      assertThat(secret(issuer + "'" + none + "'", reading)).as(none).isEmpty();
    }
    assertThat(secret(issuer + "'{file:/gone/away}'", reading)).isEmpty();
    assertThat(reading.problems())
        .hasSize(12)
        .noneMatch(problem -> problem.toString().contains("hunter2"));
  }

  private static Optional<String> secret(String text, Reading reading) {
    return OidcGrantConfig.read(YamlReader.read("k.yaml", text, reading).get(0), "", reading)
        .or(Optional::empty)
        .flatMap(config -> config.clients().get(0).secret())
        .map(io.oidcgrant.protocol.Secret::reveal);
  }

  @Test
  void secret_isInNoProblemAndNoText() {
    String secret = "hunter2";
    for (String text : List.of(
        "client_secret: {" + secret + ": " + secret + "}",
        "client_secret: [" + secret + ", " + secret + "x]",
        "client_secret: [[" + secret + "]]",
        "client_secret: " + secret + "\nclient_secret: " + secret,
        "cache_tokens_salt: [" + secret + "]",
        "token_post_args_names: [a, b]\ntoken_post_args_values: [" + secret + "]",
        "token_headers_names: [a]\ntoken_headers_values: [\"" + secret + "\\n\"]",
        "client_jwk: " + secret,
        "session_secret: " + secret,
        "client_secret: '{vault://aws/" + secret + "}'")) {
      List<String> problems = problems("issuer: https://idp.example\nclient_id: a\n" + text + "\n");

      assertThat(problems).as(text).isNotEmpty().noneMatch(problem -> problem.contains(secret));
    }
    OidcGrantConfig config = good("cache_tokens_salt: " + secret + "\n");
    assertThat(config + " " + config.clients() + config.cacheTokensSalt())
        .doesNotContain(secret)
        .doesNotContain("s3cr3t");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | k.yaml: file: holds 0 documents, must hold one",
        "just text | k.yaml:1: is a text, must be a mapping",
        "[1] | k.yaml:1: is a list, must be a mapping",
        "~ | k.yaml:1: is null, must be a mapping",
      })
  void file_thatIsNoMapping_isRefused(String text, String problem) {
    assertThat(problems(text)).containsExactly(problem);
  }

  @Test
  void declarativeFile_givesItsOnePlugin() {
    String plugin =
        "{name: openid-connect, config: {issuer: https://idp.example, client_id: a, client_secret: b}}";

    assertThat(OidcGrantFile.parse(
                "k.yaml",
                "_format_version: '3.0'\nservices: [{name: s, routes: [{name: r, plugins: ["
                    + plugin + "]}]}]\n")
            .issuer())
        .isEqualTo("https://idp.example");
    assertThat(OidcGrantFile.parse("k.yaml", "plugins: [{name: cors}, " + plugin + "]\n")
            .issuer())
        .isEqualTo("https://idp.example");
    assertThat(problems("plugins: [" + plugin + ", " + plugin + "]\n"))
        .containsExactly(
            "k.yaml: plugins: the file holds 2 enabled openid-connect plugins, a filter takes one");
    assertThat(problems("plugins: [" + plugin.replace("config", "enabled: false, config") + "]\n"))
        .containsExactly(
            "k.yaml: plugins: the file holds 0 enabled openid-connect plugins, a filter takes one");
  }

  @Test
  void issuer_isWithoutTheDocumentsPath() {
    String document = "https://idp.example/r/.well-known/openid-configuration";
    OidcGrantConfig byDocument =
        OidcGrantFile.parse("k.yaml", GOOD.replace("https://idp.example/realms/one", document));

    assertThat(byDocument.issuer()).isEqualTo("https://idp.example/r");
    assertThat(byDocument.discoveryDocument()).hasToString("Optional[" + document + "]");
    assertThat(good("").discoveryDocument())
        .hasToString("Optional[https://idp.example/realms/one/.well-known/openid-configuration]");
  }
}
