package io.oidcgrant.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWK;
import io.oidcgrant.jose.SigningKey;
import io.oidcgrant.testing.TestCertificates;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Keys, clients and proof of possession as they stand in files and init-params. */
class ClientFieldsTest {
  private static final JWK KEY = SigningKey.generate(JWSAlgorithm.ES256).key();
  private static final String BASE = "issuer: https://idp.example\nclient_id: [a, b]\n";

  private static Reading reading() {
    return new Reading(Map.of("KEY_D", KEY.toECKey().getD().toString())::get, false);
  }

  private static OidcGrantConfig good(String text) {
    Reading reading = reading();
    OidcGrantConfig config = OidcGrantConfig.read(
            YamlReader.read("k.yaml", BASE + text, reading).get(0), "", reading)
        .orElse(null);
    assertThat(reading.problems()).isEmpty();
    return config;
  }

  private static List<String> problems(String text) {
    Reading reading = reading();
    var unused =
        OidcGrantConfig.read(YamlReader.read("k.yaml", BASE + text, reading).get(0), "", reading);
    return reading.problems().stream().map(ConfigProblem::toString).toList();
  }

  @Test
  void key_isAMappingWithReferences_orJson_andListsAlign() {
    Map<String, Object> members = KEY.toJSONObject();
    OidcGrantConfig config =
        good("""
        client_secret: [one, two]
        client_auth: [private_key_jwt, client_secret_post]
        client_alg: [ES256]
        client_jwk:
        - {kty: EC, crv: P-256, kid: "%s", alg: ES256, x: %s, y: %s, d: "{vault://env/key-d}"}
        """.formatted(members.get("kid"), members.get("x"), members.get("y")));

    ClientSettings first = config.clients().get(0);
    ClientSettings second = config.clients().get(1);
    assertThat(first.key().orElseThrow().isPrivate()).isTrue();
    assertThat(first.auth()).contains("private_key_jwt");
    assertThat(second.auth()).contains("client_secret_post");
    assertThat(second.secret().orElseThrow().reveal()).isEqualTo("two");
    assertThat(config.toString() + config.clients())
        .doesNotContain(KEY.toECKey().getD().toString());
    assertThat(good("client_auth: private_key_jwt\nclient_jwk: '" + KEY.toJSONString() + "'\n")
            .clients()
            .get(1)
            .key())
        .contains(KEY);
  }

  @Test
  void initParam_holdsAKeyAsJson() {
    Map<String, String> texts = Map.of(
        "issuer", "https://idp.example",
        "client_id", "a",
        "client_auth", "private_key_jwt",
        "client_jwk", KEY.toJSONString());

    assertThat(OidcGrantConfig.fromTexts("init-params", texts.keySet(), texts::get)
            .clients()
            .get(0)
            .key())
        .contains(KEY);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      client_jwk: {kty: EC}                | k.yaml:3: client_jwk: is not a JSON Web Key that can be used (RFC 7517): see its kty, crv and alg
      client_jwk: secret-word              | k.yaml:3: client_jwk: must be a mapping, or a text that holds the JSON of a key
      client_jwk: [7]                      | k.yaml:3: client_jwk[0]: is a number, must be a text: put it in quotes
      client_alg: [RS256, ES256, PS256]    | k.yaml:3: client_alg: has 3 items beside 2 of client_id
      client_alg: RS257                    | k.yaml:3: client_alg: must be one of HS256
      tls_client_auth_cert_id: unknown     | k.yaml:3: tls_client_auth_cert_id: names no entry of certificates[]
      tls_client_auth_key: x               | k.yaml:3: tls_client_auth_key: has no effect without tls_client_auth_cert
      dpop_upstream_url: https://a.example | k.yaml:3: dpop_upstream_url: has no effect: upstream_dpop is not on
      trusted_ips: [nonsense]              | k.yaml:3: trusted_ips: holds what is not an address or CIDR block: nonsense
      proof_of_possession_dpop: strict     | k.yaml:3: proof_of_possession_dpop: has no effect: auth_methods has no method that takes a token
      dpop_use_nonce: true                 | k.yaml:3: dpop_use_nonce: has no effect: proof_of_possession_dpop is off
      client_arg: 'a b'                    | k.yaml:3: client_arg: must be made of letters
      """)
  void whatIsWrong_isSaidAtItsLine(String line, String problem) {
    assertThat(problems(line + "\nclient_secret: s\n"))
        .anySatisfy(told -> assertThat(told).startsWith(problem))
        .noneMatch(told -> told.contains("secret-word"));
  }

  @TempDir
  Path folder;

  @Test
  void certificateFromAHeader_isReadWhole() {
    String authority = new TestCertificates(folder).anchor().toString();
    CertificateHeaderSettings header =
        good("""
        client_secret: s
        auth_methods: [bearer]
        audience_required: [api]
        proof_of_possession_mtls: strict
        proof_of_possession_mtls_from_header:
          certificate_header_name: X-Client-Cert
          certificate_header_format: base64_encoded
          ca_certificates: ["%s"]
          secure_source: false
          allow_partial_chain: true
          revocation_check_mode: SKIP
          cert_cache_ttl: 5000
        """.formatted(authority)).proofOfPossessionMtlsFromHeader().orElseThrow();

    assertThat(header.name()).isEqualTo("X-Client-Cert");
    assertThat(header.urlEncoded()).isFalse();
    assertThat(header.trustedPeersOnly()).isFalse();
    assertThat(header.partialChain()).isTrue();
    assertThat(header.cacheLife()).isEqualTo(Duration.ofSeconds(5));
    assertThat(problems("""
        client_secret: s
        auth_methods: [bearer]
        audience_required: [api]
        proof_of_possession_mtls: strict
        proof_of_possession_mtls_from_header:
          ca_certificates: [none-such]
          revocation_check_mode: STRICT
        """))
        .containsExactly(
            "k.yaml:8: proof_of_possession_mtls_from_header.certificate_header_name: must be the name of a header",
            "k.yaml:8: proof_of_possession_mtls_from_header.ca_certificates: holds what is no id of an entry of ca_certificates, no PEM and no file of certificates",
            "k.yaml:9: proof_of_possession_mtls_from_header.revocation_check_mode: STRICT is not implemented in this release; write SKIP");
  }

  @Test
  void compatKong_needsNoAudience() {
    String text = "issuer: https://idp.example\nauth_methods: [bearer]\n";
    Reading strict = reading();
    assertThat(OidcGrantConfig.read(YamlReader.read("k.yaml", text, strict).get(0), "", strict))
        .isEmpty();
    assertThat(strict.problems().get(0))
        .hasToString("k.yaml:1: audience_required: is missing: auth_methods lists bearer");
    Reading kong = new Reading(name -> null, true);
    assertThat(OidcGrantConfig.read(YamlReader.read("k.yaml", text, kong).get(0), "", kong))
        .isPresent();
  }
}
