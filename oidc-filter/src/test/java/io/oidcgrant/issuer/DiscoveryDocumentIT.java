package io.oidcgrant.issuer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.jwk.JWKSet;
import io.oidcgrant.http.IdpClient;
import io.oidcgrant.http.TlsSettings;
import io.oidcgrant.observe.GrantObserver;
import io.oidcgrant.observe.IssuerCalls;
import io.oidcgrant.testing.CapturedLog;
import io.oidcgrant.testing.RawServer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Documents and key sets that are not what they should be. */
@Timeout(60)
class DiscoveryDocumentIT {
  private static final String RSA_KEY =
      "{\"kty\":\"RSA\",\"kid\":\"good\",\"e\":\"AQAB\",\"n\":\"" + "_".repeat(342) + "\"}";

  private final ExecutorService executor = Executors.newCachedThreadPool();
  private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();

  @AfterEach
  void stop() {
    scheduler.shutdownNow();
    executor.shutdownNow();
  }

  private static String ok(String body) {
    int length = body.getBytes(StandardCharsets.UTF_8).length;
    return "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + length + "\r\n\r\n" + body;
  }

  private RemoteIssuer start(Optional<URI> document, Optional<URI> keys) {
    IdpClient client = new IdpClient(
        new IdpClient.Settings(Duration.ofSeconds(5), TlsSettings.JVM),
        executor,
        scheduler,
        InstantSource.system());
    return RemoteIssuer.start(
        new IssuerSettings(
            "https://idp.example",
            document,
            Map.of("X-Key", "7"),
            Map.of(),
            Map.of(),
            keys,
            false,
            Duration.ofSeconds(30),
            Duration.ofHours(1)),
        client,
        scheduler,
        InstantSource.system(),
        new IssuerCalls(GrantObserver.NONE));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "<html>",
        "{\"issuer\":7}",
        "{\"issuer\":null}",
        "{\"issuer\":\"https://idp.example\",\"token_endpoint\":\"http://idp.example/t\"}",
        "{\"issuer\":\"https://idp.example\",\"token_endpoint\":\"https://u:p@idp.example/t\"}",
        "{\"issuer\":\"https://idp.example\",\"jwks_uri\":\"file:///etc/passwd\"}",
        "{\"issuer\":\"https://idp.example\",\"jwks_uri\":\"no url\"}",
        "{\"issuer\":\"https://idp.example\",\"token_endpoint_auth_methods_supported\":7}"
      })
  void document_thatIsNotOne_isRefused_inWords(String body) throws Exception {
    try (RawServer server = RawServer.start(ok(body));
        RemoteIssuer issuer = start(Optional.of(server.uri("/d")), Optional.empty())) {
      await().until(() -> issuer.status().detail().startsWith("discovery failed: "));

      assertThat(issuer.status().everDiscovered()).isFalse();
      assertThat(issuer.status().detail())
          .contains("the discovery document")
          .doesNotContain("Exception");
    }
  }

  @Test
  void document_withOddMembers_isRead() throws Exception {
    String body =
        "{\"issuer\":\"https://idp.example\",\"token_endpoint\":\"https://idp.example/t\","
            + "\"jwks_uri\":null,\"x\":[[{}]],\"token_endpoint_auth_methods_supported\":[]}";
    try (RawServer server = RawServer.start(ok(body));
        RemoteIssuer issuer = start(Optional.of(server.uri("/d")), Optional.empty())) {
      IssuerMetadata metadata = issuer.metadata().toCompletableFuture().get(20, TimeUnit.SECONDS);

      assertThat(metadata.endpoint(IssuerEndpoint.TOKEN, false))
          .contains(URI.create("https://idp.example/t"));
      assertThat(metadata.jwksUri()).isEmpty();
    }
  }

  /** RFC 7517 section 5: keys that are not understood are ignored. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"kty\":\"XX\",\"kid\":\"odd\"}",
        "{\"kty\":\"EC\",\"kid\":\"odd\",\"crv\":\"BP-256\",\"x\":\"AQ\",\"y\":\"AQ\"}",
        "{\"kty\":\"EC\",\"kid\":\"odd\",\"crv\":\"P-256\",\"x\":\"AQ\",\"y\":\"AQ\"}",
        "{\"kty\":\"RSA\",\"kid\":\"odd\"}",
        "{\"kid\":\"odd\"}",
        "{\"kty\":7}",
        "{\"kty\":\"RSA\",\"kid\":\"odd\",\"e\":\"AQAB\",\"n\":\"AQ\",\"use\":7}",
        "{\"kty\":\"RSA\",\"kid\":\"odd\",\"e\":\"AQAB\",\"n\":\"AQ\",\"use\":\"sig\",\"key_ops\":[\"encrypt\"]}",
        "7",
        "null"
      })
  void keySet_withAKeyThatIsNotUnderstood_givesTheOthers(String odd) throws Exception {
    try (RawServer server = RawServer.start(ok("{\"keys\":[" + odd + "," + RSA_KEY + "]}"));
        RemoteIssuer issuer = start(Optional.empty(), Optional.of(server.uri("/k")))) {
      JWKSet keys = issuer.keys().current().toCompletableFuture().get(20, TimeUnit.SECONDS);

      assertThat(keys.getKeyByKeyId("good")).isNotNull();
    }
  }

  @Test
  void keySet_withAKeyThatIsNotUnderstood_isWarnedOf() throws Exception {
    String odd = "{\"kty\":\"RSA\",\"kid\":\"odd\"}";
    try (CapturedLog log = CapturedLog.start();
        RawServer server = RawServer.start(ok("{\"keys\":[" + odd + "," + RSA_KEY + "]}"));
        RemoteIssuer issuer = start(Optional.empty(), Optional.of(server.uri("/k")))) {
      issuer.keys().current().toCompletableFuture().get(20, TimeUnit.SECONDS);

      assertThat(log.lines())
          .filteredOn(line -> line.startsWith("WARN"))
          .singleElement()
          .asString()
          .contains("kid odd");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{}",
        "{\"keys\":null}",
        "{\"keys\":{}}",
        "{\"keys\":[]}",
        "{\"keys\":[7]}",
        "<html>"
      })
  void keySet_thatIsNotOne_isRefused_inWords(String body) throws Exception {
    try (RawServer server = RawServer.start(ok(body));
        RemoteIssuer issuer = start(Optional.empty(), Optional.of(server.uri("/k")))) {
      assertThat(issuer.keys().current().toCompletableFuture()).failsWithin(Duration.ofSeconds(20));
      assertThat(issuer.status().detail()).contains("the key set").doesNotContain("Exception");
    }
  }
}
