package io.oidcgrant.proxy.server;

import io.oidcgrant.config.Certificates;
import java.security.GeneralSecurityException;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How callers are met in TLS: 1.2 and 1.3, suites with forward secrecy and authenticated encryption
 * (RFC 9325), no renegotiation. Certificates are taken up anew every two seconds at the latest,
 * with a context of their own, so that no session of the old one is resumed; connections live on.
 */
final class TlsSetup extends SslContextFactory.Server {
  private static final Logger LOG = LoggerFactory.getLogger(TlsSetup.class);
  private static final int CHECK_SECONDS = 2;
  private static final String[] SUITES = {
    "TLS_AES_128_GCM_SHA256",
    "TLS_AES_256_GCM_SHA384",
    "TLS_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
  };

  private volatile ServerCertificates certificates;
  private final ScheduledExecutorService watch;

  /**
   * @param ask whether callers are asked for a certificate, which they need not have
   * @throws IllegalArgumentException if a certificate cannot be used
   */
  TlsSetup(List<Certificates.Entry> entries, boolean ask) {
    certificates = new ServerCertificates(entries, InstantSource.system());
    watch = Executors.newSingleThreadScheduledExecutor(task -> {
      Thread thread = new Thread(task, "certificates");
      thread.setDaemon(true);
      return thread;
    });
    setSslContext(context());
    setIncludeProtocols("TLSv1.3", "TLSv1.2");
    setIncludeCipherSuites(SUITES);
    setUseCipherSuitesOrder(true);
    setRenegotiationAllowed(false);
    setWantClientAuth(ask);
  }

  /**
   * Takes other certificates, for handshakes to come.
   *
   * @throws IllegalArgumentException if one cannot be used; nothing has changed then
   */
  void take(List<Certificates.Entry> entries, boolean ask) throws Exception {
    certificates = new ServerCertificates(entries, InstantSource.system());
    reload(factory -> {
      factory.setSslContext(context());
      setWantClientAuth(ask);
    });
  }

  private SSLContext context() {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(
          new KeyManager[] {certificates.presented()}, new TrustManager[] {new AnyCaller()}, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  protected void doStart() throws Exception {
    super.doStart();
    var unused =
        watch.scheduleWithFixedDelay(this::renew, CHECK_SECONDS, CHECK_SECONDS, TimeUnit.SECONDS);
  }

  @Override
  protected void doStop() throws Exception {
    watch.shutdown();
    super.doStop();
  }

  private void renew() {
    try {
      if (certificates.renew()) {
        reload(factory -> factory.setSslContext(context()));
      }
    } catch (Exception e) {
      // The next look must come all the same.
      LOG.error("changed certificates are not used: {}", e.toString());
    }
  }
}
