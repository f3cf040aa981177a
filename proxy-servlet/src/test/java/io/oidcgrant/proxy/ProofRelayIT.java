package io.oidcgrant.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.JWTClaimsSet;
import io.oidcgrant.proxy.testing.Answer;
import io.oidcgrant.proxy.testing.Configs;
import io.oidcgrant.proxy.testing.Proofs;
import io.oidcgrant.proxy.testing.ProxyProcess;
import io.oidcgrant.proxy.testing.RawConnection;
import io.oidcgrant.proxy.testing.RawUpstream;
import io.oidcgrant.proxy.testing.RawUpstream.Received;
import io.oidcgrant.proxy.testing.StubIssuer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens that go to the upstream with DPoP proofs of ours (RFC 9449 section 7.1). */
class ProofRelayIT {
  private static final String BASIC = "Authorization: Basic Y2xpZW50OnNlY3JldA==";

  @TempDir
  private static Path directory;

  private static StubIssuer issuer;
  private static RawUpstream upstream;
  private static ProxyProcess proxy;

  @BeforeAll
  static void start() {
    issuer = new StubIssuer();
    upstream = new RawUpstream();
    String[] on = {"token_endpoint_dpop: true", "upstream_dpop: true"};
    String[] named = Arrays.copyOf(on, 3);
    named[2] = "dpop_upstream_url: \"https://api.example/base/\"";
    String proven = Configs.grant(issuer.url(), on);
    proxy = ProxyProcess.run(Configs.file(
        directory,
        "services:\n"
            + Configs.service("p", upstream.url(), proven)
            + Configs.service("slash", upstream.url() + "/", proven)
            + Configs.service("odd", upstream.url() + "/a[1]", proven)
            + Configs.service("deep", upstream.url() + "/a/b%20c", proven)
            + Configs.service("whole", upstream.url() + "/a", proven)
                .replace("paths:", "strip_path: false\n      paths:")
            + Configs.service("named", upstream.url() + "/a", Configs.grant(issuer.url(), named))));
  }

  @AfterAll
  static void stop() {
    proxy.close();
    upstream.close();
    issuer.close();
  }

  @BeforeEach
  void forget() {
    upstream.reset();
  }

  private static JWTClaimsSet claims(Received request) throws Exception {
    return Proofs.claims(issuer, request);
  }

  @ParameterizedTest
  @CsvSource({
    "/p, /",
    "/p/x%20y/%7e?q=1, /x%20y/%7e",
    "/p/a%3Fb%23c;v=1?x, /a%3Fb%23c;v=1",
    "/p/b@c:d/!$&'()*+=~, /b@c:d/!$&'()*+=~",
    "/odd/x, /a[1]/x",
    "/slash/x, /x",
    "/slash, /",
    "/deep/x%3a%3F?q, /a/b%20c/x%3a%3F",
    "/deep, /a/b%20c",
    "/deep/, /a/b%20c/",
    "/whole/x, /a/whole/x",
  })
  void target_isTheServicesUrlAndThePathAsItWent(String target, String path) throws Exception {
    Answer answer = proxy.get(target, BASIC);
    assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
    assertThat(upstream.only().target().split("\\?", 2)[0]).isEqualTo(path);
    assertThat(claims(upstream.only()).getStringClaim("htu")).isEqualTo(upstream.url() + path);
  }

  @ParameterizedTest
  @CsvSource({"/named, /base", "/named/, /base/", "/named/x%20y?q=1, /base/x%20y"})
  void target_isBelowTheConfiguredUrl(String target, String path) throws Exception {
    assertThat(proxy.get(target, BASIC).status()).isEqualTo(200);
    assertThat(claims(upstream.only()).getStringClaim("htu"))
        .isEqualTo("https://api.example" + path);
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "DELETE", "PUT", "PURGE", "get", "Mixed-Case"})
  void method_isTheCallers(String method) throws Exception {
    try (RawConnection connection = proxy.connect()) {
      assertThat(connection.request(method, "/p", BASIC).read().status()).isEqualTo(200);
    }
    assertThat(upstream.only().line()).startsWith(method + " ");
    assertThat(claims(upstream.only()).getStringClaim("htm")).isEqualTo(method);
  }

  @Test
  void everyRequest_hasAProofOfItsOwn_alsoWithARememberedToken() throws Exception {
    proxy.get("/p", BASIC);
    upstream.reset();
    int asked = issuer.asked().size();
    Set<String> ids = new HashSet<>();
    try (RawConnection connection = proxy.connect()) {
      for (int i = 0; i < 5; i++) {
        assertThat(connection.request("GET", "/p", BASIC).read().status()).isEqualTo(200);
      }
    }
    for (Received request : upstream.received()) {
      ids.add(claims(request).getJWTID());
    }
    assertThat(ids).hasSize(5);
    assertThat(issuer.asked()).hasSize(asked);
  }

  @ParameterizedTest
  @ValueSource(strings = {"DPoP", "DPOP", "dpop", "D_PoP", "D-PoP", "DPoP_", "dpop."})
  void proofsOfTheCaller_doNotArrive(String name) throws Exception {
    for (String target : List.of("/p", "/p/twice")) {
      upstream.reset();
      Answer answer = proxy.get(target, BASIC, name + ": evil", "Connection: " + name);
      assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
      claims(upstream.only());
      // A header with another name is the caller's own business.
      if (name.equalsIgnoreCase("dpop")) {
        assertThat(upstream.only().headers().toString()).doesNotContain("evil");
      }
    }
  }

  @Test
  void authorizationOfTheCaller_doesNotArriveBesideAnotherCredential() throws Exception {
    for (String more : List.of("Authorization: Bearer evil", "authorization: DPoP evil")) {
      upstream.reset();
      Answer answer = proxy.get("/p", "Refresh-Token: rt-" + UUID.randomUUID(), more);
      assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
      claims(upstream.only());
      assertThat(upstream.only().headers().toString()).doesNotContain("evil");
    }
  }
}
