package io.oidcgrant.proxy.relay;

import io.oidcgrant.http.Pem;
import io.oidcgrant.http.TlsIdentity;
import io.oidcgrant.proxy.route.UpstreamTls;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.jspecify.annotations.Nullable;

/** The TLS of a service, as its client has it. */
final class UpstreamTrust {
  private UpstreamTrust() {}

  /**
   * Reads certificates and keys.
   *
   * @throws IllegalArgumentException saying what cannot be used
   */
  static SslContextFactory.Client of(UpstreamTls tls) {
    SslContextFactory.Client factory = new SslContextFactory.Client();
    try {
      KeyManager[] keys = tls.identity()
          .map(source ->
              TlsIdentity.load(source, InstantSource.system().instant()).managers())
          .orElse(null);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys, trust(tls), null);
      factory.setSslContext(context);
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalArgumentException("TLS cannot be set up: " + e.getMessage(), e);
    }
    if (!tls.verify()) {
      factory.setEndpointIdentificationAlgorithm(null);
    }
    return factory;
  }

  private static TrustManager[] trust(UpstreamTls tls)
      throws IOException, GeneralSecurityException {
    if (!tls.verify()) {
      return SslContextFactory.TRUST_ALL_CERTS;
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(anchors(tls));
    TrustManager[] managers = factory.getTrustManagers();
    if (tls.depth().isPresent()) {
      for (int i = 0; i < managers.length; i++) {
        if (managers[i] instanceof X509ExtendedTrustManager manager) {
          managers[i] = new VerifyDepth(manager, tls.depth().get());
        }
      }
    }
    return managers;
  }

  /** Null for the JVM's. */
  private static @Nullable KeyStore anchors(UpstreamTls tls)
      throws IOException, GeneralSecurityException {
    if (tls.authorities().isEmpty()) {
      return null;
    }
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    for (String pem : tls.authorities()) {
      for (X509Certificate certificate : Pem.certificates(pem)) {
        store.setCertificateEntry("anchor-" + store.size(), certificate);
      }
    }
    return store;
  }
}
