package io.oidcgrant.proxy.testing;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An issuer that grants everything, bound to the key of a DPoP proof where it gets one; the last
 * granted access token is known.
 */
public final class StubIssuer implements AutoCloseable {
  static {
    // Without it every answer waits 40 ms for an acknowledgement.
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  private final HttpServer server;
  private final ExecutorService executor = Executors.newCachedThreadPool();
  private final RSAKey key;
  private final AtomicInteger discoveries = new AtomicInteger();
  private final AtomicInteger keysAsked = new AtomicInteger();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final List<String> granted = new CopyOnWriteArrayList<>();
  private final List<String> traces = new CopyOnWriteArrayList<>();
  private volatile int lifetime = 300;

  public StubIssuer() {
    this(0);
  }

  public StubIssuer(int port) {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 64);
      key = new RSAKeyGenerator(2048)
          .keyID(UUID.randomUUID().toString())
          .algorithm(JWSAlgorithm.RS256)
          .generate();
    } catch (IOException | JOSEException e) {
      throw new IllegalStateException(e);
    }
    server.setExecutor(executor);
    server.createContext("/.well-known/openid-configuration", exchange -> {
      discoveries.incrementAndGet();
      send(exchange, """
              {"issuer":"URL","token_endpoint":"URL/token","jwks_uri":"URL/keys"}""".replace("URL", url()));
    });
    server.createContext("/keys", exchange -> {
      keysAsked.incrementAndGet();
      send(exchange, new JWKSet(key.toPublicJWK()).toString());
    });
    server.createContext("/token", this::token);
    server.start();
  }

  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private void token(HttpExchange exchange) throws IOException {
    asked.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
    traces.add(String.valueOf(exchange.getRequestHeaders().getFirst("traceparent")));
    String proof = exchange.getRequestHeaders().getFirst("DPoP");
    String token = accessToken(proof == null ? Map.of() : Map.of("jkt", thumbprint(proof)));
    granted.add(token);
    send(
        exchange,
        "{\"access_token\":\"" + token
            + "\",\"token_type\":\"" + (proof == null ? "Bearer" : "DPoP")
            + "\",\"expires_in\":"
            + lifetime
            + ",\"refresh_token\":\"next-"
            + granted.size() + "\"}");
  }

  private static String thumbprint(String proof) {
    try {
      return JWSObject.parse(proof).getHeader().getJWK().computeThumbprint().toString();
    } catch (ParseException | JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  /** How many seconds the tokens to come are good. */
  public void lifetime(int seconds) {
    lifetime = seconds;
  }

  /** A token with this {@code cnf}, as if it had been granted to somebody. */
  public String accessToken(Map<String, Object> confirmation) {
    long now = Instant.now().getEpochSecond();
    JWSObject jwt = new JWSObject(
        new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(key.getKeyID()).build(),
        new Payload(Map.of(
            "iss",
            url(),
            "sub",
            "alice",
            "jti",
            UUID.randomUUID().toString(),
            "iat",
            now,
            "exp",
            now + lifetime,
            "cnf",
            confirmation)));
    try {
      jwt.sign(new RSASSASigner(key));
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
    return jwt.serialize();
  }

  /** How often its metadata were asked for. */
  public int discoveries() {
    return discoveries.get();
  }

  /** How often its keys were asked for. */
  public int keysAsked() {
    return keysAsked.get();
  }

  /** The bodies of all token requests. */
  public List<String> asked() {
    return asked;
  }

  /** The {@code traceparent} of every token request; {@code null} where there was none. */
  public List<String> traces() {
    return traces;
  }

  /** All access tokens that were granted. */
  public List<String> granted() {
    return granted;
  }

  /** The access token that was granted last. */
  public String token() {
    return granted.get(granted.size() - 1);
  }

  /** {@code Bearer} and the access token that was granted last. */
  public String bearer() {
    return "Bearer " + token();
  }

  private static void send(HttpExchange exchange, String json) throws IOException {
    try (exchange) {
      byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(200, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    executor.shutdownNow();
  }
}
