package io.oidcgrant;

import static org.assertj.core.api.Assertions.assertThat;

import io.oidcgrant.config.CertificateHeaderSettings;
import io.oidcgrant.config.OidcGrantConfigBuilder;
import io.oidcgrant.flow.GrantRuntime;
import io.oidcgrant.jose.CertificateThumbprint;
import io.oidcgrant.testing.EchoApp;
import io.oidcgrant.testing.FilterBench;
import io.oidcgrant.testing.RawHttp;
import io.oidcgrant.testing.ScriptedIssuer;
import io.oidcgrant.testing.TestCertificates;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokens that callers bring and that are bound to their certificate (RFC 8705 section 3). */
class ClientCertificatePossessionIT {
  @TempDir
  static Path folder;

  private static TestCertificates certificates;
  private static KeyStore.PrivateKeyEntry caller;
  private static KeyStore.PrivateKeyEntry other;
  private static ScriptedIssuer issuer;

  @BeforeAll
  static void start() {
    certificates = new TestCertificates(folder);
    caller = certificates.issuedClient("caller");
    other = certificates.issuedClient("somebody");
    issuer = ScriptedIssuer.start();
  }

  @AfterAll
  static void stop() {
    issuer.close();
  }

  private static OidcGrantConfigBuilder config(String mode) {
    return FilterBench.config(issuer)
        .authMethods("bearer")
        .insecureAnyAudience(true)
        .proofOfPossessionMtls(mode);
  }

  private static String token() {
    return issuer.accessToken(
        Map.of("cnf", Map.of("x5t#S256", CertificateThumbprint.of((X509Certificate)
            caller.getCertificate()))));
  }

  /** What is in the request tells who may pass. */
  private static final class Ok extends HttpServlet {
    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      response.getWriter().write("ok");
    }
  }

  private static Server tlsServer(GrantRuntime runtime, String mode) throws Exception {
    Server server = new Server();
    SslContextFactory.Server tls = new SslContextFactory.Server();
    tls.setSslContext(certificates.valid(trustsTheAuthority()));
    tls.setWantClientAuth(true);
    HttpConfiguration http = new HttpConfiguration();
    http.addCustomizer(new SecureRequestCustomizer(false));
    ServerConnector connector = new ServerConnector(
        server, new SslConnectionFactory(tls, "http/1.1"), new HttpConnectionFactory(http));
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    ServletContextHandler context = new ServletContextHandler("/");
    FilterHolder filter = new FilterHolder(new OidcGrantFilter(config(mode).build(), runtime));
    context.addFilter(filter, "/*", EnumSet.of(DispatcherType.REQUEST));
    context.addServlet(new ServletHolder(new Ok()), "/*");
    server.setHandler(context);
    server.start();
    return server;
  }

  private static TrustManager trustsTheAuthority() throws Exception {
    KeyStore anchors = KeyStore.getInstance("PKCS12");
    anchors.load(null, null);
    try (InputStream in = Files.newInputStream(certificates.anchor())) {
      anchors.setCertificateEntry(
          "ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(anchors);
    return factory.getTrustManagers()[0];
  }

  private static int get(Server server, KeyStore.PrivateKeyEntry identity, String token)
      throws Exception {
    HttpResponse<String> answer = HttpClient.newBuilder()
        .sslContext(certificates.client(identity))
        .build()
        .send(
            HttpRequest.newBuilder(URI.create("https://127.0.0.1:"
                    + ((ServerConnector) server.getConnectors()[0]).getLocalPort() + "/a"))
                .header("Authorization", "Bearer " + token)
                .build(),
            HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() == 401) {
      assertThat(answer.headers().firstValue("WWW-Authenticate").orElse(""))
          .contains("error=\"invalid_token\"");
    }
    return answer.statusCode();
  }

  @Test
  void certificateOfTheConnection_mustBeTheOneTheTokenIsBoundTo() throws Exception {
    for (String mode : List.of("optional", "strict")) {
      try (GrantRuntime runtime = GrantRuntime.create()) {
        Server server = tlsServer(runtime, mode);
        try {
          String token = token();
          assertThat(get(server, caller, token)).isEqualTo(200);
          assertThat(get(server, null, token)).isEqualTo(401);
          assertThat(get(server, other, token)).isEqualTo(401);
          assertThat(get(server, caller, token)).isEqualTo(200);
          assertThat(get(server, caller, issuer.accessToken(Map.of())))
              .isEqualTo(mode.equals("strict") ? 401 : 200);
        } finally {
          server.stop();
        }
      }
    }
  }

  private static void byHeader(
      UnaryOperator<OidcGrantConfigBuilder> changes, boolean urlEncoded, Check check)
      throws Exception {
    CertificateHeaderSettings header = new CertificateHeaderSettings(
        "X-Client-Cert",
        urlEncoded,
        List.of(Files.readString(certificates.anchor())),
        true,
        false,
        Duration.ofMinutes(1));
    try (GrantRuntime runtime = GrantRuntime.create();
        EchoApp app = EchoApp.start(new OidcGrantFilter(
            changes
                .apply(config("strict").proofOfPossessionMtlsFromHeader(header))
                .build(),
            runtime))) {
      check.with(new RawHttp(app.port()), app);
    }
  }

  private interface Check {
    void with(RawHttp http, EchoApp app) throws Exception;
  }

  private static String pem(KeyStore.PrivateKeyEntry entry) throws Exception {
    return "-----BEGIN CERTIFICATE-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'})
            .encodeToString(entry.getCertificate().getEncoded())
        + "\n-----END CERTIFICATE-----\n";
  }

  private static String line(String value) {
    return "X-Client-Cert: " + value;
  }

  @Test
  void certificateInAHeaderOfATrustedPeer_isTheCallers() throws Exception {
    String own = URLEncoder.encode(pem(caller), StandardCharsets.UTF_8).replace("+", "%20");
    String foreign = URLEncoder.encode(pem(other), StandardCharsets.UTF_8).replace("+", "%20");
    String stranger = URLEncoder.encode(
            pem(certificates.selfSignedClient("stranger")), StandardCharsets.UTF_8)
        .replace("+", "%20");
    byHeader(config -> config.trustedIps("127.0.0.1"), true, (http, app) -> {
      String bearer = "Authorization: Bearer " + token();
      assertThat(http.get("/a", bearer, line(own)).status()).isEqualTo(200);
      assertThat(http.get("/a", bearer, line(own)).status()).isEqualTo(200);
      assertThat(http.get("/a", bearer).status()).isEqualTo(401);
      assertThat(http.get("/a", bearer, line(foreign)).status()).isEqualTo(401);
      assertThat(http.get("/a", bearer, line(stranger)).status()).isEqualTo(401);
      assertThat(http.get("/a", bearer, line(own), line(own)).status()).isEqualTo(401);
      for (String garbage : List.of("x", "%zz", "%", "-----BEGIN CERTIFICATE-----", own + own)) {
        assertThat(http.get("/a", bearer, line(garbage)).status()).as(garbage).isEqualTo(401);
      }
      assertThat(app.seen()).hasSize(2);
    });
    byHeader(config -> config.trustedIps("127.0.0.1"), false, (http, app) -> {
      String bearer = "Authorization: Bearer " + token();
      String der = Base64.getEncoder().encodeToString(caller.getCertificate().getEncoded());
      assertThat(http.get("/a", bearer, line(der)).status()).isEqualTo(200);
      assertThat(http.get("/a", bearer, line(own)).status()).isEqualTo(401);
    });
  }

  @Test
  void certificateThatIsRemembered_isRefusedAfterItsEnd() throws Exception {
    CertificateHeaderSettings header = new CertificateHeaderSettings(
        "X-Client-Cert",
        false,
        List.of(Files.readString(certificates.anchor())),
        true,
        false,
        Duration.ofHours(1));
    X509Certificate own = (X509Certificate) caller.getCertificate();
    String line = line(Base64.getEncoder().encodeToString(own.getEncoded()));
    try (FilterBench bench = FilterBench.start(config -> config
        .authMethods("bearer")
        .insecureAnyAudience(true)
        .proofOfPossessionMtls("strict")
        .proofOfPossessionMtlsFromHeader(header)
        .trustedIps("127.0.0.1"))) {
      Map<String, ?> bound = Map.of("cnf", Map.of("x5t#S256", CertificateThumbprint.of(own)));
      bench
          .clock()
          .advance(Duration.between(bench.clock().instant(), own.getNotAfter().toInstant()));
      String bearer = "Authorization: Bearer " + bench.issuer().accessToken(bound);
      assertThat(bench.http().get("/a", bearer, line).status()).isEqualTo(200);

      bench.clock().advance(Duration.ofSeconds(1));
      assertThat(bench.http().get("/a", bearer, line).status()).isEqualTo(401);
    }
  }

  @Test
  void certificateInAHeaderOfAnybodyElse_isNotBelieved() throws Exception {
    String own = URLEncoder.encode(pem(caller), StandardCharsets.UTF_8).replace("+", "%20");
    byHeader(config -> config.trustedIps("10.0.0.0/8"), true, (http, app) -> {
      assertThat(http.get("/a", "Authorization: Bearer " + token(), line(own)).status())
          .isEqualTo(401);
      assertThat(app.seen()).isEmpty();
    });
  }
}
