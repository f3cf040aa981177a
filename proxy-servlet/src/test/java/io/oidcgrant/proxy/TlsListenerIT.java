package io.oidcgrant.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.oidcgrant.proxy.testing.Answer;
import io.oidcgrant.proxy.testing.Configs;
import io.oidcgrant.proxy.testing.ProxyProcess;
import io.oidcgrant.proxy.testing.RawConnection;
import io.oidcgrant.proxy.testing.RawUpstream;
import io.oidcgrant.proxy.testing.SelfSigned;
import io.oidcgrant.proxy.testing.StubIssuer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The listener in TLS: its certificates, its protocols, and callers that prove themselves by one.
 */
class TlsListenerIT {
  @TempDir
  private static Path directory;

  private static RawUpstream upstream;
  private static StubIssuer issuer;
  private static SelfSigned caller;
  private static Path config;
  private static ProxyProcess proxy;

  @BeforeAll
  static void start() {
    Duration year = Duration.ofDays(365);
    SelfSigned.of("default", "RSA", Duration.ofDays(3)).write(directory, "default");
    SelfSigned.of("exact", "EC", year).write(directory, "exact");
    SelfSigned.of("wild-rsa", "RSA", year).write(directory, "wild-rsa");
    SelfSigned.of("wild-ec", "EC", year).write(directory, "wild-ec");
    SelfSigned.of("store", "EC", year).writeStore(directory.resolve("store.p12"), "p12-word");
    caller = SelfSigned.of("caller", "EC", year);
    upstream = new RawUpstream();
    issuer = new StubIssuer();
    config = Configs.file(
        directory,
        """
        certificates:
          - {cert: "{file:DIR/default.pem}", key: "{file:DIR/default.key}", snis: ["localhost"]}
          - {cert: "{file:DIR/exact.pem}", key: "{file:DIR/exact.key}", snis: [exact.example.com]}
          - cert: "{file:DIR/wild-rsa.pem}"
            key: "{file:DIR/wild-rsa.key}"
            cert_alt: DIR/wild-ec.pem
            key_alt: DIR/wild-ec.key
            snis: ["*.Example.com", {name: "example.*"}]
          - {cert: "{file:DIR/store.p12}", key_password: p12-word, snis: [store.example.org]}
        services:
        """.replace("DIR", directory.toString())
            + Configs.service("a", upstream.url())
            + Configs.service(
                "bound",
                upstream.url(),
                "{name: openid-connect, config: {issuer: \"" + issuer.url()
                    + "\", client_id: c, client_secret: s, auth_methods: [bearer],"
                    + " insecure_any_audience: true, proof_of_possession_mtls: strict}}"));
    proxy = ProxyProcess.run(config, "--listen-tls", "127.0.0.1:0");
  }

  @AfterAll
  static void stop() {
    proxy.close();
    issuer.close();
    upstream.close();
  }

  @BeforeEach
  void reset() {
    upstream.reset();
  }

  private static SSLSocket socket(SSLContext context, String name) throws IOException {
    SSLSocket socket = (SSLSocket)
        context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), proxy.tlsPort());
    socket.setSoTimeout(20_000);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setServerNames(name.isEmpty() ? List.of() : List.of(new SNIHostName(name)));
    socket.setSSLParameters(parameters);
    return socket;
  }

  private static String presented(SSLSocket socket) throws IOException {
    try (socket) {
      socket.startHandshake();
      return subject(socket);
    }
  }

  private static String subject(SSLSocket socket) throws IOException {
    X509Certificate certificate = (X509Certificate) socket.getSession().getPeerCertificates()[0];
    return certificate.getSubjectX500Principal().getName().substring("CN=".length());
  }

  private static Answer get(SSLContext context, Version version, String path, String... headers)
      throws Exception {
    HttpClient client =
        HttpClient.newBuilder().sslContext(context).version(version).build();
    HttpRequest.Builder request = HttpRequest.newBuilder(
            URI.create("https://127.0.0.1:" + proxy.tlsPort() + path))
        .timeout(Duration.ofSeconds(20));
    if (headers.length > 0) {
      request.headers(headers);
    }
    var answer = client.send(request.build(), BodyHandlers.ofByteArray());
    assertThat(answer.version()).isEqualTo(version);
    return new Answer(answer.statusCode(), answer.headers().map(), answer.body());
  }

  @Test
  void readyLine_namesTheListenerBetweenTheOthers() {
    assertThat(proxy.tlsPort()).isPositive();
    assertThat(proxy.output())
        .singleElement()
        .asString()
        .isEqualTo("ready proxy=http://127.0.0.1:%d proxyTls=https://127.0.0.1:%d"
                .formatted(proxy.port(), proxy.tlsPort())
            + " admin=http://127.0.0.1:" + proxy.adminPort());
  }

  @ParameterizedTest
  @CsvSource({
    "exact.example.com, exact",
    "EXACT.example.COM, exact",
    "other.example.com, wild-ec",
    "example.net, wild-ec",
    "store.example.org, store",
    "localhost, default",
    "deep.other.example.com, default",
    "example.com.net, default",
    "unknown.invalid, default",
    "'', default",
  })
  void certificate_isThatOfTheName_elseTheFirst(String name, String expected) throws IOException {
    assertThat(presented(socket(SelfSigned.anonymous(), name))).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, wild-rsa",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, wild-ec",
  })
  void certificate_hasTheKindOfKeyThatTheCallerWants(String suite, String expected)
      throws IOException {
    SSLSocket socket = socket(SelfSigned.anonymous(), "rsa.example.com");
    socket.setEnabledProtocols(new String[] {"TLSv1.2"});
    socket.setEnabledCipherSuites(new String[] {suite});

    assertThat(presented(socket)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"TLS_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256"})
  void suiteWithoutForwardSecrecyOrAuthentication_isRefused(String suite) throws IOException {
    try (SSLSocket socket = socket(SelfSigned.anonymous(), "")) {
      socket.setEnabledProtocols(new String[] {"TLSv1.2"});
      socket.setEnabledCipherSuites(new String[] {suite});

      assertThatThrownBy(socket::startHandshake).isInstanceOf(SSLException.class);
    }
    assertThat(presented(socket(SelfSigned.anonymous(), ""))).isEqualTo("default");
  }

  /** A hello of TLS 1.1 with one suite (RFC 4346, 7.4.1.2). */
  @Test
  void tls11_isRefused() throws IOException {
    byte[] hello =
        HexFormat.of().parseHex("160301002f0100002b0302" + "5a".repeat(32) + "000004c013c0140100");
    hello[4] = (byte) (hello.length - 5);
    hello[8] = (byte) (hello.length - 9);
    try (RawConnection connection = new RawConnection(proxy.tlsPort())) {
      connection.send(hello);
      byte[] alert = connection.input().readNBytes(7);
      assertThat(alert).hasSize(7).startsWith(0x15, 3);
      assertThat(Arrays.copyOfRange(alert, 5, 7)).containsExactly(2, 70);
      assertThat(connection.ended()).isTrue();
    }
  }

  @Test
  void clearText_onTheTlsListener_isAnsweredByNothing_andHurtsNobody() throws Exception {
    try (RawConnection connection = new RawConnection(proxy.tlsPort())) {
      connection.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
      assertThat(new String(connection.input().readAllBytes(), StandardCharsets.ISO_8859_1))
          .doesNotContain("HTTP/1.1");
    }
    assertThat(get(SelfSigned.anonymous(), Version.HTTP_1_1, "/a").status()).isEqualTo(200);
    assertThat(upstream.received()).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void upstream_isToldOfTheConnection(Version version) throws Exception {
    assertThat(get(SelfSigned.anonymous(), version, "/a").status()).isEqualTo(200);

    RawUpstream.Received received = upstream.only();
    assertThat(received.header("X-Forwarded-Proto")).isEqualTo("https");
    assertThat(received.header("X-Forwarded-Host")).isEqualTo("127.0.0.1");
    assertThat(received.header("X-Forwarded-Port")).isEqualTo("" + proxy.tlsPort());
    assertThat(received.header("Via"))
        .isEqualTo((version == Version.HTTP_2 ? "2.0" : "1.1") + " oidc-proxy");
  }

  @Test
  void schemeThatACallerWrites_isNotBelieved() {
    try (RawConnection connection = proxy.connect()) {
      connection.send("GET https://localhost/a HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertThat(connection.read().status()).isEqualTo(200);
    }
    assertThat(upstream.only().header("X-Forwarded-Proto")).isEqualTo("http");
    assertThat(upstream.only().header("X-Forwarded-Port")).isEqualTo("80");
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void boundToken_passesOnlyWithItsCertificate(Version version) throws Exception {
    String token = "Bearer " + issuer.accessToken(Map.of("x5t#S256", caller.thumbprint()));
    SSLContext other = SelfSigned.of("caller", "EC", Duration.ofDays(1)).client();

    assertThat(get(caller.client(), version, "/bound", "Authorization", token).status())
        .isEqualTo(200);
    assertThat(upstream.received()).hasSize(1);
    assertThat(get(other, version, "/bound", "Authorization", token).status()).isEqualTo(401);
    assertThat(get(SelfSigned.anonymous(), version, "/bound", "Authorization", token)
            .status())
        .isEqualTo(401);
    assertThat(proxy.get("/bound", "Authorization: " + token).status()).isEqualTo(401);
    assertThat(upstream.received()).hasSize(1);
  }

  @Test
  void certificateAlone_isNoCredential() throws Exception {
    assertThat(get(caller.client(), Version.HTTP_2, "/bound").status()).isEqualTo(401);
    assertThat(upstream.received()).isEmpty();
  }

  @Test
  void renewedFile_isPresentedInNewHandshakes_andOneThatCannotBeUsedIsNot() throws Exception {
    SSLContext resuming = SelfSigned.anonymous();
    try (SSLSocket open = socket(resuming, "exact.example.com")) {
      assertThat(exchange(open)).startsWith("HTTP/1.1 200");
      assertThat(subject(open)).isEqualTo("exact");

      SelfSigned.of("renewed", "EC", Duration.ofDays(9)).write(directory, "exact");

      await()
          .atMost(Duration.ofSeconds(5))
          .until(() -> presented(socket(resuming, "exact.example.com")).equals("renewed"));
      assertThat(exchange(open)).startsWith("HTTP/1.1 200");

      Files.writeString(directory.resolve("exact.key"), "none");
      await().atMost(Duration.ofSeconds(5)).until(() -> proxy.log().contains("are not used: "));
      assertThat(proxy.log().lines())
          .filteredOn(line -> line.contains("are not used: "))
          .allMatch(line -> line.contains("ERROR") && line.contains("exact.key"));
      assertThat(presented(socket(SelfSigned.anonymous(), "exact.example.com")))
          .isEqualTo("renewed");
    } finally {
      SelfSigned.of("exact", "EC", Duration.ofDays(9)).write(directory, "exact");
      await()
          .atMost(Duration.ofSeconds(5))
          .until(() ->
              presented(socket(SelfSigned.anonymous(), "exact.example.com")).equals("exact"));
    }
  }

  /** One request on a connection that stays open; the answer as far as it came at once. */
  private static String exchange(SSLSocket socket) throws IOException {
    socket
        .getOutputStream()
        .write("GET /a HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    byte[] buffer = new byte[8192];
    StringBuilder answer = new StringBuilder();
    while (!answer.toString().endsWith("ok")) {
      int count = socket.getInputStream().read(buffer);
      assertThat(count).as(answer.toString()).isPositive();
      answer.append(new String(buffer, 0, count, StandardCharsets.US_ASCII));
    }
    return answer.toString();
  }

  @Test
  void certificateNearItsEnd_isWarnedOf_andNoOther() {
    proxy.port();
    assertThat(proxy.log().lines())
        .filteredOn(line -> line.contains("expires at"))
        .singleElement()
        .asString()
        .contains("WARN", "CN=default");
  }

  @Test
  void http2InClearText_isNotSpokenUnasked() {
    try (RawConnection connection = proxy.connect()) {
      Answer answer = connection
          .request(
              "GET",
              "/a",
              "Connection: Upgrade, HTTP2-Settings",
              "Upgrade: h2c",
              "HTTP2-Settings: ")
          .read();
      assertThat(answer.status()).isEqualTo(200);
      assertThat(upstream.only().headers()).doesNotContainKeys("upgrade", "http2-settings");
    }
    try (RawConnection connection = proxy.connect()) {
      connection.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
      assertThat(connection.read().status()).isBetween(400, 505);
      assertThat(connection.ended()).isTrue();
    }
    assertThat(upstream.received()).hasSize(1);
  }

  @Test
  void portInUse_endsWith3_andTheDefaultIs8443() throws IOException {
    try (ServerSocket taken = ownOrAnothers8443();
        ProxyProcess refused = ProxyProcess.run(config)) {
      assertThat(taken.isClosed()).isFalse();
      assertThat(refused.exitStatus()).isEqualTo(3);
      assertThat(refused.output()).isEmpty();
      assertThat(refused.log()).contains("cannot listen on 0.0.0.0:8443");
    }
  }

  private static ServerSocket ownOrAnothers8443() throws IOException {
    ServerSocket socket = new ServerSocket();
    try {
      socket.bind(new InetSocketAddress(8443));
    } catch (BindException e) {
      // Somebody else has it: as good.
    }
    return socket;
  }

  @Test
  void off_opensNone_andWithoutACertificateItIsRefused() throws IOException {
    try (ProxyProcess without = ProxyProcess.run(config, "--listen-tls", "off")) {
      without.port();
      assertThat(without.output()).noneMatch(line -> line.contains("proxyTls"));
    }
    Path none = Files.writeString(directory.resolve("none.yaml"), "services: []\n");
    try (ProxyProcess refused = ProxyProcess.run(none, "--listen-tls", "127.0.0.1:0")) {
      assertThat(refused.exitStatus()).isEqualTo(2);
      assertThat(refused.log()).contains("--listen-tls", "certificates[]");
    }
  }

  @Test
  void lastCertificate_stays() throws IOException {
    String id = "5d9be6a6-2f4f-4f4c-9b1c-3f3e8f7f0a11";
    Path state = Files.writeString(directory.resolve("state.json"), """
        {"certificates": [{"id": "ID", "cert": "DIR/exact.pem", "key": "DIR/exact.key"}]}
        """.replace("ID", id)
        .replace("DIR", directory.toString()));
    Path none = Files.writeString(directory.resolve("no routes.yaml"), "services: []\n");
    try (ProxyProcess kept =
        ProxyProcess.run(none, "--state", state.toString(), "--listen-tls", "127.0.0.1:0")) {
      assertThat(kept.tlsPort()).isPositive();
      Answer refused = kept.admin("DELETE", "/certificates/" + id);
      assertThat(refused.status()).isEqualTo(400);
      assertThat(refused.body()).contains("an entry must stay as long as it listens");
      assertThat(kept.admin("/certificates/" + id).status()).isEqualTo(200);
    }
    assertThat(state).content().contains(id);
  }
}
