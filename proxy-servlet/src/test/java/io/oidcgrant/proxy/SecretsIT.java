package io.oidcgrant.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.oidcgrant.proxy.testing.Answer;
import io.oidcgrant.proxy.testing.Configs;
import io.oidcgrant.proxy.testing.ProxyProcess;
import io.oidcgrant.proxy.testing.RawConnection;
import io.oidcgrant.proxy.testing.RawUpstream;
import io.oidcgrant.proxy.testing.StubIssuer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is secret is nowhere to be read, however much is logged. */
class SecretsIT {
  private static final String PASSWORD = "canary-password";
  private static final String FORM = "Content-Type: application/x-www-form-urlencoded";

  @TempDir
  private static Path directory;

  private static RawUpstream upstream;
  private static StubIssuer issuer;
  private static Path config;
  private static ProxyProcess proxy;

  @BeforeAll
  static void start() {
    upstream = new RawUpstream();
    issuer = new StubIssuer();
    String grants = "{name: openid-connect, config: {issuer: \"" + issuer.url()
        + "\", client_id: proxy, client_secret: canary-client,"
        + " auth_methods: [password, client_credentials, refresh_token, bearer],"
        + " password_param_type: [header, body], client_credentials_param_type: [query, body],"
        + " insecure_any_audience: true, refresh_token_param_type: [header, query, body],"
        + " refresh_token_param_name: refresh_token}}";
    String service = "{name: upstream-oauth, config: {oauth: {token_endpoint: \"" + issuer.url()
        + "/token\", client_id: gate, client_secret: canary-service}}}";
    config = Configs.file(
        directory,
        "services:\n"
            + Configs.service("a", upstream.url(), grants)
            + Configs.service("s", upstream.url(), service));
    proxy = ProxyProcess.run(config, "--log-level", "trace");
  }

  @AfterAll
  static void stop() {
    proxy.close();
    issuer.close();
    upstream.close();
  }

  private static String basic(String pair) {
    return "Authorization: Basic "
        + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
  }

  private static Answer post(String path, String body, String... headers) {
    try (RawConnection connection = proxy.connect()) {
      return connection
          .request("POST", path, body.getBytes(StandardCharsets.ISO_8859_1), headers)
          .read();
    }
  }

  private static void hidesSecrets(String text) {
    assertThat(text).doesNotContainIgnoringCase("canary").doesNotContain("Y2FuYXJ5", "NhbmFye");
    assertThat(issuer.granted()).isNotEmpty().noneMatch(text::contains);
  }

  @Test
  void everyFlow_leavesNoSecret_inLogAnswersMetricsOrPrintedConfiguration() throws Exception {
    List<Answer> granted = new ArrayList<>(List.of(
        proxy.get("/a", basic("user:" + PASSWORD)),
        proxy.get("/a?client_id=c&client_secret=canary-caller"),
        proxy.get("/a", "Refresh-Token: canary-refresh"),
        proxy.get("/a?refresh_token=canary-refresh-2"),
        post("/a", "username=u&password=" + PASSWORD + "-2", FORM),
        post("/a", "refresh_token=canary-refresh-3", FORM),
        proxy.get("/a", "Authorization: Bearer " + issuer.accessToken(Map.of())),
        proxy.get("/s")));
    assertThat(granted).extracting(Answer::status).containsOnly(200);
    List<Answer> refused = List.of(
        proxy.get("/a", "Authorization: Bearer canary.canary.canary"),
        proxy.get("/a", basic("canary")),
        proxy.get("/a?refresh_token=canary&refresh_token=canary-2"),
        proxy.get("/a?client_secret=canary"),
        proxy.get("/none/canary?canary", "X-Canary: canary"),
        post("/a", "{\"refresh_token\":\"canary", "Content-Type: application/json"));
    assertThat(refused).extracting(Answer::status).allMatch(status -> status >= 400);

    refused.forEach(answer -> hidesSecrets(answer.toString() + answer.body()));
    for (String told : List.of("/metrics", "/health/ready", "/plugins", "/openid-connect/jwks")) {
      Answer answer = proxy.admin(told);
      assertThat(answer.status()).as(told).isEqualTo(200);
      hidesSecrets(answer.body());
    }
    assertThat(proxy.log()).contains("TRACE");
    hidesSecrets(proxy.log());
    try (ProxyProcess check =
        ProxyProcess.launch(Map.of(), "check", "--print", "--config", config.toString())) {
      assertThat(check.exitStatus()).isZero();
      assertThat(String.join("\n", check.output())).contains("client_secret");
      hidesSecrets(String.join("\n", check.output()));
    }
  }

  /** What is remembered of a grant holds a hash of the password. */
  @Test
  void password_isNotInTheHeap_afterItsGrant() throws Exception {
    String password = "canary-in-the-heap";
    assertThat(proxy.get("/a", basic("user:" + password)).status()).isEqualTo(200);
    Path dump = directory.resolve("heap.hprof");

    await().untilAsserted(() -> {
      Files.deleteIfExists(dump);
      Process jcmd = new ProcessBuilder(
              Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
              Long.toString(proxy.pid()),
              "GC.heap_dump",
              dump.toString())
          .redirectErrorStream(true)
          .redirectOutput(directory.resolve("jcmd.log").toFile())
          .start();
      assertThat(jcmd.waitFor()).isZero();
      String heap = Files.readString(dump, StandardCharsets.ISO_8859_1);
      assertThat(heap.contains("canary-client")).as("the heap is in the dump").isTrue();
      assertThat(heap.contains(password)).isFalse();
    });
  }
}
