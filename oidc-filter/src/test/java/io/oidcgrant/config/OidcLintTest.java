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
      })
  void whatMakesNoSense_isWarnedOf(String fields, String warning) {
    read(fields.replaceAll(", (?=[a-z_]+: )", "\n"));

    assertThat(reading.problems()).isEmpty();
    assertThat(warnings())
        .anySatisfy(said ->
            assertThat(said).startsWith("kong.yaml:").contains("plugins[0].config." + warning));
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
