package io.oidcgrant.examples.identity;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jose.util.X509CertUtils;
import java.io.BufferedReader;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** RFC 8705. */
@Timeout(180)
class TlsIT {
  @TempDir
  private static Path folder;

  private static Certificates certificates;
  private static Identity identity;
  private static Server server;
  private static String tlsIssuer;

  @BeforeAll
  static void start() throws Exception {
    certificates = Certificates.create(folder);
    identity = Identity.start(0, 0, certificates.server());
    server = Server.create(identity, "tls");
    tlsIssuer = identity.tlsUrl() + "/" + server.id() + "/auth";
    server.client("app");
    server.client(
        "bound",
        "tls_client_auth",
        Map.of(
            "tls_client_auth_subject_dn",
            "cn=gateway, o=example",
            "tls_client_certificate_bound_access_tokens",
            true));
    server.client("other", "tls_client_auth", Map.of("tls_client_auth_subject_dn", "CN=other"));
  }

  @AfterAll
  static void stop() {
    identity.close();
  }

  private static HttpClient http(String certificate) throws Exception {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .sslContext(certificates.client(certificate))
        .build();
  }

  private static Calls.Got token(String certificate, String client, String... more)
      throws Exception {
    Map<String, String> form = new LinkedHashMap<>();
    form.put("grant_type", "client_credentials");
    form.put("client_id", client);
    for (int i = 0; i < more.length; i += 2) {
      form.put(more[i], more[i + 1]);
    }
    return Calls.form(http(certificate), tlsIssuer + "/oauth/token", form);
  }

  private static void assertRefused(Calls.Got got) {
    assertThat(got.status()).as(got.body()).isEqualTo(401);
    assertThat(got.text("error")).isEqualTo("invalid_client");
  }

  @Test
  void certificate_provesTheClientAndBindsTheToken() throws Exception {
    Calls.Got got = token("client", "bound");
    assertThat(got.text("token_type")).isEqualTo("Bearer");
    assertThat(server.claims(got).getJSONObjectClaim("cnf"))
        .isEqualTo(Map.of(
            "x5t#S256",
            X509CertUtils.computeSHA256Thumbprint(certificates.certificate("client"))
                .toString()));
    assertThat(server.claims(got).getSubject()).isEqualTo("bound");
  }

  @Test
  void certificate_mustBeTheClientsOwn() throws Exception {
    assertRefused(token("client", "other"));
    assertRefused(token("", "bound"));
    assertRefused(token("client", "nobody"));
    assertRefused(token("client", "bound", "client_secret", "secret"));
    assertRefused(Calls.form(
        server.issuer() + "/oauth/token",
        Map.of("grant_type", "client_credentials", "client_id", "bound")));
    assertRefused(token("rogue", "bound"));
  }

  @Test
  void otherMethods_workOverTlsToo() throws Exception {
    for (String certificate : List.of("", "client")) {
      Calls.Got got = token(certificate, "app", "client_secret", "secret");
      assertThat(server.claims(got).getClaim("cnf")).isNull();
    }
  }

  @Test
  void boundToken_isGoodWithItsCertificateOnly() throws Exception {
    String bearer = "Bearer " + token("client", "bound").text("access_token");
    String path = "/userinfo";
    assertThat(Calls.send(http("client"), Calls.to(tlsIssuer + path, "Authorization", bearer))
            .status())
        .isEqualTo(200);
    assertThat(Calls.send(http(""), Calls.to(tlsIssuer + path, "Authorization", bearer))
            .status())
        .isEqualTo(401);
    assertThat(Calls.get(server.issuer() + path, "Authorization", bearer).status())
        .isEqualTo(401);
  }

  @Test
  void boundTokens_needACertificate() throws Exception {
    server.client(
        "post",
        "client_secret_post",
        Map.of("client_secret", "secret", "tls_client_certificate_bound_access_tokens", true));
    Calls.Got got = token("", "post", "client_secret", "secret");
    assertThat(got.status()).isEqualTo(400);
    assertThat(got.text("error")).isEqualTo("invalid_request");
    assertThat(server.claims(token("client", "post", "client_secret", "secret")).getClaim("cnf"))
        .isNotNull();
  }

  @Test
  void discovery_namesTheEndpointsOverTls() throws Exception {
    Map<String, Object> found =
        Calls.get(server.shown().get("metadata_uri").toString()).json();
    assertThat(JSONObjectUtils.getJSONObject(found, "mtls_endpoint_aliases"))
        .containsEntry("token_endpoint", tlsIssuer + "/oauth/token");
    assertThat(found.get("token_endpoint_auth_methods_supported").toString())
        .contains("tls_client_auth");
    try (Identity plain = Identity.start()) {
      Calls.Got without =
          Calls.get(Server.create(plain, "plain").shown().get("metadata_uri").toString());
      assertThat(without.body()).doesNotContain("tls_client", "mtls_");
    }
  }

  @Test
  void commandLine_startsIt_andSaysWhatIsMissing() throws Exception {
    List<String> command = ReadmeIT.jar(
        "--port",
        "0",
        "--tls-port",
        "0",
        "--tls-keystore",
        certificates.file("server.p12").toString(),
        "--tls-password-file",
        certificates.file("password").toString(),
        "--tls-client-ca",
        certificates.file("ca.pem").toString());
    Process jar = new ProcessBuilder(command).start();
    try (BufferedReader out = jar.inputReader(UTF_8)) {
      assertThat(out.readLine())
          .matches("ready identity=http://127\\.0\\.0\\.1:\\d+ tls=https://127\\.0\\.0\\.1:\\d+");
    } finally {
      jar.destroyForcibly().waitFor();
    }
    Path errors = folder.resolve("errors");
    for (List<String> wrong : List.of(
        command.subList(0, command.size() - 2),
        ReadmeIT.jar(
            "--port",
            "0",
            "--tls-port",
            "0",
            "--tls-keystore",
            "none.p12",
            "--tls-password-file",
            "none",
            "--tls-client-ca",
            "none"))) {
      Process refused = new ProcessBuilder(wrong).redirectError(errors.toFile()).start();
      assertThat(refused.waitFor()).isEqualTo(2);
      assertThat(Files.readString(errors)).contains("kong-identity: ").doesNotContain("\tat ");
    }
  }
}
