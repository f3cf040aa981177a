package io.oidcgrant.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MaskedValuesTest {
  private static Map<String, Object> of(String yaml) {
    return MaskedValues.of(YamlReader.read("test", yaml, new Reading()).get(0));
  }

  private static Object config(String yaml) {
    return of("config: " + yaml).get("config");
  }

  @Test
  void types_areThoseOfYaml_butNamesAreTexts() {
    assertThat(of("{name: 42, port: 80, enabled: true, path: ~, quoted: \"1\", tags: [1]}"))
        .containsEntry("name", "42")
        .containsEntry("port", new BigDecimal(80))
        .containsEntry("enabled", true)
        .containsEntry("path", null)
        .containsEntry("quoted", "1")
        .containsEntry("tags", List.of("1"));
  }

  @Test
  void secretsOfPlugins_areMasked_referencesAreNot() {
    assertThat(config("{client_id: [c], client_secret: [s, '{vault://env/x}']}"))
        .isEqualTo(
            Map.of("client_id", List.of("c"), "client_secret", List.of("***", "{vault://env/x}")));
    assertThat(config("{oauth: {password: 7, token_headers: {X-A: b}}}"))
        .isEqualTo(
            Map.of("oauth", Map.of("password", "***", "token_headers", Map.of("X-A", "***"))));
    assertThat(config("{redis: {password: p, host: h}, client_jwk: [{kty: oct, k: secret}]}"))
        .isEqualTo(Map.of(
            "redis",
            Map.of("password", "***", "host", "h"),
            "client_jwk",
            List.of(Map.of("kty", "***", "k", "***"))));
  }

  @Test
  void partsOfTexts_thatAreSecrets_areMasked() {
    assertThat(config("{http_proxy: 'http://user:pass@proxy:1'}"))
        .isEqualTo(Map.of("http_proxy", "http://***@proxy:1"));
  }

  @Test
  void keysOfCertificates_areMasked() {
    assertThat(of("{cert: c, key: k, key_alt: l, key_password: m}"))
        .isEqualTo(Map.of("cert", "c", "key", "***", "key_alt", "***", "key_password", "***"));
    assertThat(of("{cert: '-----BEGIN PRIVATE KEY-----'}")).isEqualTo(Map.of("cert", "***"));
  }
}
