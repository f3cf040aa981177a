package io.oidcgrant.examples.customclient;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.oidcgrant.config.OidcGrantConfig;
import io.oidcgrant.config.OidcGrantConfigBuilder;
import io.oidcgrant.endpoint.TokenEndpointClient;
import io.oidcgrant.examples.keycloak.SharedKeycloak;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Base64;
import java.util.Collections;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** The application with a client and a real Keycloak; records what reaches its servlet. */
final class RunningApplication implements AutoCloseable {
  static final String SECRET = "cf4c655a-0622-4ce6-a0de-d3353ef0b714";
  private static final java.net.http.HttpClient HTTP = java.net.http.HttpClient.newHttpClient();

  private final Server server;
  private final Queue<Map<String, String>> seen;

  private RunningApplication(Server server, Queue<Map<String, String>> seen) {
    this.server = server;
    this.seen = seen;
  }

  static OidcGrantConfigBuilder config() {
    return OidcGrantConfig.builder()
        .issuer(SharedKeycloak.server().issuer("example-realm"))
        .clientId("service")
        .clientSecret(SECRET)
        .refreshTokenParamName("refresh_token")
        .downstreamRefreshTokenHeader("refresh_token")
        .upstreamIdTokenHeader("id_token");
  }

  static RunningApplication start(OidcGrantConfig config, TokenEndpointClient client)
      throws Exception {
    Queue<Map<String, String>> seen = new ConcurrentLinkedQueue<>();
    Server server = Application.create(0, config, client, new HttpServlet() {
      @Override
      protected void service(HttpServletRequest request, HttpServletResponse response)
          throws IOException {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        Collections.list(request.getHeaderNames())
            .forEach(name -> headers.put(name, request.getHeader(name)));
        seen.add(headers);
      }
    });
    server.start();
    return new RunningApplication(server, seen);
  }

  /** The headers of the requests that reached the servlet. */
  Queue<Map<String, String>> seen() {
    return seen;
  }

  HttpResponse<String> get(String path, String... headers) throws Exception {
    int port = ((ServerConnector) server.getConnectors()[0]).getLocalPort();
    return HTTP.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .timeout(Duration.ofSeconds(30))
            .headers(headers)
            .build(),
        BodyHandlers.ofString());
  }

  HttpResponse<String> getAs(String user) throws Exception {
    String credentials = Base64.getEncoder().encodeToString((user + ":doe").getBytes(UTF_8));
    return get("/", "Authorization", "Basic " + credentials);
  }

  @Override
  public void close() {
    try {
      server.stop();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
