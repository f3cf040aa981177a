package io.oidcgrant.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import io.oidcgrant.proxy.testing.Answer;
import io.oidcgrant.proxy.testing.Configs;
import io.oidcgrant.proxy.testing.ProxyProcess;
import io.oidcgrant.proxy.testing.StubIssuer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.text.ParseException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The keys with which our clients sign: published, kept and rotated. */
class ClientKeysIT {
  private static final String JWKS = "/openid-connect/jwks";

  @TempDir
  private Path directory;

  private final StubIssuer issuer = new StubIssuer();

  @AfterEach
  void close() {
    issuer.close();
  }

  private Path config(String... algorithms) {
    StringBuilder text = new StringBuilder("services:\n");
    int number = 0;
    for (String algorithm : algorithms) {
      text.append("""
          - name: s%1$d
            url: http://127.0.0.1:1
            routes: [{paths: [/%1$d]}]
            plugins:
            - name: openid-connect
              config:
                issuer: %2$s
                client_id: kong
                client_auth: private_key_jwt
                client_alg: %3$s
                auth_methods: [password]
          """.formatted(number++, issuer.url(), algorithm));
    }
    return Configs.file(directory, text.toString());
  }

  private static List<JWK> published(ProxyProcess proxy) throws ParseException {
    Answer answer = proxy.admin(JWKS);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Content-Type")).isEqualTo("application/jwk-set+json");
    assertThat(answer.body()).doesNotContain("\"d\"", "\"p\"", "\"q\"", "\"k\"");
    return JWKSet.parse(answer.body()).getKeys();
  }

  @Test
  void keysOfEveryAlgorithmInUse_arePublishedFromTheStart() throws Exception {
    try (ProxyProcess proxy = ProxyProcess.run(config("RS256", "ES256", "EdDSA"))) {
      List<JWK> keys = published(proxy);

      assertThat(keys)
          .extracting(key -> key.getAlgorithm().getName())
          .containsExactlyInAnyOrder("RS256", "ES256", "EdDSA");
      assertThat(keys).noneMatch(JWK::isPrivate).allMatch(key -> key.getKeyID() != null);
    }
  }

  @Test
  void withoutSuchAClient_theSetIsEmpty() {
    String text =
        "services:\n" + Configs.service("a", "http://127.0.0.1:1", Configs.grant(issuer.url()));
    try (ProxyProcess proxy = ProxyProcess.run(Configs.file(directory, text))) {
      assertThat(proxy.admin(JWKS).body()).isEqualTo("{\"keys\":[]}");
    }
  }

  @Test
  void delete_rotates_andKeepsThePreviousKeyPublished_untilTheNextTime() throws Exception {
    try (ProxyProcess proxy = ProxyProcess.run(config("ES256"))) {
      JWK first = published(proxy).get(0);

      Answer rotated = proxy.admin("DELETE", JWKS);
      assertThat(rotated.status()).isEqualTo(204);
      assertThat(rotated.body()).isEmpty();
      List<JWK> both = published(proxy);
      assertThat(both).hasSize(2).contains(first);
      JWK second = both.stream().filter(key -> !key.equals(first)).findFirst().orElseThrow();

      assertThat(proxy.admin("DELETE", JWKS).status()).isEqualTo(204);
      assertThat(published(proxy)).hasSize(2).contains(second).doesNotContain(first);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Origin: http://127.0.0.1:8001",
        "Origin: null",
        "Sec-Fetch-Site: same-origin",
        "Sec-Fetch-Site: cross-site"
      })
  void aPageInABrowser_cannotRotate(String header) throws Exception {
    try (ProxyProcess proxy = ProxyProcess.run(config("ES256"))) {
      List<JWK> before = published(proxy);

      assertThat(proxy.admin("DELETE", JWKS, header).status()).isEqualTo(403);
      assertThat(published(proxy)).isEqualTo(before);
      Answer refused = proxy.admin("POST", JWKS, "Content-Length: 0");
      assertThat(refused.status()).isEqualTo(405);
      assertThat(refused.header("Allow")).isEqualTo("GET, HEAD, DELETE");
    }
  }

  @Test
  void keysInAFile_outliveTheProcess_andAreRotatedByCommand() throws Exception {
    Path file = directory.resolve("keys.json");
    Path config = config("ES256");
    JWK first;
    try (ProxyProcess proxy = ProxyProcess.run(config, "--client-keys", file.toString())) {
      first = published(proxy).get(0);
    }
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    try (ProxyProcess proxy = ProxyProcess.run(config, "--client-keys", file.toString())) {
      assertThat(published(proxy)).containsExactly(first);

      try (ProxyProcess command = ProxyProcess.launch(Map.of(), "rotate-keys", file.toString())) {
        assertThat(command.exitStatus()).isZero();
        assertThat(command.output()).hasSize(1);
        String id = command.output().get(0);
        await()
            .atMost(Duration.ofSeconds(10))
            .untilAsserted(() -> assertThat(published(proxy))
                .extracting(JWK::getKeyID)
                .containsExactlyInAnyOrder(id, first.getKeyID()));
      }
      assertThat(proxy.log()).doesNotContain("\"d\"");
    }
  }

  @Test
  void fileThatCannotBeUsed_isRefusedByName() throws Exception {
    Path open = Files.writeString(directory.resolve("open.json"), "{\"keys\":[]}");
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-r--r--"));
    try (ProxyProcess proxy = ProxyProcess.launch(
        Map.of(),
        "run",
        "--config",
        config("ES256").toString(),
        "--client-keys",
        open.toString())) {
      assertThat(proxy.exitStatus()).isEqualTo(2);
      assertThat(proxy.log()).contains("--client-keys").contains(open.toString());
    }
    for (String missing : List.of(directory.resolve("none.json").toString(), open.toString())) {
      try (ProxyProcess command = ProxyProcess.launch(Map.of(), "rotate-keys", missing)) {
        assertThat(command.exitStatus()).isEqualTo(1);
        assertThat(command.log()).contains(missing);
      }
    }
  }
}
