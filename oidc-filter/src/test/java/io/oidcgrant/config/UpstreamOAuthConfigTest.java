package io.oidcgrant.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWK;
import io.oidcgrant.jose.SigningKey;
import io.oidcgrant.protocol.Secret;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The fields of {@code upstream-oauth}, as they stand in files, init-params and the builder. */
class UpstreamOAuthConfigTest {
  private static final JWK KEY = SigningKey.generate(JWSAlgorithm.RS256).key();
  private static final JWK DPOP = SigningKey.generate(JWSAlgorithm.ES256).key();

  /** Every field but those of a client certificate. */
  private static final String ALL = """
      oauth:
        token_endpoint: https://idp.example/token
        issuer: https://idp.example
        grant_type: password
        client_id: gate
        client_secret: gate-secret
        username: john
        password: johns-password
        scopes: [read, write]
        audience: [a, b]
        token_headers: {X-One: '1'}
        token_post_args: {two: '2'}
      client:
        auth_method: private_key_jwt
        client_secret_jwt_alg: HS256
        client_alg: PS256
        client_jwk: '%s'
        client_keys_file: keys.json
        token_endpoint_dpop: true
        dpop_jwk: '%s'
        http_version: 1.1
        http_proxy: http://proxy.example:3128
        http_proxy_authorization: Basic b25l
        https_proxy: http://proxy.example:3129
        https_proxy_authorization: Basic dHdv
        no_proxy: localhost, .internal
        timeout: 2500
        keep_alive: true
        ssl_verify: false
        ca_certificates_file: ca.pem
        insecure_http_issuer: true
      cache:
        strategy: memory
        eagerly_expire: 7.5
        default_ttl: 60
      behavior:
        upstream_access_token_header_name: Authorization
        upstream_dpop: true
        idp_error_response_status_code: 503
        idp_error_response_content_type: text/plain
        idp_error_response_message: none
        idp_error_response_body_template: '{{message}}'
        purge_token_on_upstream_status_codes: [401, 403]
        retry_on_purge: false
      """.formatted(without(KEY), DPOP.toJSONString());

  private static final String GOOD = """
      oauth:
        token_endpoint: https://idp.example/token
        client_id: gate
        client_secret: canary
      """;

  private static String without(JWK key) {
    Map<String, Object> members = key.toJSONObject();
    members.remove("alg");
    return com.nimbusds.jose.util.JSONObjectUtils.toJSONString(members);
  }

  private static JWK parsed(String json) {
    try {
      return JWK.parse(json);
    } catch (java.text.ParseException e) {
      throw new AssertionError(e);
    }
  }

  private static UpstreamOAuthConfig parse(String text) {
    return OidcGrantFile.parseUpstreamOAuth("k.yaml", text);
  }

  private static List<String> problems(String text) {
    ConfigException refused = catchThrowableOfType(ConfigException.class, () -> parse(text));
    return refused == null
        ? List.of()
        : refused.problems().stream().map(ConfigProblem::toString).toList();
  }

  /** What can be asked of a configuration, by the field that says it. */
  private static Map<String, Object> told(UpstreamOAuthConfig config) {
    OidcGrantConfig requests = config.requests();
    ClientSettings client = requests.clients().get(0);
    Map<String, Object> told = new LinkedHashMap<>();
    told.put("oauth.token_endpoint", requests.tokenEndpoint().map(URI::toString));
    told.put("oauth.issuer", requests.issuer());
    told.put("oauth.grant_type", config.grantType());
    told.put("oauth.client_id", client.id());
    told.put("oauth.client_secret", client.secret().map(Secret::reveal));
    told.put("oauth.username", config.username().map(Secret::reveal));
    told.put("oauth.password", config.password().map(Secret::reveal));
    told.put("oauth.scopes", requests.scopes());
    told.put("oauth.audience", config.audience());
    told.put("oauth.token_headers", requests.tokenHeaders());
    told.put("oauth.token_post_args", requests.tokenPostArgs());
    told.put("client.auth_method", client.auth());
    told.put("client.client_alg", client.algorithm().map(JWSAlgorithm::getName));
    told.put("client.client_jwk", client.key().map(JWK::getKeyID));
    told.put("client.client_keys_file", requests.clientKeysFile().map(Object::toString));
    told.put("client.token_endpoint_dpop", requests.tokenEndpointDpop());
    told.put("client.dpop_jwk", requests.dpopJwk().map(JWK::getKeyID));
    told.put("client.http_proxy", requests.proxies().http().map(URI::toString));
    told.put(
        "client.http_proxy_authorization",
        requests.proxies().httpAuthorization().map(Secret::reveal));
    told.put("client.https_proxy", requests.proxies().https().map(URI::toString));
    told.put(
        "client.https_proxy_authorization",
        requests.proxies().httpsAuthorization().map(Secret::reveal));
    told.put("client.no_proxy", requests.proxies().noProxy());
    told.put("client.timeout", requests.timeout());
    told.put("client.ssl_verify", requests.sslVerify());
    told.put("client.ca_certificates_file", requests.caCertificatesFile());
    told.put("client.insecure_http_issuer", requests.insecureHttpIssuer());
    told.put("cache.eagerly_expire", config.eagerlyExpire());
    told.put("cache.default_ttl", config.defaultTtl());
    told.put("behavior.upstream_access_token_header_name", config.headerName());
    told.put("behavior.upstream_dpop", config.upstreamDpop());
    told.put("behavior.idp_error_response_status_code", config.errorStatus());
    told.put("behavior.idp_error_response_content_type", config.errorContentType());
    told.put("behavior.idp_error_response_message", config.errorMessage());
    told.put("behavior.idp_error_response_body_template", config.errorTemplate());
    told.put("behavior.purge_token_on_upstream_status_codes", config.purgeStatuses());
    told.put("behavior.retry_on_purge", config.retryOnPurge());
    return told;
  }

  private static UpstreamOAuthConfig built() {
    return UpstreamOAuthConfig.builder()
        .tokenEndpoint("https://idp.example/token")
        .issuer("https://idp.example")
        .grantType("password")
        .clientId("gate")
        .clientSecret("gate-secret")
        .username("john")
        .password("johns-password")
        .scopes(List.of("read", "write"))
        .audience(List.of("a", "b"))
        .tokenHeaders(Map.of("X-One", "1"))
        .tokenPostArgs(Map.of("two", "2"))
        .authMethod("private_key_jwt")
        .clientSecretJwtAlg("HS256")
        .clientAlg("PS256")
        .clientJwk(parsed(without(KEY)))
        .clientKeysFile("keys.json")
        .tokenEndpointDpop(true)
        .dpopJwk(DPOP)
        .httpProxy("http://proxy.example:3128")
        .httpProxyAuthorization("Basic b25l")
        .httpsProxy("http://proxy.example:3129")
        .httpsProxyAuthorization("Basic dHdv")
        .noProxy("localhost, .internal")
        .timeout(Duration.ofMillis(2500))
        .keepAlive(true)
        .sslVerify(false)
        .caCertificatesFile("ca.pem")
        .insecureHttpIssuer(true)
        .cacheStrategy("memory")
        .cacheEagerlyExpire(Duration.ofMillis(7500))
        .cacheDefaultTtl(Duration.ofSeconds(60))
        .upstreamAccessTokenHeaderName("Authorization")
        .upstreamDpop(true)
        .idpErrorResponseStatusCode(503)
        .idpErrorResponseContentType("text/plain")
        .idpErrorResponseMessage("none")
        .idpErrorResponseBodyTemplate("{{message}}")
        .purgeTokenOnUpstreamStatusCodes(List.of(401, 403))
        .retryOnPurge(false)
        .build();
  }

  /** The fields of {@link #ALL} as init-params. */
  private static Map<String, String> texts() {
    Map<String, String> texts = new LinkedHashMap<>();
    String section = "";
    for (String line : ALL.lines().toList()) {
      int colon = line.indexOf(':');
      String name = line.substring(0, colon).strip();
      if (line.startsWith(" ")) {
        texts.put(
            section + "." + name,
            line.substring(colon + 1).strip().replaceAll("^['\\[]|['\\]]$", ""));
      } else {
        section = name;
      }
    }
    return texts;
  }

  @Test
  void everyField_isReadFromFilesInitParamsAndTheBuilder() {
    Map<String, String> texts = texts();
    List<String> fields =
        UpstreamOAuthFields.rows().stream().map(Field::name).sorted().toList();
    assertThat(texts.keySet())
        .containsExactlyInAnyOrderElementsOf(fields.stream()
            .filter(name -> !name.startsWith("client.tls_client_auth_"))
            .toList());

    Map<String, Object> read = told(parse(ALL));
    assertThat(told(built())).isEqualTo(read);
    assertThat(told(UpstreamOAuthConfig.fromTexts("init-params", texts.keySet(), texts::get)))
        .isEqualTo(read);

    // None of them has its default, but the header that DPoP needs.
    Map<String, Object> defaults = told(parse(GOOD));
    assertThat(read).allSatisfy((name, value) -> {
      if (!name.endsWith("header_name")
          && !name.endsWith("token_endpoint")
          && !name.endsWith("client_id")) {
        assertThat(value).as(name).isNotEqualTo(defaults.get(name));
      }
    });
    assertThat(read)
        .containsEntry("oauth.client_secret", Optional.of("gate-secret"))
        .containsEntry("oauth.audience", List.of("a", "b"))
        .containsEntry("oauth.token_headers", Map.of("X-One", "1"))
        .containsEntry("client.client_alg", Optional.of("PS256"))
        .containsEntry("client.http_proxy", Optional.of("http://proxy.example:3128"))
        .containsEntry("client.https_proxy_authorization", Optional.of("Basic dHdv"))
        .containsEntry("client.timeout", Duration.ofMillis(2500))
        .containsEntry("cache.eagerly_expire", Duration.ofMillis(7500))
        .containsEntry("behavior.purge_token_on_upstream_status_codes", List.of(401, 403));
    assertThat(parse(ALL).toString()).doesNotContain("secret", "password");
  }

  @ParameterizedTest
  @CsvSource({"HS256, HS256", ", HS512"})
  void clientSecretJwt_hasItsOwnAlgorithm(String written, String used) {
    String secret = "s".repeat(64);
    String algorithm = written == null ? "" : ", client_secret_jwt_alg: " + written;
    assertThat(
            parse("oauth: {token_endpoint: 'https://idp.example/t', client_id: a, client_secret: "
                    + secret + "}\nclient: {auth_method: client_secret_jwt" + algorithm + "}\n")
                .requests()
                .clients()
                .get(0)
                .algorithm()
                .map(JWSAlgorithm::getName))
        .contains(used);
  }

  @Test
  void everyProblem_isToldAtOnce_withItsLineAndPath() {
    assertThat(problems("""
            _format_version: "3.0"
            services:
            - name: one
              url: http://127.0.0.1:9000
              plugins:
              - name: upstream-oauth
                config:
                  oauth:
                    client_secret: canary
                    grant_type: password
                    password: canary
                    scope: [a]
                  client:
                    http_version: 1.0
                    timeout: 0
                  cache:
                    strategy: redis
                    eagerly_expire: -1
                  behavior:
                    idp_error_response_status_code: 404
                    purge_token_on_upstream_status_codes: [401, 600]
                    upstream_access_token_header_name: Content-Length
                    idp_error_response_content_type: nonsense
                    idp_error_response_body_templat: x
            """))
        .allSatisfy(problem -> assertThat(problem).doesNotContain("canary"))
        .zipSatisfy(
            List.of(
                "8: oauth.token_endpoint: is missing: where tokens are asked for, or oauth.issuer",
                "8: oauth.client_id: is missing: the client that asks",
                "8: oauth.username: is missing: oauth.grant_type is password",
                "12: oauth.scope: unknown field; did you mean scopes?",
                "14: client.http_version: other than 1.1 is not implemented in this release",
                "15: client.timeout: must be a whole number from 1 to 600000",
                "17: cache.strategy: redis is not implemented in this release; implemented: memory",
                "18: cache.eagerly_expire: must be a number from 0 to 31622400",
                "20: behavior.idp_error_response_status_code: must be a whole number from 500 to 599",
                "21: behavior.purge_token_on_upstream_status_codes[1]: must be a whole number from 100 to 599",
                "22: behavior.upstream_access_token_header_name: is Content-Length, which the message sets itself",
                "23: behavior.idp_error_response_content_type: must be a media type",
                "24: behavior.idp_error_response_body_templat: unknown field; did you mean idp_error_response_body_template?"),
            (problem, expected) -> assertThat(problem)
                .isEqualTo(
                    "k.yaml:" + expected.replaceFirst(" ", " services[0].plugins[0].config.")));
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      http_proxy: 'proxy.example:3128'                | http_proxy: must be http://HOST:PORT
      http_proxy: 'not a url'                         | http_proxy: must be http://HOST:PORT
      https_proxy: 'https://proxy.example'            | https_proxy: must be http://HOST:PORT
      https_proxy: 'http://user:canary@proxy.example' | https_proxy: must be http://HOST:PORT
      http_proxy: 'http://proxy.example/path'         | http_proxy: must be http://HOST:PORT
      http_proxy: 'http://proxy.example?canary'       | http_proxy: must be http://HOST:PORT
      http_proxy: 'http://proxy.example:65536'        | http_proxy: must be http://HOST:PORT
      http_proxy: 'http://proxy.example:0'            | http_proxy: must be http://HOST:PORT
      https_proxy_authorization: "canary\\r\\nX: y"    | https_proxy_authorization: cannot be the value of a header
      """, quoteCharacter = '`')
  void proxyThatCannotBeOne_isRefused_byBothPlugins(String line, String problem) {
    assertThat(problems(GOOD + "client:\n  " + line))
        .hasSize(1)
        .allSatisfy(told ->
            assertThat(told).startsWith("k.yaml:6: client." + problem).doesNotContain("canary"));
    ConfigException refused = catchThrowableOfType(
        ConfigException.class,
        () -> OidcGrantFile.parse(
            "k.yaml", "issuer: https://idp.example\nclient_id: a\nclient_secret: b\n" + line));
    assertThat(refused.getMessage()).startsWith("k.yaml:4: " + problem).doesNotContain("canary");
  }

  @Test
  void proxy_mayHaveNoPort_andASlash() {
    assertThat(
            problems(GOOD + "client: {http_proxy: 'HTTP://proxy/', https_proxy: 'http://[::1]:1'}"))
        .isEmpty();
  }
}
