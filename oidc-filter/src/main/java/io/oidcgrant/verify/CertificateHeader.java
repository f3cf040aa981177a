package io.oidcgrant.verify;

import io.oidcgrant.protocol.Failure;
import io.oidcgrant.protocol.Failure.Kind;
import io.oidcgrant.protocol.GrantException;
import java.io.ByteArrayInputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Client certificates that a trusted peer tells of in a header, after it has taken TLS off.
 * Immutable, safe for concurrent use.
 */
public final class CertificateHeader {
  private static final int MAX_LENGTH = 64 * 1024;
  private static final int MAX_CHAIN = 10;
  /** What PEM has more than base64, its lines folded into one. */
  private static final Pattern FRAME =
      Pattern.compile("-----(?:BEGIN|END) CERTIFICATE-----|[ \\t]");

  private final boolean urlEncoded;
  private final Set<TrustAnchor> anchors;

  /**
   * Creates one.
   *
   * @param urlEncoded percent-encoded PEM; else base64 of DER, or PEM in one line
   * @param authorities to one of which a certificate must lead
   * @param partialChain whether intermediate ones among them may end a chain
   */
  public CertificateHeader(
      boolean urlEncoded, Collection<X509Certificate> authorities, boolean partialChain) {
    this.urlEncoded = urlEncoded;
    this.anchors = new HashSet<>();
    for (X509Certificate authority : authorities) {
      boolean root = authority.getSubjectX500Principal().equals(authority.getIssuerX500Principal());
      if (root || partialChain) {
        anchors.add(new TrustAnchor(authority, null));
      }
    }
  }

  /**
   * The caller's certificate.
   *
   * @param lines the header's values
   * @throws GrantException if there is not exactly one that can be trusted now
   */
  public X509Certificate certificate(List<String> lines, Instant now) {
    if (lines.size() != 1 || lines.get(0).isBlank() || lines.get(0).length() > MAX_LENGTH) {
      throw bad(lines.isEmpty() ? "there is none" : "the header is not that of one certificate");
    }
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      List<X509Certificate> chain = new ArrayList<>();
      factory
          .generateCertificates(new ByteArrayInputStream(decoded(lines.get(0).strip())))
          .forEach(certificate -> chain.add((X509Certificate) certificate));
      if (chain.isEmpty() || chain.size() > MAX_CHAIN) {
        throw bad("the header holds no certificate");
      }
      PKIXParameters parameters = new PKIXParameters(anchors);
      parameters.setRevocationEnabled(false);
      parameters.setDate(Date.from(now));
      var unused = CertPathValidator.getInstance("PKIX")
          .validate(factory.generateCertPath(toAnchor(chain)), parameters);
      return chain.get(0);
    } catch (GrantException e) {
      throw e;
    } catch (GeneralSecurityException | RuntimeException e) {
      // Also what a parser of DER may throw at bytes that are none.
      throw bad("it cannot be read, has ended, or leads to no authority that is trusted");
    }
  }

  /** Less the first authority that is trusted, and what stands above it. */
  private List<X509Certificate> toAnchor(List<X509Certificate> chain) {
    for (int i = 1; i < chain.size(); i++) {
      X509Certificate above = chain.get(i);
      if (anchors.stream().anyMatch(anchor -> above.equals(anchor.getTrustedCert()))) {
        return chain.subList(0, i);
      }
    }
    return chain;
  }

  private byte[] decoded(String value) {
    if (urlEncoded) {
      // As a form decoder would, but a plus is a plus.
      return URLDecoder.decode(value.replace("+", "%2B"), StandardCharsets.UTF_8)
          .getBytes(StandardCharsets.US_ASCII);
    }
    return Base64.getDecoder().decode(FRAME.matcher(value).replaceAll(""));
  }

  private static GrantException bad(String detail) {
    return Failure.of(Kind.REJECTED, "client certificate: " + detail).toException();
  }
}
