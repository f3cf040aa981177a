package io.oidcgrant.verify;

import com.nimbusds.jose.jwk.JWKSet;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.oidcgrant.http.IdpClient;
import io.oidcgrant.http.TlsSettings;
import io.oidcgrant.issuer.IssuerSettings;
import io.oidcgrant.issuer.RemoteIssuer;
import io.oidcgrant.observe.GrantObserver;
import io.oidcgrant.observe.IssuerCalls;
import io.oidcgrant.protocol.Failure.Kind;
import io.oidcgrant.protocol.GrantException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/** Publishes key sets of any text on loopback, and fetches them as an issuer's keys are fetched. */
final class PublishedKeys implements AutoCloseable {
  private final ExecutorService executor = Executors.newCachedThreadPool();
  private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
  private final InstantSource clock = InstantSource.fixed(SignedTokens.NOW);
  private final IdpClient client = new IdpClient(
      new IdpClient.Settings(Duration.ofSeconds(5), TlsSettings.JVM), executor, scheduler, clock);
  private final HttpServer server;
  private volatile String published = "";

  PublishedKeys() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
    server.setExecutor(executor);
    server.createContext("/keys", this::answer);
    server.start();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = published.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/jwk-set+json");
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  /** The keys that are taken of a set with {@code keys} in it; none where the set is no good. */
  JWKSet fetched(String keys) {
    published = "{\"keys\":[" + keys + "]}";
    IssuerSettings settings = new IssuerSettings(
        SignedTokens.ISSUER,
        Optional.empty(),
        Map.of(),
        Map.of(),
        Map.of(),
        Optional.of(URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/keys")),
        false,
        Duration.ofSeconds(30),
        Duration.ofHours(2));
    try (RemoteIssuer issuer = RemoteIssuer.start(
        settings, client, scheduler, clock, new IssuerCalls(GrantObserver.NONE))) {
      return issuer.keys().current().toCompletableFuture().join();
    } catch (CompletionException e) {
      if (GrantException.failureOf(e).kind() != Kind.KEYS_UNAVAILABLE) {
        throw e;
      }
      return new JWKSet();
    }
  }

  @Override
  public void close() {
    server.stop(0);
    scheduler.shutdownNow();
    executor.shutdownNow();
  }
}
