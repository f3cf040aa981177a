package io.oidcgrant.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.oidcgrant.examples.echo.EchoUpstream;
import io.oidcgrant.examples.echo.RecordedRequest;
import io.oidcgrant.examples.keycloak.KeycloakServer;
import io.oidcgrant.examples.keycloak.SharedKeycloak;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The proxy's jar with its own upstream, and mostly in front of the real Keycloak. */
final class RunningProxy implements AutoCloseable {
  static final Path JAR = Path.of(System.getProperty(
      "oidcgrant.proxy.jar",
      Path.of("..", "..", "proxy-servlet", "target", "oidc-proxy.jar").toString()));
  static final String SECRET = "cf4c655a-0622-4ce6-a0de-d3353ef0b714";

  private final HttpClient client = HttpClient.newHttpClient();
  private final EchoUpstream upstream = EchoUpstream.start();
  private final Optional<EndpointRelay> tokenEndpoint;
  private final Path log = Files.createTempFile("oidc-proxy", ".log");
  private final ProxyProcess process;
  private final int port;

  private RunningProxy(
      Optional<EndpointRelay> tokenEndpoint, Map<String, String> variables, String... configs)
      throws Exception {
    this.tokenEndpoint = tokenEndpoint;
    Map<String, String> environment = new LinkedHashMap<>(variables);
    environment.put("DECK_UPSTREAM_URL", upstream.uri() + "/anything");
    environment.put("JDK_JAVA_OPTIONS", jvmOptions());
    Options options =
        new Options(0, 0, 0, 0, JAR, Arrays.stream(configs).map(Path::of).toList());
    process = ProxyProcess.launch(options, environment, Redirect.to(log.toFile()));
    try {
      port = process.awaitReady();
    } catch (QuickstartException e) {
      String said = log();
      close();
      throw new IllegalStateException(said, e);
    }
  }

  /** The proxy with these files, which refer to a realm by {@code DECK_…} variables. */
  static RunningProxy start(String realm, String... configs) throws Exception {
    return start(realm, Map.of(), configs);
  }

  /** The same with more in its environment, options among it. */
  static RunningProxy start(String realm, Map<String, String> more, String... configs)
      throws Exception {
    KeycloakServer keycloak = SharedKeycloak.server();
    EndpointRelay tokenEndpoint =
        new EndpointRelay(URI.create(keycloak.issuer(realm) + "/protocol/openid-connect/token"));
    Map<String, String> environment = new LinkedHashMap<>(more);
    environment.put("DECK_ISSUER", keycloak.issuer(realm));
    environment.put("DECK_TOKEN_ENDPOINT", tokenEndpoint.uri().toString());
    environment.put("DECK_CLIENT_ID", "service");
    environment.put("DECK_CLIENT_SECRET", SECRET);
    return new RunningProxy(Optional.of(tokenEndpoint), environment, configs);
  }

  /** The proxy with this file, which names its issuer itself, without Keycloak. */
  static RunningProxy startAlone(Path config) throws Exception {
    return new RunningProxy(Optional.empty(), Map.of(), config.toString());
  }

  /** The proxy with these in its environment, without Keycloak and without files. */
  static RunningProxy startAlone(Map<String, String> options) throws Exception {
    return new RunningProxy(Optional.empty(), options);
  }

  /** What its JVM starts quicker with: the archive of its classes is there after its own tests. */
  private static String jvmOptions() {
    Path archive = JAR.resolveSibling("oidc-proxy-" + System.getProperty("java.version") + ".jsa");
    return "-XX:TieredStopAtLevel=1"
        + (Files.exists(archive) ? " -XX:SharedArchiveFile=" + archive : "");
  }

  static String basic(String user, String password) {
    return "Basic "
        + Base64.getEncoder()
            .encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
  }

  HttpResponse<String> get(String path, String... headers) throws Exception {
    return client.send(request(path, headers), HttpResponse.BodyHandlers.ofString());
  }

  CompletableFuture<HttpResponse<String>> getAsync(String path, String... headers) {
    return client.sendAsync(request(path, headers), HttpResponse.BodyHandlers.ofString());
  }

  private HttpRequest request(String path, String... headers) {
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
    return (headers.length == 0 ? builder : builder.headers(headers)).build();
  }

  /** The address at which callers come. */
  String url() {
    return "http://127.0.0.1:" + port;
  }

  /** The address of the admin listener. */
  URI admin() {
    return process.admin();
  }

  /** Has it read its files again. */
  void hangUp() throws Exception {
    assertThat(new ProcessBuilder("kill", "-HUP", Long.toString(process.handle().pid()))
            .start()
            .waitFor())
        .isZero();
  }

  EchoUpstream upstream() {
    return upstream;
  }

  RecordedRequest lastUpstreamRequest() {
    assertThat(upstream.requests()).isNotEmpty();
    return upstream.requests().get(upstream.requests().size() - 1);
  }

  /** How often the token endpoint was asked, by configurations that go there through the relay. */
  int tokenRequests() {
    return tokenEndpoint.orElseThrow().requests();
  }

  /** What the proxy has logged, which it writes a moment after what it tells. */
  String log() throws IOException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
    long length = -1;
    while (length != Files.size(log) && System.nanoTime() < end) {
      length = Files.size(log);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
    }
    return Files.readString(log);
  }

  @Override
  public void close() throws IOException {
    if (process != null) {
      // Without the second for which it hears the client's idle connections.
      process.handle().destroyForcibly();
      process.close();
    }
    tokenEndpoint.ifPresent(EndpointRelay::close);
    upstream.close();
    Files.delete(log);
  }
}
