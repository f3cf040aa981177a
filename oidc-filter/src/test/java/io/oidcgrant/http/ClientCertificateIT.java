package io.oidcgrant.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import io.oidcgrant.observe.GrantObserver;
import io.oidcgrant.observe.GrantObserver.Endpoint;
import io.oidcgrant.observe.IssuerCalls;
import io.oidcgrant.protocol.Failure;
import io.oidcgrant.protocol.GrantException;
import io.oidcgrant.testing.AskingServer;
import io.oidcgrant.testing.CapturedLog;
import io.oidcgrant.testing.TestCertificates;
import io.oidcgrant.testing.TestClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.KeyStore.PrivateKeyEntry;
import java.security.cert.CertificateEncodingException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ClientCertificateIT {
  private static final Duration CHECK = Duration.ofSeconds(5);
  private static final String TLS13 = "TLSv1.3";

  @TempDir
  private static Path shared;

  private static TestCertificates certificates;
  private static PrivateKeyEntry first;
  private static PrivateKeyEntry second;

  @TempDir
  private Path directory;

  private final ExecutorService executor = Executors.newCachedThreadPool();
  private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
  private final TestClock clock = new TestClock();

  @BeforeAll
  static void make() {
    certificates = new TestCertificates(shared);
    first = certificates.selfSignedClient("first", "EC");
    second = certificates.selfSignedClient("second", "EC");
  }

  @AfterEach
  void stop() {
    scheduler.shutdownNow();
    executor.shutdownNow();
  }

  private static String pem(PrivateKeyEntry entry) {
    try {
      return TestCertificates.pem("PRIVATE KEY", entry.getPrivateKey().getEncoded())
          + TestCertificates.pem("CERTIFICATE", entry.getCertificate().getEncoded());
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static TlsSettings settings(String certificate) {
    return new TlsSettings(
        true,
        Optional.of(certificates.anchor()),
        Optional.of(new TlsIdentity.Source(certificate, Optional.empty(), Optional.empty())));
  }

  private IdpClient client(TlsSettings settings) {
    return new IdpClient(
        new IdpClient.Settings(Duration.ofSeconds(20), settings), executor, scheduler, clock);
  }

  private static AskingServer server() throws Exception {
    return new AskingServer(certificates, TLS13);
  }

  private static CompletableFuture<HTTPResponse> send(
      IdpClient client, AskingServer server, String path) {
    return client.exchange(
        new IssuerCalls(GrantObserver.NONE).begin(Endpoint.DISCOVERY, null),
        new HTTPRequest(HTTPRequest.Method.GET, server.uri(path)),
        1000);
  }

  /** Who came with one more request. */
  private static AskingServer.Visit visit(IdpClient client, AskingServer server) throws Exception {
    assertThat(send(client, server, "/").get(30, TimeUnit.SECONDS).getStatusCode())
        .isEqualTo(200);
    return server.visits().get(server.visits().size() - 1);
  }

  private static Failure failure(IdpClient client, AskingServer server)
      throws InterruptedException {
    try {
      throw new AssertionError(
          "answered with " + send(client, server, "/").get().getStatusCode());
    } catch (ExecutionException e) {
      return GrantException.failureOf(e);
    }
  }

  private static List<String> lines(CapturedLog log, String level) {
    return log.lines().stream().filter(line -> line.startsWith(level)).toList();
  }

  @ParameterizedTest
  @CsvSource({
    "EC, TLSv1.2",
    "EC, TLSv1.3",
    "RSA, TLSv1.2",
    "RSA, TLSv1.3",
    "Ed25519, TLSv1.3",
  })
  void identity_isPresented_whateverAuthorityTheServerNames(String algorithm, String protocol)
      throws Exception {
    PrivateKeyEntry own = certificates.selfSignedClient(algorithm + protocol, algorithm);
    try (AskingServer server = new AskingServer(certificates, protocol)) {
      IdpClient client = client(settings(pem(own)));

      assertThat(visit(client, server).certificate()).isEqualTo(own.getCertificate());
      assertThat(client.identity().orElseThrow().certificate()).isEqualTo(own.getCertificate());
    }
  }

  @Test
  void withoutVerification_theIdentityIsPresentedAllTheSame() throws Exception {
    TlsSettings verified =
        new TlsSettings(true, Optional.empty(), settings(pem(first)).identity());
    try (AskingServer server = server()) {
      IdpClient client = client(new TlsSettings(false, Optional.empty(), verified.identity()));

      assertThat(visit(client, server).certificate()).isEqualTo(first.getCertificate());
      assertThat(failure(client(verified), server).detail())
          .contains("no TLS with")
          .doesNotContain("client certificate");
      assertThat(server.visits()).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void certificateThatIsDemanded_butNotThere_isNamed(String protocol) throws Exception {
    try (AskingServer server = new AskingServer(certificates, protocol)) {
      Failure failure = failure(
          client(new TlsSettings(true, Optional.of(certificates.anchor()), Optional.empty())),
          server);

      assertThat(failure.kind()).isEqualTo(Failure.Kind.ISSUER_UNAVAILABLE);
      assertThat(failure.detail()).contains("check the client certificate");
      assertThat(server.visits()).isEmpty();
    }
  }

  @Test
  void renewedFile_isPresentedOnNewConnections_whileTheOldOnesFinish() throws Exception {
    Path file = Files.writeString(directory.resolve("client.pem"), pem(first));
    try (CapturedLog log = CapturedLog.start();
        AskingServer server = server()) {
      IdpClient client = client(settings(file.toString()));
      AskingServer.Visit before = visit(client, server);
      assertThat(visit(client, server)).as("on the same connection").isEqualTo(before);
      CompletableFuture<HTTPResponse> held = send(client, server, "/held");
      server.awaitHeld();

      Files.writeString(file, pem(second) + "\n");
      clock.advance(CHECK.minusNanos(1));
      assertThat(visit(client, server).certificate()).isEqualTo(first.getCertificate());
      clock.advance(Duration.ofNanos(1));
      AskingServer.Visit after = visit(client, server);

      assertThat(after.certificate()).isEqualTo(second.getCertificate());
      assertThat(after.connection()).isNotEqualTo(before.connection());
      assertThat(client.identity().orElseThrow().certificate()).isEqualTo(second.getCertificate());
      assertThat(visit(client, server)).isEqualTo(after);
      server.release();
      assertThat(held.get(30, TimeUnit.SECONDS).getStatusCode()).isEqualTo(200);
      assertThat(log.lines())
          .containsExactly("INFO changed TLS files for the issuer are in use: ["
              + certificates.anchor() + ", " + file + "]");
    }
  }

  @Test
  void linkThatPointsElsewhere_isARenewal() throws Exception {
    String one = pem(first);
    String other = pem(second);
    int length = Math.max(one.length(), other.length());
    // The same length and time: only the link tells.
    for (String[] version : new String[][] {{"v1", one}, {"v2", other}}) {
      Path file = Files.createDirectory(directory.resolve(version[0])).resolve("tls.pem");
      Files.writeString(file, version[1] + " ".repeat(length - version[1].length()));
      Files.setLastModifiedTime(file, FileTime.from(clock.instant()));
    }
    Path data = Files.createSymbolicLink(directory.resolve("..data"), Path.of("v1"));
    Path file =
        Files.createSymbolicLink(directory.resolve("tls.pem"), Path.of("..data", "tls.pem"));
    try (AskingServer server = server()) {
      IdpClient client = client(settings(file.toString()));
      assertThat(visit(client, server).certificate()).isEqualTo(first.getCertificate());

      Path swap = Files.createSymbolicLink(directory.resolve("..tmp"), Path.of("v2"));
      Files.move(swap, data, StandardCopyOption.ATOMIC_MOVE);
      clock.advance(CHECK);

      assertThat(visit(client, server).certificate()).isEqualTo(second.getCertificate());
    }
  }

  @Test
  void renewalThatCannotBeUsed_leavesTheOldOne_andIsToldOnce() throws Exception {
    Path file = Files.writeString(directory.resolve("client.pem"), pem(first));
    try (CapturedLog log = CapturedLog.start();
        AskingServer server = server()) {
      IdpClient client = client(settings(file.toString()));
      AskingServer.Visit before = visit(client, server);

      for (String broken : List.of("", "-----BEGIN CERTIFICATE-----")) {
        Files.writeString(file, broken);
        for (int i = 0; i < 3; i++) {
          clock.advance(CHECK);
          assertThat(visit(client, server)).isEqualTo(before);
        }
      }
      Files.delete(file);
      clock.advance(CHECK);
      assertThat(visit(client, server)).isEqualTo(before);

      String files = ", of [" + certificates.anchor() + ", " + file + "]";
      String refused = "ERROR changed TLS files for the issuer are not used: file " + file;
      assertThat(log.lines())
          .containsExactly(
              refused + " holds no certificate" + files,
              refused + " holds no certificate" + files,
              refused + " cannot be read: NoSuchFileException" + files);

      Files.writeString(file, pem(second));
      clock.advance(CHECK);
      assertThat(visit(client, server).certificate()).isEqualTo(second.getCertificate());
    }
  }

  @Test
  void clientThatCannotBeMade_leavesTheOldOne() throws Exception {
    Path file = Files.writeString(directory.resolve("client.pem"), pem(first));
    AtomicBoolean exhausted = new AtomicBoolean();
    RenewedClient client = new RenewedClient(
        settings(file.toString()),
        context -> {
          if (exhausted.get()) {
            throw new UncheckedIOException(new IOException("Too many open files"));
          }
          return HttpClient.newHttpClient();
        },
        clock);
    HttpClient before = client.client();
    exhausted.set(true);
    Files.writeString(file, pem(second) + "\n");
    try (CapturedLog log = CapturedLog.start()) {
      clock.advance(CHECK);
      assertThat(client.client()).isSameAs(before);
      assertThat(client.identity().orElseThrow().subject()).isEqualTo("CN=first");
      assertThat(lines(log, "ERROR")).singleElement().asString().contains("Too many open files");
    }

    exhausted.set(false);
    clock.advance(CHECK);
    assertThat(client.client()).isNotSameAs(before);
    assertThat(client.identity().orElseThrow().subject()).isEqualTo("CN=second");
  }

  @Test
  void renewalWhoseTimeHasNotCome_isUsedWhenItComes() throws Exception {
    PrivateKeyEntry early = certificates.selfSignedClient("early", "EC", "-startdate", "+1d");
    Path file = Files.writeString(directory.resolve("client.pem"), pem(first));
    try (CapturedLog log = CapturedLog.start();
        AskingServer server = server()) {
      IdpClient client = client(settings(file.toString()));

      Files.writeString(file, pem(early) + "\n");
      clock.advance(CHECK);
      assertThat(visit(client, server).certificate()).isEqualTo(first.getCertificate());
      clock.advance(CHECK);
      assertThat(visit(client, server).certificate()).isEqualTo(first.getCertificate());
      assertThat(lines(log, "ERROR"))
          .singleElement()
          .asString()
          .contains("the certificate of CN=early is not valid before");

      clock.advance(Duration.ofDays(1));
      assertThat(visit(client, server).certificate()).isEqualTo(early.getCertificate());
    }
  }

  @Test
  void expiredCertificate_isRefusedByName_atStartAndLater() throws Exception {
    PrivateKeyEntry old =
        certificates.selfSignedClient("old", "EC", "-startdate", "-3d", "-validity", "1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> client(settings(pem(old))))
        .withMessageContaining("the certificate of CN=old expired at ");

    Path file = Files.writeString(directory.resolve("client.pem"), pem(first));
    try (CapturedLog log = CapturedLog.start();
        AskingServer server = server()) {
      IdpClient client = client(settings(file.toString()));
      Files.writeString(file, pem(old) + "\n");
      clock.advance(CHECK);

      assertThat(visit(client, server).certificate()).isEqualTo(first.getCertificate());
      assertThat(lines(log, "ERROR")).singleElement().asString().contains("CN=old expired at ");
    }
  }

  @Test
  void certificateThatSoonExpires_isWarnedOfOnce_whetherFileOrText() throws Exception {
    Instant end = ((java.security.cert.X509Certificate) first.getCertificate())
        .getNotAfter()
        .toInstant();
    Path file = Files.writeString(directory.resolve("client.pem"), pem(first));
    try (CapturedLog log = CapturedLog.start();
        AskingServer server = server()) {
      IdpClient byFile = client(settings(file.toString()));
      IdpClient byText = client(settings(pem(first)));
      clock.advance(
          Duration.between(clock.instant(), end.minus(Duration.ofDays(7))).minusNanos(1));
      visit(byFile, server);
      visit(byText, server);
      assertThat(log.lines()).isEmpty();

      clock.advance(CHECK);
      for (int i = 0; i < 3; i++) {
        visit(byFile, server);
        visit(byText, server);
        clock.advance(CHECK);
      }

      String warning = "WARN the client certificate of CN=first expires at " + end;
      assertThat(log.lines()).containsExactly(warning, warning);
    }
  }

  @Test
  void renewedAnchors_areTrusted() throws Exception {
    Path anchors = Files.writeString(
        directory.resolve("anchors.pem"),
        TestCertificates.pem("CERTIFICATE", first.getCertificate().getEncoded()));
    try (AskingServer server = server()) {
      IdpClient client = client(
          new TlsSettings(true, Optional.of(anchors), settings(pem(second)).identity()));
      assertThat(failure(client, server).detail()).contains("no TLS with");

      Files.copy(certificates.anchor(), anchors, StandardCopyOption.REPLACE_EXISTING);
      clock.advance(CHECK);

      assertThat(visit(client, server).certificate()).isEqualTo(second.getCertificate());
    }
  }

  @Test
  void anchorsThatCannotBeUsed_areNamed() throws IOException {
    for (Path file : List.of(
        Files.writeString(directory.resolve("empty.pem"), ""), directory.resolve("none.pem"))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> client(new TlsSettings(true, Optional.of(file), Optional.empty())))
          .withMessage("ca_certificates_file " + file
              + " cannot be used: it must be a file of PEM certificates");
    }
  }

  @Test
  void clockThatIsSetBack_doesNotPutOffTheRenewal() throws Exception {
    Path file = Files.writeString(directory.resolve("client.pem"), pem(first));
    try (AskingServer server = server()) {
      clock.advance(Duration.ofDays(2));
      IdpClient client = client(settings(file.toString()));
      Files.writeString(file, pem(second) + "\n");

      clock.advance(Duration.ofDays(-1));

      assertThat(visit(client, server).certificate()).isEqualTo(second.getCertificate());
    }
  }
}
