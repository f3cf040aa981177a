package io.oidcgrant.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PluginManifestsTest {
  private static final String SECRET = """
      ---
      apiVersion: v1
      kind: Secret
      metadata: {name: oidc, namespace: kong}
      stringData:
        secret: '"s3cret"'
        list: '["a", "b"]'
        all: '{"issuer": "https://idp.example", "client_id": "c", "client_secret": "whole", "auth_methods": ["client_credentials"]}'
        broken: '"s3cret'
      data:
        encoded: InMzY3JldDIi
      """;

  private final Reading reading = new Reading(name -> null, false);

  private List<PluginEntry> read(String text) {
    List<ConfigNode> documents = YamlReader.read("k8s.yaml", text, reading);
    List<Manifest> manifests = Manifest.readAll(documents, reading);
    return new PluginManifests(manifests, new SecretManifests(manifests, reading), reading).all();
  }

  private List<String> problems() {
    return reading.problems().stream().map(ConfigProblem::toString).toList();
  }

  private static String plugin(String more) {
    return """
        apiVersion: configuration.konghq.com/v1
        kind: KongPlugin
        metadata:
          name: openid-connect
          namespace: kong
          annotations:
            kubernetes.io/ingress.class: kong
            konghq.com/tags: ''
        plugin: openid-connect
        """ + more;
  }

  private static final String CONFIG = """
      config:
        issuer: https://idp.example
        client_id: [c]
        auth_methods: [client_credentials]
      """;

  private static List<String> secrets(List<PluginEntry> entries) {
    return entries.stream()
        .flatMap(entry -> entry.config().orElseThrow().clients().stream())
        .map(client -> client.secret().orElseThrow().reveal())
        .toList();
  }

  @Test
  void plugin_isReadAsInADeclarativeFile() {
    List<PluginEntry> entries = read(plugin(CONFIG + "  client_secret: [s]\n"));

    assertThat(problems()).isEmpty();
    assertThat(entries).singleElement().satisfies(entry -> {
      assertThat(entry.name()).isEqualTo("openid-connect");
      assertThat(entry.config().orElseThrow().issuer()).isEqualTo("https://idp.example");
    });
    assertThat(secrets(entries)).containsExactly("s");
  }

  @Test
  void configFrom_isTheWholeConfig() {
    List<PluginEntry> entries =
        read(plugin("configFrom: {secretKeyRef: {name: oidc, key: all}}\n") + SECRET);

    assertThat(problems()).isEmpty();
    assertThat(secrets(entries)).containsExactly("whole");
  }

  @ParameterizedTest
  @CsvSource({"/client_secret, secret, s3cret", "/client_secret, encoded, s3cret2"})
  void configPatches_addWhatTheySay(String pointer, String key, String secret) {
    List<PluginEntry> entries = read(plugin(CONFIG
            + "configPatches: [{path: " + pointer + ", valueFrom: {secretKeyRef: {name: oidc, key: "
            + key + "}}}]\n")
        + SECRET);

    assertThat(problems()).isEmpty();
    assertThat(secrets(entries)).containsExactly(secret);
  }

  @Test
  void configPatches_goIntoLists() {
    List<PluginEntry> entries = read(plugin(CONFIG
            + "  client_secret: [first]\n"
            + "configPatches: [{path: /client_secret/0, valueFrom: {secretKeyRef: {name: oidc, key: secret}}},"
            + " {path: /client_id/-, valueFrom: {secretKeyRef: {name: oidc, key: secret}}}]\n")
        + SECRET);

    assertThat(problems()).isEmpty();
    assertThat(secrets(entries)).containsExactly("s3cret", "first");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "configFrom: {secretKeyRef: {name: other, key: all}}|there is no Secret of this name with this key in namespace kong",
        "configFrom: {secretKeyRef: {name: oidc, key: none}}|there is no Secret of this name with this key in namespace kong",
        "configFrom: {secretKeyRef: {name: oidc, key: broken}}|is not YAML",
        "configFrom: {other: x}|secretKeyRef: is missing",
        "config: {issuer: https://idp.example, nonsense: 1}|KongPlugin/openid-connect.config.nonsense: unknown field",
        "config: {}\\nconfigFrom: {}|cannot stand beside config",
        "nonsense: 1|KongPlugin/openid-connect.nonsense: unknown field",
        "consumerRef: x|is not implemented",
        "configPatches: [{path: /a/b/c, valueFrom: {secretKeyRef: {name: oidc, key: secret}}}]|points at no place of the config",
        "configPatches: [{path: a, valueFrom: {secretKeyRef: {name: oidc, key: secret}}}]|points at no place of the config",
      })
  void whatIsWrong_isSaid_withoutTheSecret(String lines, String problem) {
    read(plugin(lines.replace("\\n", "\n") + "\n") + SECRET);

    assertThat(problems())
        .anySatisfy(text -> assertThat(text).startsWith("k8s.yaml").contains(problem));
    assertThat(problems().toString()).doesNotContain("s3cret");
  }

  @Test
  void disabledOne_isNone() {
    assertThat(read(plugin("disabled: true\n" + CONFIG))).isEmpty();
    assertThat(problems()).isEmpty();
  }

  @Test
  void listsHoldObjects() {
    String item = plugin(CONFIG + "  client_secret: s\n").indent(4).replaceFirst("    ", "  - ");
    assertThat(read("apiVersion: v1\nkind: List\nitems:\n" + item)).hasSize(1);
    assertThat(problems()).isEmpty();
  }

  @Test
  void filtersConfiguration_mayBeAManifest() {
    String text = plugin("configFrom: {secretKeyRef: {name: oidc, key: all}}\n") + SECRET;
    assertThat(OidcGrantFile.parse("k8s.yaml", text).issuer()).isEqualTo("https://idp.example");
    assertThatThrownBy(() -> OidcGrantFile.parse("k8s.yaml", SECRET))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("holds 0 enabled openid-connect plugins");
  }
}
