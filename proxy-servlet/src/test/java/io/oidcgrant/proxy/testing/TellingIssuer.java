package io.oidcgrant.proxy.testing;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
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
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * An issuer of tokens with the claims that a test wants, that tells of every token, introspected or
 * shown to userinfo, that it is alice's.
 */
public final class TellingIssuer implements AutoCloseable {
  static {
    // Without it every answer waits 40 ms for an acknowledgement.
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  private final HttpServer server;
  private final ExecutorService executor = Executors.newCachedThreadPool();
  private final RSAKey key;
  private final String introspectionJwt;
  private final String userInfoJwt;

  public TellingIssuer() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
      key = new RSAKeyGenerator(2048)
          .keyID(UUID.randomUUID().toString())
          .algorithm(JWSAlgorithm.RS256)
          .generate();
    } catch (IOException | JOSEException e) {
      throw new IllegalStateException(e);
    }
    introspectionJwt = token(Map.of("about", "introspection"));
    userInfoJwt = token(Map.of("city", "Köln"));
    server.setExecutor(executor);
    server.createContext(
        "/", exchange -> send(exchange, "application/json", """
        {"issuer":"URL","token_endpoint":"URL/token","jwks_uri":"URL/keys",
        "introspection_endpoint":"URL/introspect","userinfo_endpoint":"URL/userinfo"}""".replace("URL", url())));
    server.createContext(
        "/keys",
        exchange -> send(exchange, "application/json", new JWKSet(key.toPublicJWK()).toString()));
    server.createContext(
        "/introspect",
        exchange -> send(
            exchange,
            "application/json",
            "{\"active\":true,\"sub\":\"alice\",\"jwt\":\"" + introspectionJwt + "\"}"));
    server.createContext("/userinfo", exchange -> send(exchange, "application/jwt", userInfoJwt));
    server.start();
  }

  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  public String introspectionJwt() {
    return introspectionJwt;
  }

  public String userInfoJwt() {
    return userInfoJwt;
  }

  /**
   * A token of alice's for the audience {@code api}, for 300 s, unlike every other; {@code changes}
   * replaces claims, an empty text removes them.
   */
  public String token(Map<String, ?> changes) {
    long now = Instant.now().getEpochSecond();
    Map<String, Object> claims = new LinkedHashMap<>();
    claims.put("iss", url());
    claims.put("sub", "alice");
    claims.put("aud", "api");
    claims.put("jti", UUID.randomUUID().toString());
    claims.put("iat", now);
    claims.put("exp", now + 300);
    claims.putAll(changes);
    claims.values().removeIf(""::equals);
    JWSObject jwt = new JWSObject(
        new JWSHeader.Builder(JWSAlgorithm.RS256)
            .keyID(key.getKeyID())
            .type(JOSEObjectType.JWT)
            .build(),
        new Payload(claims));
    try {
      jwt.sign(new RSASSASigner(key));
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
    return jwt.serialize();
  }

  private static void send(HttpExchange exchange, String type, String text) throws IOException {
    try (exchange) {
      exchange.getRequestBody().readAllBytes();
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", type);
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
