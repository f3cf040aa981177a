package io.oidcgrant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jwt.SignedJWT;
import io.oidcgrant.config.ConfigException;
import io.oidcgrant.config.OidcGrantConfig;
import io.oidcgrant.config.OidcGrantConfigBuilder;
import io.oidcgrant.flow.GrantRuntime;
import io.oidcgrant.jose.SigningKey;
import io.oidcgrant.testing.CapturedLog;
import io.oidcgrant.testing.EchoApp;
import io.oidcgrant.testing.FilterBench;
import io.oidcgrant.testing.RawHttp;
import io.oidcgrant.testing.RawHttp.Answer;
import io.oidcgrant.testing.RegisteredClient;
import io.oidcgrant.testing.TestCertificates;
import io.oidcgrant.testing.VerifyingIssuer;
import io.oidcgrant.testing.VerifyingIssuer.Nonces;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every method of client authentication with every grant at every endpoint, against a server that
 * checks with code that is not ours; and what cannot be, refused at start.
 */
class ClientAuthenticationMatrixIT {
  private static final String SECRET =
      "a canary secret of 64 characters, so that it serves HS512 too...";
  private static final List<String> METHODS = List.of(
      "client_secret_basic",
      "client_secret_post",
      "client_secret_jwt",
      "private_key_jwt",
      "tls_client_auth",
      "self_signed_tls_client_auth",
      "none");
  private static final List<String> GRANTS =
      List.of("password", "refresh_token", "client_credentials");

  @TempDir
  static Path folder;

  private static TestCertificates certificates;
  private static VerifyingIssuer issuer;
  private static KeyStore.PrivateKeyEntry identity;
  private static KeyStore.PrivateKeyEntry selfSigned;

  @BeforeAll
  static void start() throws Exception {
    certificates = new TestCertificates(folder);
    issuer = VerifyingIssuer.start(certificates);
    issuer.nameAliases(true);
    issuer.user("john", "doe-canary");
    identity = certificates.issuedClient("gateway");
    selfSigned = certificates.selfSignedClient("lonely");
    write("gateway.pem", identity);
    write("lonely.pem", selfSigned);
  }

  @AfterAll
  static void stop() {
    issuer.close();
  }

  private static void write(String name, KeyStore.PrivateKeyEntry entry) throws Exception {
    StringBuilder pem =
        new StringBuilder(block("PRIVATE KEY", entry.getPrivateKey().getEncoded()));
    for (java.security.cert.Certificate certificate : entry.getCertificateChain()) {
      pem.append(block("CERTIFICATE", certificate.getEncoded()));
    }
    Files.writeString(folder.resolve(name), pem);
  }

  private static String block(String type, byte[] der) {
    return "-----BEGIN " + type + "-----\n" + Base64.getMimeEncoder().encodeToString(der)
        + "\n-----END " + type + "-----\n";
  }

  /** Method, algorithm where there is a choice, grant, with or without DPoP. */
  static Stream<List<String>> combinations() {
    List<List<String>> all = new ArrayList<>();
    for (String method : METHODS) {
      for (String grant : GRANTS) {
        for (String dpop : List.of("bearer", "dpop")) {
          for (String algorithm : algorithms(method)) {
            all.add(List.of(method, algorithm, grant, dpop));
          }
        }
      }
    }
    return all.stream();
  }

  private static List<String> algorithms(String method) {
    return switch (method) {
      case "client_secret_jwt" -> List.of("HS256", "HS384", "HS512");
      case "private_key_jwt" ->
        SigningKey.ASYMMETRIC.stream().map(JWSAlgorithm::getName).toList();
      default -> List.of("");
    };
  }

  private static final Map<String, SigningKey> KEYS = SigningKey.ASYMMETRIC.stream()
      .collect(Collectors.toMap(JWSAlgorithm::getName, SigningKey::generate));

  private static OidcGrantConfigBuilder config(String method, String algorithm, String grant) {
    String id = id(method, algorithm);
    OidcGrantConfigBuilder config = OidcGrantConfig.builder()
        .issuer(issuer.url())
        .clientId(id)
        .clientAuth(method)
        .authMethods(grant)
        .scopes()
        .caCertificatesFile(certificates.anchor().toString());
    if (grant.equals("refresh_token")) {
      config.refreshTokenParamName("refresh_token");
    }
    if (!algorithm.isEmpty()) {
      config.clientAlg(algorithm);
    }
    if (method.startsWith("client_secret_")) {
      config.clientSecret(SECRET);
    }
    if (method.equals("private_key_jwt")) {
      config.clientJwk(KEYS.get(algorithm).key());
    }
    if (method.contains("tls")) {
      config.tlsClientAuthCert(folder
          .resolve(method.startsWith("self") ? "lonely.pem" : "gateway.pem")
          .toString());
    }
    return config;
  }

  private static String id(String method, String algorithm) {
    return method + algorithm;
  }

  private static RegisteredClient registered(String method, String algorithm) {
    String id = id(method, algorithm);
    return switch (method) {
      case "client_secret_basic" -> RegisteredClient.secretBasic(id, SECRET);
      case "client_secret_post" -> RegisteredClient.secretPost(id, SECRET);
      case "client_secret_jwt" -> RegisteredClient.secretJwt(id, SECRET);
      case "private_key_jwt" ->
        RegisteredClient.privateKeyJwt(id, KEYS.get(algorithm).publicKey());
      case "tls_client_auth" -> RegisteredClient.tls(id, "CN=gateway");
      case "self_signed_tls_client_auth" ->
        RegisteredClient.selfSignedTls(id, (X509Certificate) selfSigned.getCertificate());
      default -> RegisteredClient.open(id);
    };
  }

  /** Answers, after it has ended the tokens of the request. */
  private static final class Logout extends HttpServlet {
    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      try {
        var unused = OidcGrantFilter.revoke(request).toCompletableFuture().get();
        response.getWriter().write("ended");
      } catch (InterruptedException | ExecutionException e) {
        response.sendError(500, e.toString());
      }
    }
  }

  private static String credential(String grant, String id) {
    return switch (grant) {
      case "password" -> FilterBench.basic("john", "doe-canary");
      case "refresh_token" -> "Refresh-Token: " + issuer.refreshToken(id, "john");
      default -> FilterBench.basic(id, SECRET);
    };
  }

  @ParameterizedTest
  @MethodSource("combinations")
  void method_worksAtTokenAndRevocationEndpoint(List<String> combination) {
    String method = combination.get(0);
    String algorithm = combination.get(1);
    String grant = combination.get(2);
    boolean dpop = combination.get(3).equals("dpop");
    boolean callerIsClient = grant.equals("client_credentials");
    RegisteredClient client = registered(method, algorithm);
    if (callerIsClient && !method.startsWith("client_secret_")) {
      // The caller has a secret and nothing else, whatever our own method is.
      client = RegisteredClient.secretBasic(client.id(), SECRET);
    }
    issuer.register(dpop ? client.withDpopBoundTokens() : client);
    int before = issuer.requests("token").size();

    try (CapturedLog log = CapturedLog.start();
        GrantRuntime runtime = GrantRuntime.create();
        EchoApp app = EchoApp.start(
            new OidcGrantFilter(
                config(method, algorithm, grant).tokenEndpointDpop(dpop).build(), runtime),
            new Logout())) {
      Answer answer = new RawHttp(app.port()).get("/out", credential(grant, client.id()));

      assertThat(answer.status()).as(answer.body() + log.lines()).isEqualTo(200);
      assertThat(answer.body()).isEqualTo("ended");
      assertThat(log.lines()).noneMatch(line -> line.contains("canary"));
    }

    List<VerifyingIssuer.Request> asked = issuer.requests("token");
    assertThat(asked).hasSize(before + 1);
    VerifyingIssuer.Request token = asked.get(before);
    VerifyingIssuer.Request revoked =
        issuer.requests("revoke").get(issuer.requests("revoke").size() - 1);
    for (VerifyingIssuer.Request request : List.of(token, revoked)) {
      assertThat(request.reply().status()).isEqualTo(200);
      boolean secret = request.value("client_secret") != null;
      boolean assertion = request.value("client_assertion") != null;
      boolean basic = request.header("authorization") != null;
      assertThat(Stream.of(secret, assertion, basic).filter(sent -> sent).count())
          .as("proofs in " + request.asked())
          .isLessThanOrEqualTo(1);
      assertThat(request.uri().getScheme()).isEqualTo(method.contains("tls") ? "https" : "http");
    }
    if (token.value("client_assertion") != null) {
      assertThat(token.value("client_assertion")).isNotEqualTo(revoked.value("client_assertion"));
      assertThat(token.value("client_id")).isNull();
    }
  }

  static Stream<List<String>> introspections() {
    return combinations()
        .filter(combination -> combination.get(2).equals("password"))
        .filter(combination -> combination.get(3).equals("bearer"))
        .filter(combination -> !combination.get(0).equals("none"))
        .map(combination -> combination.subList(0, 2));
  }

  @ParameterizedTest
  @MethodSource("introspections")
  void method_worksAtTheIntrospectionEndpoint(List<String> combination) {
    RegisteredClient client = registered(combination.get(0), combination.get(1));
    issuer.register(client);
    try (GrantRuntime runtime = GrantRuntime.create();
        EchoApp app = EchoApp.start(new OidcGrantFilter(
            config(combination.get(0), combination.get(1), "introspection")
                .audienceRequired("api")
                .build(),
            runtime))) {
      RawHttp http = new RawHttp(app.port());
      String good = issuer.accessToken(client.id(), "john", Map.of("aud", "api"));

      assertThat(http.get("/a", "Authorization: Bearer " + good).status()).isEqualTo(200);
      assertThat(http.get("/a", "Authorization: Bearer " + good).status()).isEqualTo(200);
      assertThat(http.get("/a", "Authorization: Bearer unknown").status()).isEqualTo(401);
      String foreign = issuer.accessToken(client.id(), "john", Map.of("aud", "other"));
      assertThat(http.get("/a", "Authorization: Bearer " + foreign).status()).isEqualTo(403);
      assertThat(app.seen()).hasSize(2);
    }
  }

  @ParameterizedTest
  @CsvSource({"cert, Bearer", "dpop, DPoP"})
  void boundTokens_areOursOrNotUsed(String kind, String type) {
    boolean dpop = kind.equals("dpop");
    RegisteredClient client = RegisteredClient.secretPost("bound-" + kind, SECRET);
    issuer.register(dpop ? client.withDpopBoundTokens() : client.withCertificateBoundTokens());
    OidcGrantConfigBuilder config =
        config("client_secret_post", "", "password").clientId(client.id()).tokenEndpointDpop(dpop);
    if (!dpop) {
      config.tlsClientAuthCert(folder.resolve("gateway.pem").toString());
    }
    try (GrantRuntime runtime = GrantRuntime.create();
        EchoApp app = EchoApp.start(new OidcGrantFilter(config.build(), runtime))) {
      Answer answer = new RawHttp(app.port()).get("/a", FilterBench.basic("john", "doe-canary"));
      assertThat(answer.status()).as(answer.body()).isEqualTo(200);
      assertThat(app.last().header("authorization")).startsWith("Bearer ");
      if (dpop) {
        issuer.ignoreProofs(true);
        try {
          Answer downgraded = new RawHttp(app.port())
              .get("/a?other=1", "Authorization: Basic " + FilterBench.base64("amy:canary"));
          assertThat(downgraded.status()).isIn(401, 502);
        } finally {
          issuer.ignoreProofs(false);
        }
      }
    }
  }

  @Test
  void serverThatAnswersBearerToAProof_isNotBelieved() {
    issuer.register(RegisteredClient.secretPost("downgraded", SECRET));
    issuer.ignoreProofs(true);
    try (GrantRuntime runtime = GrantRuntime.create();
        EchoApp app = EchoApp.start(new OidcGrantFilter(
            config("client_secret_post", "", "password")
                .clientId("downgraded")
                .tokenEndpointDpop(true)
                .build(),
            runtime))) {
      Answer answer = new RawHttp(app.port()).get("/a", FilterBench.basic("john", "doe-canary"));

      assertThat(answer.status()).isEqualTo(502);
      assertThat(app.seen()).isEmpty();
    } finally {
      issuer.ignoreProofs(false);
    }
  }

  @Test
  void nonce_isFollowedOnce_withANewProofAndANewAssertion_thenRemembered() throws Exception {
    SigningKey key = SigningKey.generate(JWSAlgorithm.ES256);
    issuer.register(
        RegisteredClient.privateKeyJwt("nonces", key.publicKey()).withDpopBoundTokens());
    issuer.nonces(Nonces.REQUIRED);
    try (GrantRuntime runtime = GrantRuntime.create();
        EchoApp app = EchoApp.start(new OidcGrantFilter(
            config("none", "", "password")
                .clientId("nonces")
                .clientAuth("private_key_jwt")
                .clientJwk(key.key())
                .cacheTokens(false)
                .tokenEndpointDpop(true)
                .build(),
            runtime))) {
      int before = issuer.requests("token").size();
      RawHttp http = new RawHttp(app.port());

      assertThat(http.get("/a", FilterBench.basic("john", "doe-canary")).status())
          .isEqualTo(200);
      assertThat(http.get("/b", FilterBench.basic("john", "doe-canary")).status())
          .isEqualTo(200);

      List<VerifyingIssuer.Request> asked =
          issuer.requests("token").subList(before, issuer.requests("token").size());
      assertThat(asked)
          .extracting(request -> request.reply().status())
          .containsExactly(400, 200, 200);
      assertThat(ids(asked, "dpop")).hasSize(3);
      assertThat(ids(asked, "assertion")).hasSize(3);
    } finally {
      issuer.nonces(Nonces.NONE);
    }
  }

  private static Set<String> ids(List<VerifyingIssuer.Request> requests, String what) {
    return requests.stream()
        .map(request ->
            what.equals("dpop") ? request.header("dpop") : request.value("client_assertion"))
        .map(ClientAuthenticationMatrixIT::id)
        .collect(Collectors.toSet());
  }

  private static String id(String jwt) {
    try {
      return SignedJWT.parse(jwt).getJWTClaimsSet().getJWTID();
    } catch (java.text.ParseException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void serverThatWantsNoncesForEver_isAskedTwice() {
    issuer.register(RegisteredClient.secretPost("endless", SECRET).withDpopBoundTokens());
    issuer.nonces(Nonces.NEVER_ENOUGH);
    try (GrantRuntime runtime = GrantRuntime.create();
        EchoApp app = EchoApp.start(new OidcGrantFilter(
            config("client_secret_post", "", "password")
                .clientId("endless")
                .tokenEndpointDpop(true)
                .build(),
            runtime))) {
      int before = issuer.requests("token").size();

      assertThat(new RawHttp(app.port())
              .get("/a", FilterBench.basic("john", "doe-canary"))
              .status())
          .isEqualTo(503);
      assertThat(issuer.requests("token")).hasSize(before + 2);
    } finally {
      issuer.nonces(Nonces.NONE);
    }
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      client_auth | client_secret_basic         |           |            | client_secret: is missing: client_secret_basic needs it
      client_auth | client_secret_post          |           |            | client_secret: is missing: client_secret_post needs it
      client_auth | client_secret_jwt           |           |            | client_secret: is missing: client_secret_jwt needs it
      client_auth | client_secret_jwt           | too short |            | client_secret: has 9 bytes, HS256 needs at least 32
      client_auth | client_secret_jwt           | 0123456789012345678901234567890123456789 | HS512 | client_secret: has 40 bytes, HS512 needs at least 64
      client_auth | client_secret_jwt           | 0123456789012345678901234567890123456789 | RS256 | client_alg: is RS256: client_secret_jwt takes
      client_auth | private_key_jwt             |           | HS256      | client_alg: is HS256: private_key_jwt takes
      client_auth | tls_client_auth             |           |            | client_auth: is tls_client_auth, which needs tls_client_auth_cert
      client_auth | self_signed_tls_client_auth |           |            | client_auth: is self_signed_tls_client_auth, which needs tls_client_auth_cert
      token_endpoint_auth_method | tls_client_auth |        |            | token_endpoint_auth_method: is tls_client_auth, which needs
      introspection_endpoint_auth_method | client_secret_basic | |       | client_secret: is missing: client_secret_basic needs it
      revocation_endpoint_auth_method | tls_client_auth | |             | revocation_endpoint_auth_method: is tls_client_auth, which needs
      client_auth | secret_handshake            | x         |            | client_auth: must be one of
      """)
  void whatCannotBe_isRefusedAtStart(
      String field, String method, String secret, String algorithm, String sentence) {
    OidcGrantConfigBuilder config =
        OidcGrantConfig.builder().issuer("https://idp.example").clientId("c");
    if (secret != null) {
      config.clientSecret(secret);
    }
    if (algorithm != null) {
      config.clientAlg(algorithm);
    }
    switch (field) {
      case "client_auth" -> config.clientAuth(method);
      case "token_endpoint_auth_method" -> config.tokenEndpointAuthMethod(method);
      case "introspection_endpoint_auth_method" ->
        config.clientAuth("none").introspectionEndpointAuthMethod(method);
      default -> config.clientAuth("none").revocationEndpointAuthMethod(method);
    }

    ConfigException refused = catchThrowableOfType(ConfigException.class, config::build);

    assertThat(refused).as("refusal").isNotNull();
    assertThat(refused.getMessage()).contains("builder: " + sentence);
    assertThat(secret == null || !refused.getMessage().contains(secret)).isTrue();
  }

  @Test
  void keysThatDoNotFit_areRefusedAtStart() throws Exception {
    JWK ec = KEYS.get("ES256").key();
    assertThat(refusal(config("none", "", "password")
            .clientAuth("private_key_jwt")
            .clientJwk(ec)
            .clientAlg("RS256")))
        .contains("client_jwk: is for ES256, not for RS256");
    assertThat(refusal(config("none", "", "password")
            .clientAuth("private_key_jwt")
            .clientJwk(ec.toPublicJWK())))
        .contains("client_jwk: holds a public key");
    assertThat(refusal(config("none", "", "password")
            .clientAuth("private_key_jwt")
            .clientJwk(new com.nimbusds.jose.jwk.gen.RSAKeyGenerator(1024, true).generate())))
        .contains("client_jwk: has 1024 bits");
    assertThat(refusal(
            config("none", "", "password").tokenEndpointDpop(true).dpopJwk(ec.toPublicJWK())))
        .contains("dpop_jwk: holds a public key");
    assertThat(refusal(config("none", "", "introspection").audienceRequired("api")))
        .contains("introspection_endpoint_auth_method: is none: who asks about tokens");
    assertThat(refusal(config("none", "", "password").upstreamDpop(true)))
        .contains("upstream_dpop: needs token_endpoint_dpop");
    assertThat(refusal(config("none", "", "password")
            .tlsClientAuthCert(folder.resolve("missing.pem").toString())))
        .contains("tls_client_auth_cert: cannot be used: file ")
        .contains("cannot be read");
    assertThat(refusal(
            config("tls_client_auth", "", "password").tokenEndpoint("http://127.0.0.1:1/token")))
        .contains("token_endpoint: must be https");
  }

  private static String refusal(OidcGrantConfigBuilder config) {
    ConfigException refused = catchThrowableOfType(ConfigException.class, config::build);
    assertThat(refused).as("refusal").isNotNull();
    return refused.getMessage();
  }
}
