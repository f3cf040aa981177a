package io.oidcgrant.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.oidcgrant.protocol.Failure.Kind;
import io.oidcgrant.protocol.GrantException;
import io.oidcgrant.testing.TestCertificates;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real chains: an authority, an intermediate one, and callers by each and by neither. */
class CertificateHeaderTest {
  @TempDir
  static Path folder;

  private static X509Certificate root;
  private static X509Certificate intermediate;
  private static X509Certificate direct;
  private static X509Certificate leaf;
  private static X509Certificate self;
  private static X509Certificate foreign;
  private static Instant now;

  @BeforeAll
  static void certificates() throws Exception {
    TestCertificates made = new TestCertificates(folder);
    root = (X509Certificate) CertificateFactory.getInstance("X.509")
        .generateCertificate(Files.newInputStream(made.anchor()));
    direct = x509(made.issuedClient("direct").getCertificate());
    Certificate[] chain = made.issuedByIntermediate("leaf").getCertificateChain();
    leaf = x509(chain[0]);
    intermediate = x509(chain[1]);
    self = x509(made.selfSignedClient("self").getCertificate());
    Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    foreign = x509(new TestCertificates(elsewhere).issuedClient("direct").getCertificate());
    now = leaf.getNotBefore().toInstant().plusSeconds(3600);
  }

  private static X509Certificate x509(Certificate certificate) {
    return (X509Certificate) certificate;
  }

  private static byte[] der(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (java.security.cert.CertificateEncodingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String pem(X509Certificate... chain) {
    return Arrays.stream(chain)
        .map(certificate -> TestCertificates.pem("CERTIFICATE", der(certificate)))
        .collect(Collectors.joining());
  }

  private static String urlEncoded(X509Certificate... chain) {
    return URLEncoder.encode(pem(chain), StandardCharsets.UTF_8).replace("+", "%20");
  }

  private static String base64(X509Certificate certificate) {
    return Base64.getEncoder().encodeToString(der(certificate));
  }

  private static final CertificateHeader url() {
    return new CertificateHeader(true, List.of(root), false);
  }

  private static final CertificateHeader base64() {
    return new CertificateHeader(false, List.of(root), false);
  }

  private static void refused(CertificateHeader header, Instant at, String... lines) {
    Throwable thrown = catchThrowable(() -> header.certificate(List.of(lines), at));
    String what = Arrays.toString(lines);
    assertThat(thrown)
        .as(what.substring(0, Math.min(80, what.length())))
        .isInstanceOf(GrantException.class);
    assertThat(((GrantException) thrown).failure().kind()).isEqualTo(Kind.REJECTED);
    assertThat(((GrantException) thrown).failure().detail())
        .startsWith("client certificate: ")
        .hasSizeLessThan(120);
  }

  @Test
  void urlEncodedPem_alone_orWithItsChain() {
    assertThat(url().certificate(List.of(urlEncoded(direct)), now)).isEqualTo(direct);
    assertThat(url().certificate(List.of(urlEncoded(direct, root)), now)).isEqualTo(direct);
    assertThat(url().certificate(List.of(urlEncoded(leaf, intermediate)), now)).isEqualTo(leaf);
    assertThat(url().certificate(List.of(urlEncoded(leaf, intermediate, root)), now))
        .isEqualTo(leaf);
  }

  /** As nginx writes it: it leaves a plus and a slash as they are. */
  @Test
  void urlEncodedPem_withAPlusAsItself() {
    String value =
        pem(direct).replace("%", "%25").replace("\r", "").replace("\n", "%0A").replace(" ", "%20");

    assertThat(url().certificate(List.of(value), now)).isEqualTo(direct);
  }

  @Test
  void base64_ofDerOrOfPem_orPemFoldedIntoOneLine() {
    String folded = pem(direct).replaceAll("\\s*\\n\\s*", " ").strip();
    String cut = pem(direct).replaceAll("\\r?\\n", "");
    String ofPem =
        Base64.getEncoder().encodeToString(pem(direct).getBytes(StandardCharsets.US_ASCII));

    for (String value : List.of(base64(direct), ofPem, folded, cut)) {
      assertThat(base64().certificate(List.of(value), now)).as(value).isEqualTo(direct);
    }
  }

  @Test
  void oneFormat_isNotTakenForTheOther() {
    refused(base64(), now, urlEncoded(direct));
    refused(url(), now, base64(direct));
  }

  @Test
  void chain_thatLeadsToNobodyTrusted_isRefused() {
    for (X509Certificate[] chain : List.of(
        new X509Certificate[] {self},
        new X509Certificate[] {foreign},
        new X509Certificate[] {foreign, root},
        new X509Certificate[] {leaf},
        new X509Certificate[] {leaf, root},
        new X509Certificate[] {intermediate, leaf},
        new X509Certificate[] {self, direct},
        // A caller's certificate makes no others.
        new X509Certificate[] {self, direct, root})) {
      refused(url(), now, urlEncoded(chain));
    }
  }

  @Test
  void selfSignedCertificate_thatIsItselfTrusted_passes() {
    CertificateHeader pinned = new CertificateHeader(true, List.of(self), false);

    assertThat(pinned.certificate(List.of(urlEncoded(self)), now)).isEqualTo(self);
    refused(pinned, now, urlEncoded(direct));
  }

  @Test
  void intermediateAuthority_endsAChain_onlyWhereThatIsAllowed() {
    CertificateHeader partial = new CertificateHeader(true, List.of(intermediate), true);
    CertificateHeader whole = new CertificateHeader(true, List.of(intermediate), false);

    assertThat(partial.certificate(List.of(urlEncoded(leaf)), now)).isEqualTo(leaf);
    assertThat(partial.certificate(List.of(urlEncoded(leaf, intermediate)), now))
        .isEqualTo(leaf);
    // What the peer sends beyond what is trusted does no harm.
    assertThat(partial.certificate(List.of(urlEncoded(leaf, intermediate, root)), now))
        .isEqualTo(leaf);
    refused(partial, now, urlEncoded(direct));
    refused(whole, now, urlEncoded(leaf));
    refused(whole, now, urlEncoded(leaf, intermediate));
    refused(new CertificateHeader(true, List.of(), true), now, urlEncoded(leaf));
  }

  @Test
  void certificate_isGoodFromItsStartToItsEnd() {
    Instant start = direct.getNotBefore().toInstant();
    Instant end = direct.getNotAfter().toInstant();
    String value = urlEncoded(direct);

    assertThat(url().certificate(List.of(value), start)).isEqualTo(direct);
    assertThat(url().certificate(List.of(value), end)).isEqualTo(direct);
    refused(url(), start.minusSeconds(1), value);
    refused(url(), end.plusSeconds(1), value);
  }

  @Test
  void anythingButOneHeaderLine_isRefused() {
    String value = urlEncoded(direct);

    refused(url(), now);
    refused(url(), now, value, value);
    refused(url(), now, "");
    refused(url(), now, "  ");
    refused(url(), now, value + "%0A".repeat(30_000));
    refused(base64(), now, "A".repeat(65 * 1024));
  }

  @Test
  void garbage_isRefused_andThrowsNothingElse() {
    String good = urlEncoded(direct);
    for (String garbage : List.of(
        "x",
        "%",
        "%zz",
        "%00",
        "%-1%-1",
        "-----BEGIN CERTIFICATE-----",
        "-----BEGIN CERTIFICATE----- -----END CERTIFICATE-----",
        good.substring(0, good.length() / 2),
        URLEncoder.encode(
            "-----BEGIN PKCS7-----\nMAA=\n-----END PKCS7-----\n", StandardCharsets.UTF_8))) {
      refused(url(), now, garbage);
      refused(base64(), now, garbage);
    }
    Random random = new Random(1);
    byte[] der = der(direct);
    for (int i = 0; i < 500; i++) {
      byte[] changed = der.clone();
      changed[random.nextInt(changed.length)] ^= (byte) (1 + random.nextInt(255));
      refused(base64(), now, Base64.getEncoder().encodeToString(changed));
    }
  }

  @Test
  void chain_ofMoreThanTen_isRefused() {
    X509Certificate[] chain = new X509Certificate[11];
    Arrays.fill(chain, root);
    chain[0] = direct;

    refused(url(), now, urlEncoded(chain));
  }
}
