package io.oidcgrant.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.X509ExtendedTrustManager;

/** A TLS server on loopback that demands a client certificate and records who came. */
public final class AskingServer implements AutoCloseable {
  /**
   * One request.
   *
   * @param connection the client's port: the same for requests on one connection
   */
  public record Visit(X509Certificate certificate, int connection) {}

  private final List<Visit> visits = new CopyOnWriteArrayList<>();
  private final CountDownLatch held = new CountDownLatch(1);
  private final CountDownLatch holding = new CountDownLatch(1);
  private final ExecutorService executor = Executors.newCachedThreadPool();
  private final HttpsServer server;

  /**
   * Starts one, with a valid certificate.
   *
   * @param protocol {@code TLSv1.2} or {@code TLSv1.3}
   */
  public AskingServer(TestCertificates certificates, String protocol)
      throws IOException, GeneralSecurityException {
    SSLContext context = certificates.valid(new AcceptsEverybody(certificates.anchor()));
    server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
    server.setHttpsConfigurator(new HttpsConfigurator(context) {
      @Override
      public void configure(HttpsParameters parameters) {
        SSLParameters wanted = context.getDefaultSSLParameters();
        wanted.setNeedClientAuth(true);
        wanted.setProtocols(new String[] {protocol});
        parameters.setSSLParameters(wanted);
      }
    });
    server.setExecutor(executor);
    server.createContext("/", this::answer);
    server.start();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      visits.add(new Visit(
          (X509Certificate) ((HttpsExchange) exchange).getSSLSession().getPeerCertificates()[0],
          exchange.getRemoteAddress().getPort()));
      if (exchange.getRequestURI().getPath().equals("/held")) {
        holding.countDown();
        held.await(30, TimeUnit.SECONDS);
      }
      exchange.sendResponseHeaders(200, 2);
      exchange.getResponseBody().write(new byte[] {'o', 'k'});
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  public URI uri(String path) {
    return URI.create("https://127.0.0.1:" + server.getAddress().getPort() + path);
  }

  public List<Visit> visits() {
    return List.copyOf(visits);
  }

  /** Waits until a request to {@code /held} is here. */
  public void awaitHeld() throws InterruptedException {
    if (!holding.await(30, TimeUnit.SECONDS)) {
      throw new IllegalStateException("no request to /held");
    }
  }

  /** Lets requests to {@code /held} be answered. */
  public void release() {
    held.countDown();
  }

  @Override
  public void close() {
    release();
    server.stop(0);
    executor.shutdownNow();
  }

  /** Takes any certificate of a client, and says that it wants one of the authority. */
  private static final class AcceptsEverybody extends X509ExtendedTrustManager {
    private final X509Certificate authority;

    AcceptsEverybody(Path anchor) throws IOException, GeneralSecurityException {
      try (InputStream in = Files.newInputStream(anchor)) {
        authority =
            (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
      }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[] {authority};
    }
  }
}
