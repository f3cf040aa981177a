package io.oidcgrant.examples.keycloak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

class KeycloakServerIT {
  private static final String SERVICE = "service:cf4c655a-0622-4ce6-a0de-d3353ef0b714";

  @Test
  void start_issuesTokens_closeLeavesNothing() throws Exception {
    KeycloakServer server = KeycloakServer.start();
    try (server) {
      for (String realm :
          new String[] {"example-realm", "other-realm", "rotation-realm", "rotation-reuse-realm"}) {
        HttpResponse<String> answer = passwordGrant(server, realm);
        assertThat(answer.statusCode()).as(realm).isEqualTo(200);
        assertThat(answer.body()).contains("\"access_token\":\"").contains("\"refresh_token\":\"");
      }
      assertThat(server.signingKeys()).isRegularFile();
      assertThatThrownBy(() -> KeycloakServer.start(server.port()))
          .isInstanceOf(BindException.class)
          .hasMessage("port " + server.port() + " of 127.0.0.1 is taken");
    }
    assertThat(server.process().isAlive()).isFalse();
    assertThat(ProcessHandle.current().descendants()).isEmpty();
    new ServerSocket(server.port(), 1, InetAddress.getLoopbackAddress()).close();
  }

  @Test
  void killedParent_takesTheServerWithIt() throws Exception {
    Path temporary = Files.createTempDirectory("keycloak-server-it-");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    if (System.getProperty("oidcgrant.keycloak.work") != null) {
      command.add("-Doidcgrant.keycloak.work=" + System.getProperty("oidcgrant.keycloak.work"));
    }
    command.add("-Djava.io.tmpdir=" + temporary); // a killed JVM cannot tidy up
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Parent.class.getName()));
    Process parent = new ProcessBuilder(command)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
    try (BufferedReader out = parent.inputReader(StandardCharsets.UTF_8)) {
      ProcessHandle server = ProcessHandle.of(Long.parseLong(out.readLine())).orElseThrow();
      assertThat(server.isAlive()).isTrue();
      parent.destroyForcibly();
      await().atMost(Duration.ofSeconds(10)).until(() -> !server.isAlive());
    } finally {
      parent.destroyForcibly();
      Installation.delete(temporary);
    }
  }

  private static HttpResponse<String> passwordGrant(KeycloakServer server, String realm)
      throws Exception {
    HttpRequest request = HttpRequest.newBuilder(
            URI.create(server.issuer(realm) + "/protocol/openid-connect/token"))
        .header(
            "Authorization",
            "Basic " + Base64.getEncoder().encodeToString(SERVICE.getBytes(StandardCharsets.UTF_8)))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .POST(HttpRequest.BodyPublishers.ofString("grant_type=password&username=john&password=doe"))
        .build();
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
  }

  /** Starts a server, prints its process id, and waits to be killed. */
  static final class Parent {
    public static void main(String[] args) throws Exception {
      KeycloakServer server = KeycloakServer.start();
      System.out.println(server.process().pid());
      // To the end of the test, where it is not killed before.
      var unused = System.in.read();
      server.close();
    }
  }
}
