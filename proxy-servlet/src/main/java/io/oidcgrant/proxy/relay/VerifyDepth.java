package io.oidcgrant.proxy.relay;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertStore;
import java.security.cert.CertificateException;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Trusts whom another trusts, unless no chain leads to an authority with as few intermediate
 * certificates as are allowed. Safe for concurrent use.
 */
final class VerifyDepth extends X509ExtendedTrustManager {
  private final X509ExtendedTrustManager trust;
  private final int depth;
  private final Set<TrustAnchor> anchors = new HashSet<>();

  VerifyDepth(X509ExtendedTrustManager trust, int depth) {
    this.trust = trust;
    this.depth = depth;
    for (X509Certificate certificate : trust.getAcceptedIssuers()) {
      anchors.add(new TrustAnchor(certificate, null));
    }
  }

  private void check(X509Certificate[] chain) throws CertificateException {
    for (TrustAnchor anchor : anchors) {
      if (chain[0].equals(anchor.getTrustedCert())) {
        return;
      }
    }
    X509CertSelector own = new X509CertSelector();
    own.setCertificate(chain[0]);
    try {
      PKIXBuilderParameters path = new PKIXBuilderParameters(anchors, own);
      path.addCertStore(
          CertStore.getInstance("Collection", new CollectionCertStoreParameters(List.of(chain))));
      path.setRevocationEnabled(false);
      path.setMaxPathLength(depth);
      CertPathBuilder.getInstance("PKIX").build(path);
    } catch (GeneralSecurityException e) {
      throw new CertificateException(
          "the chain has more than " + depth + " intermediate certificates (tls_verify_depth)");
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    trust.checkServerTrusted(chain, type, engine);
    check(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    trust.checkServerTrusted(chain, type, socket);
    check(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
    trust.checkServerTrusted(chain, type);
    check(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    trust.checkClientTrusted(chain, type, engine);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    trust.checkClientTrusted(chain, type, socket);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
    trust.checkClientTrusted(chain, type);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return trust.getAcceptedIssuers();
  }
}
