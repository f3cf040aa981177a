package io.oidcgrant.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.oidcgrant.http.TlsIdentity;
import io.oidcgrant.testing.TestCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore.PrivateKeyEntry;
import java.security.cert.CertificateEncodingException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CertificatesTest {
  private static final String PLUGIN = """
      plugins:
      - name: openid-connect
        config:
          issuer: https://idp.example
          client_id: kong
          client_auth: tls_client_auth
          auth_methods: [client_credentials]
          tls_client_auth_cert_id: one
      """;

  @TempDir
  private static Path directory;

  private static TestCertificates certificates;
  private static PrivateKeyEntry good;
  private static PrivateKeyEntry other;
  private static PrivateKeyEntry expired;
  private static PrivateKeyEntry rsa;

  private final Map<String, String> environment = new HashMap<>();
  private final Reading reading = new Reading(environment::get, false);

  @BeforeAll
  static void make() throws IOException {
    certificates = new TestCertificates(directory);
    good = certificates.selfSignedClient("good", "EC");
    other = certificates.selfSignedClient("other", "EC");
    rsa = certificates.selfSignedClient("rsa", "RSA");
    expired = certificates.selfSignedClient("old", "EC", "-startdate", "-3d", "-validity", "1");
    Files.writeString(directory.resolve("good.pem"), cert(good));
    Files.writeString(directory.resolve("good.key"), key(good));
  }

  private static String cert(PrivateKeyEntry entry) {
    try {
      return TestCertificates.pem("CERTIFICATE", entry.getCertificate().getEncoded());
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String key(PrivateKeyEntry entry) {
    return TestCertificates.pem("PRIVATE KEY", entry.getPrivateKey().getEncoded());
  }

  /** A text as one line of YAML. */
  private static String quoted(String text) {
    return '"' + text.replace("\r", "").replace("\n", "\\n") + '"';
  }

  private static String item(String id, String cert, String key) {
    return "- {id: " + id + ", cert: " + cert + ", key: " + key + "}\n";
  }

  private static String entry(String id, PrivateKeyEntry of) {
    return item(id, quoted(cert(of)), quoted(key(of)));
  }

  private void read(String... texts) {
    for (int i = 0; i < texts.length; i++) {
      YamlReader.read((char) ('a' + i) + ".yaml", texts[i], reading)
          .forEach(root -> reading.certificates().read(root, reading));
    }
  }

  private List<String> problems() {
    return reading.problems().stream().map(ConfigProblem::toString).toList();
  }

  private String subject(String id) {
    TlsIdentity.Source source = reading.certificates().find(id).orElseThrow().source();
    return TlsIdentity.load(source, java.time.InstantSource.system().instant()).subject();
  }

  @Test
  void entry_isTheIdentityThatAPluginNames_whicheverStandsFirst() {
    OidcGrantConfig config =
        OidcGrantFile.parse("k.yaml", PLUGIN + "certificates:\n" + entry("one", good));

    assertThat(config.tlsClientAuth()).isPresent();
  }

  @Test
  void entry_withAllThatIsAccepted_hasNoProblem() {
    read("certificates:\n" + "- id: one\n  cert: " + quoted(cert(good)) + "\n  key: "
        + quoted(key(good)) + """

          tags: [a]
          created_at: 1
          cert_alt: null
          snis: [a.example, {name: "*.example", id: x, tags: []}]
        ca_certificates:
        - {id: root, cert_digest: x, tags: [], cert: %s}
        """.formatted(quoted(cert(good))));

    assertThat(problems()).isEmpty();
    assertThat(subject("one")).isEqualTo("CN=good");
    assertThat(reading.certificates().find("one").orElseThrow().names())
        .containsExactly("a.example", "*.example");
    assertThat(reading.certificates().findAuthority("root")).isPresent();
    assertThat(reading.certificates().find("root")).isEmpty();
  }

  @Test
  void certAndKey_areTakenFromFilesAndTheEnvironment() {
    environment.put("MY_CERT", cert(good));
    environment.put("MY_KEY", key(good));
    environment.put("DECK_CERT", cert(good));
    environment.put("DECK_KEY", key(good));
    String files = directory.toString();
    read("certificates:\n"
        + item("file", "\"{file:" + files + "/good.pem}\"", "\"{file:" + files + "/good.key}\"")
        + item("vault", "\"{vault://env/my-cert}\"", "\"{vault://env/my-key}\"")
        + item("deck", "'${{ env \"DECK_CERT\" }}'", "'${{ env \"DECK_KEY\" }}'")
        + item("path", files + "/good.pem", files + "/good.key"));

    assertThat(problems()).isEmpty();
    assertThat(List.of("file", "vault", "deck", "path"))
        .allMatch(id -> subject(id).equals("CN=good"));
  }

  @Test
  void entries_ofSeveralFiles_areKnownTogether_withoutOneAsWell() {
    read(
        "certificates:\n" + entry("one", good),
        "certificates:\n- {cert: " + quoted(cert(good)) + ", key: " + quoted(key(good)) + "}\n"
            + entry("two", good));

    assertThat(problems()).isEmpty();
    assertThat(reading.certificates().all()).hasSize(3);
    assertThat(reading.certificates().find("two")).isPresent();
  }

  @Test
  void id_thatStandsTwice_isAProblem_andTheFirstStays() {
    read(
        "certificates:\n" + entry("one", good) + "ca_certificates:\n- {id: one, cert: "
            + quoted(cert(good)) + "}\n",
        "certificates:\n" + entry("one", other) + "ca_certificates:\n- {id: one, cert: "
            + quoted(cert(good)) + "}\n");

    assertThat(problems())
        .containsExactly(
            "b.yaml:2: certificates[0].id: there is another entry with this id at a.yaml:2",
            "b.yaml:4: ca_certificates[0].id: there is another entry with this id at a.yaml:4");
    assertThat(subject("one")).isEqualTo("CN=good");
    assertThat(reading.certificates().all()).hasSize(1);
  }

  @Test
  void entry_thatCannotBeUsed_isAProblemAtItsLine() {
    read("""
        ca_certificates:
        - {id: empty, cert: x}
        - {id: none}
        - {id: late, cert: %s}
        certificates:
        %s- {id: none}
        - {id: alt, cert: x, key: y, cert_alt: z, certt: t}
        - text
        - {id: unset, cert: "{vault://env/unset}", key: y}
        """.formatted(quoted(cert(expired)), entry("late", expired)));

    String end = ((java.security.cert.X509Certificate) expired.getCertificate())
        .getNotAfter()
        .toInstant()
        .toString();
    assertThat(problems())
        .containsExactly(
            "a.yaml:2: ca_certificates[0].cert: holds no certificate",
            "a.yaml:3: ca_certificates[1].cert: is missing",
            "a.yaml:4: ca_certificates[2].cert: holds the certificate of CN=old, which expired at "
                + end,
            "a.yaml:6: certificates[0].cert: cannot be used: the certificate of CN=old expired at "
                + end,
            "a.yaml:7: certificates[1].cert: is missing",
            "a.yaml:7: certificates[1].key: is missing",
            "a.yaml:8: certificates[2].cert: cannot be used: file x cannot be read:"
                + " NoSuchFileException",
            "a.yaml:8: certificates[2].cert_alt: cannot be used: file z cannot be read:"
                + " NoSuchFileException",
            "a.yaml:8: certificates[2].certt: unknown field; did you mean cert?",
            "a.yaml:9: certificates[3]: is a text, must be a mapping",
            "a.yaml:10: certificates[4].cert: environment variable UNSET is not set");
  }

  @ParameterizedTest
  @ValueSource(strings = {"certificates", "ca_certificates"})
  void entries_thatAreNoList_areAProblem(String name) {
    read(name + ": {id: x}\n", name + ": null\n", "- a\n");

    assertThat(problems()).containsExactly("a.yaml:1: " + name + ": is a mapping, must be a list");
  }

  @Test
  void key_isNotInAnyMessage() {
    String headless = key(good).lines().skip(1).findFirst().orElseThrow();
    read("certificates:\n" + item("one", quoted(cert(good)), headless)
        + item("two", quoted(key(good)), quoted(key(good))));

    assertThat(problems())
        .containsExactly(
            "a.yaml:2: certificates[0].cert: cannot be used: the private key's text or file cannot"
                + " be read: NoSuchFileException",
            "a.yaml:3: certificates[1].cert: cannot be used: the certificate's text holds no"
                + " certificate");
    assertThat(reading.certificates().all().toString()).doesNotContain(headless);
  }

  @Test
  void id_thatNobodyHas_isAProblemOfThePlugin_butNotWhereTheEntryIsWrong() {
    ConfigException unknown =
        catchThrowableOfType(ConfigException.class, () -> OidcGrantFile.parse("k.yaml", PLUGIN));
    ConfigException wrong = catchThrowableOfType(
        ConfigException.class,
        () -> OidcGrantFile.parse("k.yaml", PLUGIN + "certificates: [{id: one, key: k}]\n"));

    assertThat(unknown.problems().toString())
        .contains("tls_client_auth_cert_id: names no entry of certificates[]");
    assertThat(wrong.problems())
        .extracting(ConfigProblem::toString)
        .containsExactly("k.yaml:9: certificates[0].cert: is missing");
  }

  @Test
  void entry_ofPkcs12_needsNoKey_andHasItsPassword() {
    String store = certificates.keyStore("good").toString();
    read("certificates:\n- {cert: \"{file:" + store + "}\", key_password: changeit}\n- {cert: "
        + store + "}\n");

    assertThat(problems())
        .singleElement()
        .asString()
        .startsWith("a.yaml:3: certificates[1].cert: cannot be used: file ")
        .contains("password");
    assertThat(subject("#1")).isEqualTo("CN=good");
    assertThat(reading.certificates().all().toString()).doesNotContain("changeit");
  }

  @Test
  void alternative_hasAKeyOfAnotherKind() {
    String own = "cert: " + quoted(cert(good)) + ", key: " + quoted(key(good));
    read("certificates:\n"
        + "- {" + own + ", cert_alt: " + quoted(cert(rsa)) + ", key_alt: " + quoted(key(rsa))
        + "}\n"
        + "- {" + own + ", cert_alt: " + quoted(cert(other)) + ", key_alt: " + quoted(key(other))
        + "}\n- {" + own + ", cert_alt: " + quoted(cert(rsa)) + "}\n");

    assertThat(problems())
        .containsExactly(
            "a.yaml:3: certificates[1].cert_alt: has a key of the same kind as cert, must be of"
                + " another (RSA and EC)",
            "a.yaml:4: certificates[2].key_alt: is missing");
    assertThat(reading.certificates().all().get(0).alternative()).isPresent();
  }

  @Test
  void name_thatIsNone_orStandsTwice_isAProblem() {
    String own = "- {cert: " + quoted(cert(good)) + ", key: " + quoted(key(good)) + ", snis: ";
    read(
        "certificates:\n" + own + "[a.example, '*', '*.b', 'b.*', 'a.*.b', '*b', 'a b', '']}\n",
        "certificates:\n" + own + "[{name: A.Example}, c.example]}\n");

    assertThat(problems())
        .hasSize(5)
        .filteredOn(problem -> problem.contains("must be a host's name"))
        .extracting(problem -> problem.replaceAll(".*snis\\[(\\d)].*", "$1"))
        .containsExactly("4", "5", "6", "7");
    assertThat(problems())
        .contains("b.yaml:2: certificates[0].snis[0].name: stands at a.yaml:2 already");
    assertThat(reading.certificates().all().get(0).names())
        .containsExactly("a.example", "*", "*.b", "b.*");
    assertThat(reading.certificates().all().get(1).names()).containsExactly("c.example");
  }
}
