package io.oidcgrant.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.oidcgrant.jose.CertificateThumbprint;
import io.oidcgrant.protocol.Secret;
import io.oidcgrant.testing.TestCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore.PrivateKeyEntry;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsIdentityTest {
  /** RFC 8705 appendix A. */
  private static final String OF_THE_RFC = """
      -----BEGIN CERTIFICATE-----
      MIIBBjCBrAIBAjAKBggqhkjOPQQDAjAPMQ0wCwYDVQQDDARtdGxzMB4XDTE4MTAx
      ODEyMzcwOVoXDTIyMDUwMjEyMzcwOVowDzENMAsGA1UEAwwEbXRsczBZMBMGByqG
      SM49AgEGCCqGSM49AwEHA0IABNcnyxwqV6hY8QnhxxzFQ03C7HKW9OylMbnQZjjJ
      /Au08/coZwxS7LfA4vOLS9WuneIXhbGGWvsDSb0tH6IxLm8wCgYIKoZIzj0EAwID
      SQAwRgIhAP0RC1E+vwJD/D1AGHGzuri+hlV/PpQEKTWUVeORWz83AiEA5x2eXZOV
      bUlJSGQgjwD5vaUaKlLR50Q2DmFfQj1L+SY=
      -----END CERTIFICATE-----
      """;

  /** A key by OpenSSL 3, encrypted with AES-256, of a certificate that is valid until 2126. */
  private static final String ENCRYPTED = """
      -----BEGIN ENCRYPTED PRIVATE KEY-----
      MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAg4ALB4dhYiiQICCAAw
      DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEECwI+bvo9Vbh+/R6UR+DEIoEgZDF
      uUK9WyFWN/aUmtzuGrOoEdzqpoqkh4VyxpyrwWE2suUUN1EC+X2aYLAvJHR3KlSD
      J8/HyJEhL6nHeHnrzdN6197ICtnOrct+tzTxoXQzlG8rZfWXanqYOxiEhBRNa6DG
      naRrXmq7eI7tAPRyTaE+rtLb0S+OPFIKJt3IxOT+/tUwLyfW4b5TbKgphtvSQkc=
      -----END ENCRYPTED PRIVATE KEY-----
      """;

  private static final String OF_THE_ENCRYPTED = """
      -----BEGIN CERTIFICATE-----
      MIIBezCCASGgAwIBAgIUZKn90W87qvsVhJFd89/mS6G3DikwCgYIKoZIzj0EAwIw
      EjEQMA4GA1UEAwwHb3BlbnNzbDAgFw0yNjExMjYwMTAwMTVaGA8yMTI2MTEwMjAx
      MDAxNVowEjEQMA4GA1UEAwwHb3BlbnNzbDBZMBMGByqGSM49AgEGCCqGSM49AwEH
      A0IABNEqhAXJ2obuJI0xVWfuMitVNIDrBD1V6JOyuyc2DeFsQY8icVfh91NR/k87
      AYvsKoT6dzvZ+9BNAb4vGqCCq16jUzBRMB0GA1UdDgQWBBT//T+vP18KYi+Mghbu
      aEKQGccj7jAfBgNVHSMEGDAWgBT//T+vP18KYi+MghbuaEKQGccj7jAPBgNVHRMB
      Af8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIQD+oZAOrewL6IRv8ym/YwgBmcJo
      s+5U8Fb4sdVn7BRklAIgC9XQn9tw5cnE1RLYdZ3aUGTjVhPmafaFd5WH1Z7ekWI=
      -----END CERTIFICATE-----
      """;

  private static final Instant LATER = Instant.parse("2030-01-01T00:00:00Z");

  @TempDir
  private static Path directory;

  private static TestCertificates certificates;
  private static PrivateKeyEntry ec;
  private static PrivateKeyEntry rsa;
  private static Instant now;

  @BeforeAll
  static void make() {
    certificates = new TestCertificates(directory);
    ec = certificates.selfSignedClient("ec", "EC", "-groupname", "secp256r1");
    now = InstantSource.system().instant();
    rsa = certificates.selfSignedClient("rsa", "RSA", "-keysize", "2048");
  }

  private static String cert(PrivateKeyEntry entry) throws Exception {
    return TestCertificates.pem("CERTIFICATE", entry.getCertificate().getEncoded());
  }

  private static String key(PrivateKeyEntry entry) {
    return TestCertificates.pem("PRIVATE KEY", entry.getPrivateKey().getEncoded());
  }

  private static TlsIdentity load(String certificate, String key) {
    return TlsIdentity.load(
        new TlsIdentity.Source(certificate, Optional.ofNullable(key), Optional.empty()), now);
  }

  private static TlsIdentity load(String certificate, String key, String password) {
    return TlsIdentity.load(
        new TlsIdentity.Source(
            certificate, Optional.ofNullable(key), Optional.of(Secret.of(password))),
        now);
  }

  private static void assertRefused(String certificate, String key, String reason) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> load(certificate, key))
        .withMessage(reason);
  }

  private static String file(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text).toString();
  }

  @Test
  void thumbprint_isThatOfTheRfc() {
    assertThat(CertificateThumbprint.of(Pem.certificates(OF_THE_RFC).get(0)))
        .isEqualTo("A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0");
  }

  @Test
  void pem_isReadFromTextsAndFiles_inOneOrTwo() throws Exception {
    String both = "Bag Attributes\n    localKeyID: 01\n" + key(ec) + cert(ec) + cert(rsa);
    TlsIdentity identity = load(cert(ec), key(ec));

    assertThat(identity.certificate()).isEqualTo(ec.getCertificate());
    assertThat(identity.subject()).isEqualTo("CN=ec");
    assertThat(load(both, null).certificate()).isEqualTo(ec.getCertificate());
    assertThat(load(file("both.pem", both), null).certificate()).isEqualTo(ec.getCertificate());
    assertThat(load(file("c.pem", cert(ec)), file("k.pem", key(ec))).thumbprint())
        .isEqualTo(identity.thumbprint());
    assertThat(load(cert(ec).replace("\n", "\r\n"), key(ec)).thumbprint())
        .isEqualTo(identity.thumbprint());
  }

  @Test
  void keys_ofOlderFormsAndOtherKinds_areRead() throws Exception {
    byte[] pkcs8 = rsa.getPrivateKey().getEncoded();
    // Behind two headers of four bytes, a version of three and an algorithm of fifteen.
    String pkcs1 =
        TestCertificates.pem("RSA PRIVATE KEY", Arrays.copyOfRange(pkcs8, 26, pkcs8.length));
    byte[] number =
        ((java.security.interfaces.ECPrivateKey) ec.getPrivateKey()).getS().toByteArray();
    byte[] scalar = new byte[32];
    int length = Math.min(number.length, 32);
    System.arraycopy(number, number.length - length, scalar, 32 - length, length);
    String sec1 = TestCertificates.pem(
        "EC PRIVATE KEY",
        HexFormat.of()
            .parseHex("303102010104" + "20" + HexFormat.of().formatHex(scalar)
                + "a00a06082a8648ce3d030107"));
    String parameters =
        TestCertificates.pem("EC PARAMETERS", HexFormat.of().parseHex("06082a8648ce3d030107"));
    PrivateKeyEntry edwards = certificates.selfSignedClient("ed", "Ed25519");

    assertThat(load(cert(rsa), pkcs1).subject()).isEqualTo("CN=rsa");
    assertThat(load(cert(ec), parameters + sec1).subject()).isEqualTo("CN=ec");
    assertThat(load(cert(edwards), key(edwards)).subject()).isEqualTo("CN=ed");
    assertRefused(
        cert(ec),
        sec1.replace("BEGIN EC", "BEGIN RSA").replace("END EC", "END RSA"),
        "the private key's text or file holds a private key that cannot be read");
  }

  @Test
  void encryptedKey_needsItsPassword() throws Exception {
    TlsIdentity.Source right = new TlsIdentity.Source(
        OF_THE_ENCRYPTED, Optional.of(ENCRYPTED), Optional.of(Secret.of("opens")));

    assertThat(TlsIdentity.load(right, LATER).subject()).isEqualTo("CN=openssl");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> load(cert(ec), ENCRYPTED, "does not"))
        .withMessageContaining("holds an encrypted private key that cannot be opened")
        .withMessageNotContaining("does not");
    assertRefused(
        cert(ec),
        ENCRYPTED,
        "the private key's text or file holds an encrypted private key, whose password is missing");
    assertRefused(
        cert(ec),
        """
        -----BEGIN RSA PRIVATE KEY-----
        Proc-Type: 4,ENCRYPTED
        DEK-Info: AES-128-CBC,00

        AAAA
        -----END RSA PRIVATE KEY-----
        """,
        "the private key's text or file holds a private key that is encrypted in OpenSSL's old way,"
            + " must be PKCS#8");
  }

  @Test
  void pkcs12_needsItsPassword_andNoKeyBeside() throws Exception {
    String store = certificates.keyStore("ec").toString();
    String unopened = "file " + store
        + " cannot be opened: it must be PEM, or PKCS#12 of which the password is right";

    assertThat(load(store, null, "changeit").certificate()).isEqualTo(ec.getCertificate());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> load(store, null, "wrong"))
        .withMessage(unopened);
    assertRefused(store, null, unopened);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> load(store, key(ec), "changeit"))
        .withMessageContaining("none can stand beside it");
    Path der = Files.write(directory.resolve("ec.der"), ec.getCertificate().getEncoded());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> load(der.toString(), null))
        .withMessageContaining("must be PEM, or PKCS#12");
  }

  @Test
  void pkcs12_withoutAKey_isRefused() throws Exception {
    java.security.KeyStore store = java.security.KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setCertificateEntry("only", ec.getCertificate());
    Path path = directory.resolve("only.p12");
    try (var out = Files.newOutputStream(path)) {
      store.store(out, "changeit".toCharArray());
    }

    assertThatIllegalArgumentException()
        .isThrownBy(() -> load(path.toString(), null, "changeit"))
        .withMessage("file " + path + " holds no private key with its certificate");
  }

  @Test
  void whatIsMissing_isSaid() throws Exception {
    String none = directory.resolve("none.pem").toString();

    assertRefused(none, null, "file " + none + " cannot be read: NoSuchFileException");
    assertRefused(key(ec), null, "the certificate's text holds no certificate");
    assertRefused(cert(ec), null, "the certificate's text holds no private key");
    assertRefused(
        file("empty.pem", ""),
        key(ec),
        "file " + directory.resolve("empty.pem") + " holds no certificate");
    assertRefused(
        TestCertificates.pem("CERTIFICATE", new byte[] {0x30, 1, 2}),
        key(ec),
        "the certificate's text holds a certificate that cannot be read");
  }

  @Test
  void keyThatIsNotTheCertificates_isRefused() throws Exception {
    PrivateKeyEntry other = certificates.selfSignedClient("other", "EC", "-groupname", "secp256r1");

    assertRefused(
        cert(ec), key(other), "the private key does not belong to the certificate of CN=ec");
    assertRefused(
        cert(ec), key(rsa), "the private key does not belong to the certificate of CN=ec");
    assertRefused(
        cert(rsa), key(ec), "the private key does not belong to the certificate of CN=rsa");
  }

  @Test
  void shortRsaKey_isRefused() throws Exception {
    PrivateKeyEntry small = certificates.selfSignedClient("small", "RSA", "-keysize", "1024");

    assertRefused(cert(small), key(small), "the key has 1024 bits, at least 2048 are needed");
  }

  @Test
  void certificate_isRefusedOutsideItsLife() throws Exception {
    TlsIdentity.Source source =
        new TlsIdentity.Source(cert(ec), Optional.of(key(ec)), Optional.empty());
    TlsIdentity identity = TlsIdentity.load(source, now);
    Instant begin = identity.certificate().getNotBefore().toInstant();
    Instant end = identity.certificate().getNotAfter().toInstant();

    assertThat(TlsIdentity.load(source, begin).subject()).isEqualTo("CN=ec");
    assertThat(TlsIdentity.load(source, end).subject()).isEqualTo("CN=ec");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TlsIdentity.load(source, begin.minusNanos(1)))
        .withMessage("the certificate of CN=ec is not valid before " + begin);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TlsIdentity.load(source, end.plusNanos(1)))
        .withMessage("the certificate of CN=ec expired at " + end);
  }

  @Test
  void keyIsNeverPrinted() throws Exception {
    String headless = key(ec).lines().skip(1).findFirst().orElseThrow();
    TlsIdentity.Source source =
        new TlsIdentity.Source(cert(ec), Optional.of(key(ec)), Optional.empty());

    assertRefused(
        cert(ec), headless, "the private key's text or file cannot be read: NoSuchFileException");
    assertThat(List.of(
            source.toString(),
            TlsIdentity.load(source, now).toString(),
            new TlsSettings(true, Optional.empty(), Optional.of(source)).toString()))
        .noneMatch(text -> text.contains(headless));
  }
}
