package io.oidcgrant.examples.quickstart;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Map;

/** The jar of the stand-in for Kong Identity, as a process of its own. */
final class RunningIdentity implements AutoCloseable {
  private static final Path JAR = Path.of("..", "kong-identity", "target", "kong-identity.jar");
  private static final String READY = "ready identity=";

  private final HttpClient client = HttpClient.newHttpClient();
  private final Process process;
  private final BufferedReader output;
  private final String url;

  private RunningIdentity() throws Exception {
    process = new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-jar",
            JAR.toString(),
            "--port",
            "0")
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
    output = process.inputReader(UTF_8);
    String ready = output.readLine();
    assertThat(ready).startsWith(READY);
    url = ready.substring(READY.length());
  }

  static RunningIdentity start() throws Exception {
    return new RunningIdentity();
  }

  String url() {
    return url;
  }

  /** The answer to a call with a JSON body, which must be a good one. */
  Map<String, Object> post(String path, String json) throws Exception {
    return send(path, "POST", json);
  }

  /** An authorization server, with the scope {@code my-scope}, and a client of it. */
  Client createClient() throws Exception {
    Map<String, Object> server =
        post("/v1/auth-servers", "{\"name\":\"tests\",\"audience\":\"http://api.example\"}");
    String one = "/v1/auth-servers/" + server.get("id");
    Object scope =
        post(one + "/scopes", "{\"name\":\"my-scope\",\"enabled\":true}").get("id");
    Map<String, Object> made = post(
        one + "/clients",
        "{\"name\":\"Client\",\"grant_types\":[\"client_credentials\"],\"response_types\":[\"token\"],\"allow_scopes\":[\""
            + scope + "\"]}");
    return new Client(
        server.get("issuer").toString(),
        made.get("id").toString(),
        made.get("client_secret").toString());
  }

  /** A client, and the issuer that knows it. */
  record Client(String issuer, String id, String secret) {}

  /** Has this happen at the token endpoint; what was still to come is forgotten. */
  void fault(String members) throws Exception {
    send("/faults", "DELETE", "");
    if (!members.isEmpty()) {
      post("/faults", "{\"faults\":[{\"endpoint\":\"token\",\"times\":50," + members + "}]}");
    }
  }

  /** How often the token endpoint was asked. */
  long tokenRequests() throws Exception {
    Map<?, ?> counts = (Map<?, ?>) send("/requests", "GET", "").get("counts");
    return ((Number) counts.get("token")).longValue();
  }

  void forgetRequests() throws Exception {
    send("/requests", "DELETE", "");
  }

  private Map<String, Object> send(String path, String method, String json) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path))
        .header("Authorization", "Bearer any")
        .method(method, json.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(json));
    if (!json.isEmpty()) {
      request.header("Content-Type", "application/json");
    }
    HttpResponse<String> answer = client.send(request.build(), BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
    return JSONObjectUtils.parse(answer.body());
  }

  @Override
  public void close() throws IOException {
    process.destroy();
    process.onExit().join();
    output.close();
  }
}
