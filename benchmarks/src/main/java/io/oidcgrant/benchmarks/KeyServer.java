package io.oidcgrant.benchmarks;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/** Publishes a key on loopback. */
final class KeyServer implements AutoCloseable {
  private final HttpServer server;

  private KeyServer(HttpServer server) {
    this.server = server;
  }

  static KeyServer start(JWK key) throws IOException {
    byte[] keys = new JWKSet(key).toString(true).getBytes(StandardCharsets.UTF_8);
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/keys", exchange -> {
      try (exchange) {
        exchange.sendResponseHeaders(200, keys.length);
        exchange.getResponseBody().write(keys);
      }
    });
    server.start();
    return new KeyServer(server);
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/keys";
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
