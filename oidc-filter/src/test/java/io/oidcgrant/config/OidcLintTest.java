package io.oidcgrant.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is allowed and makes no sense; and what is in force, for people to read. */
class OidcLintTest {
  private static final String PLUGIN = """
      - name: openid-connect
        config:
          issuer: https://idp.example
          client_id: [c]
          client_secret: [hidden1]
      """;

  private final Reading reading =
      new Reading(name -> name.equals("SECRET") ? "hidden2" : null, false);

  private List<PluginEntry> read(String more) {
    String plugin =
        more.contains("insecure_http_issuer") ? PLUGIN.replace("https:", "http:") : PLUGIN;
    String text = "plugins:\n" + plugin.indent(2) + more.indent(6);
    ConfigNode root = YamlReader.read("kong.yaml", text, reading).get(0);
    MappingReader fields = MappingReader.of(root, "", reading).orElseThrow();
    return PluginEntry.readAll(fields.takeItems("plugins"), "plugins", reading);
  }

  private List<String> warnings() {
    return reading.warnings().stream().map(ConfigProblem::toString).toList();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "leeway: 301 | leeway: is longer than clocks differ",
        "leeway: 20, cache_ttl_max: 20 | leeway: is longer than clocks differ",
        "cache_ttl_max: 10 | refresh_ahead: is not less than cache_ttl_max",
        "auth_methods: [password, client_credentials] | client_credentials_param_type: has header",
        "auth_methods: [password], refresh_token_param_name: rt | refresh_token_param_name: has no effect: auth_methods does not have refresh_token",
        "auth_methods: [client_credentials], password_param_type: [header] | password_param_type: has no effect",
        "refresh_tokens: false, refresh_ahead: 3 | refresh_ahead: has no effect: refresh_tokens is false",
        "stream_until_expiry: false, stream_grace: 3 | stream_grace: has no effect",
        "cache_tokens: false, cache_ttl: 60 | cache_ttl: has no effect",
        "insecure_http_issuer: true | issuer: is plain http beyond this machine",
        "insecure_http_issuer: true, token_endpoint: http://idp.example/t | token_endpoint: is plain http",
        "refresh_ahead: 30, cache_ttl: 5 | refresh_ahead: is not less than cache_ttl, the life",
        "auth_methods: [password], introspection_hint: x | introspection_hint: has no effect: auth_methods does not have introspection and introspect_jwt_tokens is false",
        "auth_methods: [password], userinfo_accept: application/jwt | userinfo_accept: has no effect",
        "auth_methods: [password], bearer_token_header_name: X-T | bearer_token_header_name: has no effect",
        "client_auth: [none], auth_methods: [password] | client_secret: has no effect: client_auth is none",
      })
  void whatMakesNoSense_isWarnedOf(String fields, String warning) {
    read(fields.replaceAll(", (?=[a-z_]+: )", "\n"));

    assertThat(reading.problems()).isEmpty();
    assertThat(warnings())
        .anySatisfy(said ->
            assertThat(said).startsWith("kong.yaml:").contains("plugins[0].config." + warning));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "oauth: {username: u} | oauth.username: has no effect: oauth.grant_type is not password",
        "client: {client_alg: RS256} | client.client_alg: has no effect: client.auth_method is not private_key_jwt",
        "client: {ssl_verify: false} | client.ssl_verify: is off",
        "cache: {eagerly_expire: 7200, default_ttl: 60} | cache.eagerly_expire: is not less than cache.default_ttl",
        "client: {insecure_http_issuer: true} | oauth.token_endpoint: is plain http",
      })
  void whatMakesNoSense_forTheUpstreamsTokens_isWarnedOf(String more, String warning) {
    String scheme = more.contains("insecure") ? "http" : "https";
    String oauth = "oauth: {client_id: c, client_secret: s, token_endpoint: \"" + scheme
        + "://idp.example/t\"";
    String config =
        more.startsWith("oauth: {") ? oauth + ", " + more.substring(8) : oauth + "}, " + more;
    String text = "[{name: upstream-oauth, config: {" + config + "}}]";
    ConfigNode list = YamlReader.read("kong.yaml", text, reading).get(0);
    PluginEntry.readAll(((ConfigNode.Sequence) list).items(), "plugins", reading);

    assertThat(reading.problems()).isEmpty();
    assertThat(warnings())
        .singleElement()
        .asString()
        .startsWith("kong.yaml:1: plugins[0].config." + warning);
  }

  @Test
  void whatMakesSense_isNot() {
    read("""
        auth_methods: [password, client_credentials, refresh_token]
        client_credentials_param_type: [body]
        refresh_token_param_name: rt
        leeway: 30
        cache_ttl_max: 600
        refresh_ahead: 20
        """);

    assertThat(reading.problems()).isEmpty();
    assertThat(warnings()).isEmpty();
  }

  @Test
  void effectiveConfiguration_hasWhatWasWritten_andTheDefaults_butNoSecret() {
    List<String> lines = EffectiveConfig.lines(read("""
            auth_methods: [password]
            token_post_args_names: [a]
            token_post_args_values: [hidden3]
            cache_tokens_salt: hidden4
            """).get(0));

    assertThat(lines)
        .contains(
            "issuer: \"https://idp.example\"",
            "client_secret: [\"***\"]",
            "auth_methods: [\"password\"]",
            "token_post_args_names: [\"a\"]",
            "token_post_args_values: [\"***\"]",
            "rotation_grace: 30.0 # default");
    assertThat(lines.toString()).doesNotContain("hidden");
  }

  @Test
  void effectiveConfiguration_masksWhatMayBeSecret_inMappingsAndInPem() {
    String text = """
        - name: upstream-oauth
          config:
            oauth:
              token_endpoint: https://idp.example/t
              client_id: c
              client_secret: hidden1
              token_headers: {X-Api-Key: hidden2}
              token_post_args: {assertion: hidden3}
        - name: openid-connect
          config:
            issuer: https://idp.example
            client_id: c
            client_auth: none
            auth_methods: [password]
            http_proxy: http://user:hidden4@proxy.example:3128
            tls_client_auth_cert: "-----BEGIN PRIVATE KEY----- hidden5"
        """;
    ConfigNode list = YamlReader.read("kong.yaml", text, reading).get(0);
    List<String> lines = ((ConfigNode.Sequence) list)
        .items().stream()
            .map(node -> new PluginEntry(
                node == ((ConfigNode.Sequence) list).items().get(0)
                    ? PluginEntry.UPSTREAM_OAUTH
                    : PluginEntry.OPENID_CONNECT,
                node,
                "plugins",
                java.util.Optional.empty(),
                java.util.Optional.empty(),
                true,
                java.util.Optional.empty(),
                java.util.Optional.empty()))
            .flatMap(entry -> EffectiveConfig.lines(entry).stream())
            .toList();

    assertThat(lines)
        .contains(
            "  token_headers: {\"X-Api-Key\": \"***\"}",
            "  token_post_args: {\"assertion\": \"***\"}",
            "http_proxy: \"http://***@proxy.example:3128\"",
            "tls_client_auth_cert: \"***\"")
        .noneMatch(line -> line.contains("hidden"));
  }

  /** What counts is not what the table says. */
  @Test
  void effectiveConfiguration_tellsTheMethodsThatAreOn_andWhatKongLetsPass() {
    Reading asKong = new Reading(name -> null, true);
    ConfigNode config = YamlReader.read(
            "k",
            "{name: openid-connect, config: {issuer: https://idp.example, client_id: c, client_secret: s}}",
            asKong)
        .get(0);
    List<PluginEntry> entries = PluginEntry.readAll(List.of(config), "plugins", asKong);

    assertThat(EffectiveConfig.lines(entries.get(0)))
        .contains("insecure_any_audience: true # default")
        .anyMatch(line -> line.matches("auth_methods: \\[.*\"password\".*] # default"));
  }

  @Test
  void referencesToSecrets_areShown() {
    String text = "- {name: upstream-oauth, config: {oauth: {token_endpoint: https://idp.example/t,"
        + " client_id: c, client_secret: \"{vault://env/SECRET}\"}}}";
    ConfigNode list = YamlReader.read("kong.yaml", text, reading).get(0);
    List<PluginEntry> entries =
        PluginEntry.readAll(((ConfigNode.Sequence) list).items(), "plugins", reading);

    assertThat(reading.problems()).isEmpty();
    assertThat(EffectiveConfig.lines(entries.get(0)))
        .contains("oauth:", "  client_secret: \"{vault://env/SECRET}\"")
        .doesNotContain("hidden2");
  }
}
