package io.oidcgrant.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.common.contenttype.ContentType;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.factories.DefaultJWSSignerFactory;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.oauth2.sdk.ClientCredentialsGrant;
import com.nimbusds.oauth2.sdk.TokenIntrospectionRequest;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.TokenRevocationRequest;
import com.nimbusds.oauth2.sdk.auth.ClientAuthentication;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.ClientSecretJWT;
import com.nimbusds.oauth2.sdk.auth.ClientSecretPost;
import com.nimbusds.oauth2.sdk.auth.JWTAuthentication;
import com.nimbusds.oauth2.sdk.auth.PKITLSClientAuthentication;
import com.nimbusds.oauth2.sdk.auth.PrivateKeyJWT;
import com.nimbusds.oauth2.sdk.auth.Secret;
import com.nimbusds.oauth2.sdk.auth.SelfSignedTLSClientAuthentication;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.token.BearerAccessToken;
import com.nimbusds.oauth2.sdk.util.URLUtils;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The issuer lets each client in by its own method, and by nothing else. */
@Timeout(60)
class VerifyingIssuerTest {
  private static final String TYPE = "client-authentication+jwt";
  private static final String SECRET =
      "canary-canary-canary-canary-canary-canary-canary-canary-canary-64";

  @TempDir
  static Path directory;

  private static VerifyingIssuer issuer;
  private static TestCertificates certificates;
  private static Map<String, JWK> keys;
  private static KeyPair edwards;
  private static KeyStore.PrivateKeyEntry issued;
  private static KeyStore.PrivateKeyEntry otherIssued;
  private static KeyStore.PrivateKeyEntry selfSigned;
  private static KeyStore.PrivateKeyEntry impostor;

  @BeforeAll
  static void start() throws Exception {
    certificates = new TestCertificates(directory);
    issuer = VerifyingIssuer.start(certificates);
    issued = certificates.issuedClient("gateway");
    otherIssued = certificates.issuedClient("stranger");
    selfSigned = certificates.selfSignedClient("pinned");
    impostor = certificates.selfSignedClient("impostor");
    keys = Map.of(
        "RSA", ScriptedIssuer.newKey().toRSAKey(),
        "ES256", new ECKeyGenerator(Curve.P_256).keyID("256").generate(),
        "ES384", new ECKeyGenerator(Curve.P_384).keyID("384").generate(),
        "ES512", new ECKeyGenerator(Curve.P_521).keyID("521").generate());
    edwards = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    byte[] encoded = edwards.getPublic().getEncoded();
    OctetKeyPair edwardsKey = new OctetKeyPair.Builder(
            Curve.Ed25519, Base64URL.encode(Arrays.copyOfRange(encoded, 12, 44)))
        .keyID("ed")
        .build();
    issuer.register(RegisteredClient.secretBasic("basic", SECRET));
    issuer.register(RegisteredClient.secretPost("post", SECRET));
    issuer.register(RegisteredClient.secretJwt("hmac", SECRET));
    JWK[] all = Stream.concat(
            Stream.of(edwardsKey),
            keys.values().stream().map(VerifyingIssuerTest::withoutAlgorithm))
        .toArray(JWK[]::new);
    issuer.register(RegisteredClient.privateKeyJwt("signer", all));
    issuer.register(RegisteredClient.privateKeyJwt("typed", all).typed("JWT"));
    issuer.register(RegisteredClient.tls("gateway", "CN=gateway"));
    issuer.register(RegisteredClient.tls("impostor", "CN=impostor"));
    issuer.register(
        RegisteredClient.selfSignedTls("pinned", (X509Certificate) selfSigned.getCertificate()));
    issuer.register(RegisteredClient.open("open"));
  }

  @AfterAll
  static void stop() {
    issuer.close();
  }

  /** The RSA key serves RS and PS alike. */
  private static JWK withoutAlgorithm(JWK key) {
    return key.getAlgorithm() == null
        ? key
        : new com.nimbusds.jose.jwk.RSAKey.Builder(key.toRSAKey())
            .algorithm(null)
            .build();
  }

  // Every method, at every endpoint.

  static Stream<Arguments> everyProof() {
    return Stream.of("basic", "post", "hmac", "signer", "gateway", "pinned")
        .flatMap(id -> Stream.of("token", "introspect", "revoke").map(at -> Arguments.of(id, at)));
  }

  @ParameterizedTest
  @MethodSource("everyProof")
  void clientWithItsOwnProof_isLetIn(String id, String endpoint) throws Exception {
    ClientAuthentication proof = proof(id);
    boolean tls = id.equals("gateway") || id.equals("pinned");
    URI uri = URI.create((tls ? issuer.httpsUrl() : issuer.httpUrl()) + "/" + endpoint);
    BearerAccessToken token = new BearerAccessToken("unknown");
    HTTPRequest request = switch (endpoint) {
      case "token" ->
        new TokenRequest.Builder(uri, proof, new ClientCredentialsGrant())
            .build()
            .toHTTPRequest();
      case "introspect" -> new TokenIntrospectionRequest(uri, proof, token).toHTTPRequest();
      default -> new TokenRevocationRequest(uri, proof, token).toHTTPRequest();
    };
    if (tls) {
      request.setSSLSocketFactory(factory(entry(id)));
    }
    request.setReadTimeout(10_000);
    HTTPResponse response = request.send();
    assertThat(response.getStatusCode()).as(response.getBody()).isEqualTo(200);
    VerifyingIssuer.Request seen = last(endpoint);
    assertThat(seen.uri()).isEqualTo(uri);
    assertThat(seen.certificate()).isEqualTo(tls ? entry(id).getCertificate() : null);
  }

  private static ClientAuthentication proof(String id) throws Exception {
    ClientID client = new ClientID(id);
    return switch (id) {
      case "basic" -> new ClientSecretBasic(client, new Secret(SECRET));
      case "post" -> new ClientSecretPost(client, new Secret(SECRET));
      case "hmac" -> new ClientSecretJWT(assertion(JWSAlgorithm.HS256, TYPE, claims(id)));
      case "signer" -> new PrivateKeyJWT(assertion(JWSAlgorithm.RS256, TYPE, claims(id)));
      case "gateway" -> new PKITLSClientAuthentication(client, factory(entry(id)));
      default -> new SelfSignedTLSClientAuthentication(client, factory(entry(id)));
    };
  }

  private static KeyStore.PrivateKeyEntry entry(String id) {
    return id.equals("gateway") ? issued : selfSigned;
  }

  // Secrets.

  @Test
  void secret_wrong_isRefused() throws Exception {
    refused(send(basic("basic", "wrong"), Map.of()), "secret");
    refused(send(null, Map.of("client_id", "post", "client_secret", "wrong")), "secret");
  }

  @Test
  void clientByAnotherMethodThanItsOwn_isRefused() throws Exception {
    refused(send(basic("post", SECRET), Map.of()), "registered for client_secret_post");
    refused(
        send(null, Map.of("client_id", "basic", "client_secret", SECRET)),
        "registered for client_secret_basic");
    refused(send(basic("open", ""), Map.of()), "");
    refused(
        send(null, assertionForm(assertion(JWSAlgorithm.HS256, TYPE, claims("signer")))),
        "registered for private_key_jwt");
    refused(
        send(null, assertionForm(assertion(JWSAlgorithm.RS256, TYPE, claims("basic")))),
        "registered for client_secret_basic");
    refused(send(null, assertionForm(edwards(TYPE, claims("hmac")))), "registered for");
    refused(send(null, Map.of("client_id", "basic")), "no client authentication");
    refused(send(null, Map.of()), "no client authentication");
    refused(send(basic("nobody", SECRET), Map.of()), "unknown client");
  }

  @Test
  void twoMethodsAtOnce_areRefused() throws Exception {
    Map<String, String> assertion =
        assertionForm(assertion(JWSAlgorithm.RS256, TYPE, claims("signer")));
    refused(
        send(basic("basic", SECRET), Map.of("client_id", "basic", "client_secret", SECRET)),
        "more than one");
    refused(send(basic("signer", SECRET), assertion), "more than one");
    refused(send(null, plus(assertion, "client_secret", "")), "more than one");
    assertThat(send(null, assertion).getStatusCode()).isEqualTo(200);
  }

  @Test
  void incompleteOrUnknownAuthentication_isRefused() throws Exception {
    refused(send("Bearer x", Map.of("client_id", "open")), "");
    refused(send(null, Map.of("client_id", "open", "client_secret", "")), "");
    refused(
        sendTls(issued, "Bearer x", Map.of("client_id", "gateway")), "incomplete or of an unknown");
    refused(
        sendTls(issued, null, Map.of("client_id", "gateway", "client_secret", "")), "incomplete");
    refused(sendTls(issued, null, Map.of("client_id", "gateway", "client_assertion", "")), "");
  }

  // Assertions.

  @ParameterizedTest
  @ValueSource(
      strings = {
        "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
        "HS256", "HS384", "HS512"
      })
  void assertion_ofEveryAlgorithm_isLetIn(String algorithm) throws Exception {
    String client = algorithm.startsWith("HS") ? "hmac" : "signer";
    SignedJWT jwt = algorithm.equals("EdDSA")
        ? edwards(TYPE, claims(client))
        : assertion(JWSAlgorithm.parse(algorithm), TYPE, claims(client));
    HTTPResponse response = send(null, assertionForm(jwt));
    assertThat(response.getStatusCode()).as(response.getBody()).isEqualTo(200);
  }

  static Stream<Arguments> brokenClaims() {
    long now = now();
    return Stream.of(
        Arguments.of("aud", "https://other.example", ""),
        Arguments.of("aud", issuer.url() + "/token", ""),
        Arguments.of("aud", issuer.url() + "/", ""),
        Arguments.of("aud", List.of(issuer.url()), "aud must be the text"),
        Arguments.of("aud", List.of(issuer.url(), "https://other.example"), ""),
        Arguments.of("aud", null, ""),
        Arguments.of("iss", "other", ""),
        Arguments.of("iat", null, "iat must be a number"),
        Arguments.of("iat", now + 30, "iat is ahead"),
        Arguments.of("iat", now - 30, "60 s after iat"),
        Arguments.of("exp", null, ""),
        Arguments.of("exp", now - 1, "expired"),
        Arguments.of("exp", now - 1000, ""),
        Arguments.of("exp", now + 90, ""),
        Arguments.of("jti", null, "jti must be"),
        Arguments.of("jti", " ", "jti"),
        Arguments.of("sub", "open", ""));
  }

  @ParameterizedTest
  @MethodSource("brokenClaims")
  void assertion_withAWrongClaim_isRefused(String claim, Object value, String reason)
      throws Exception {
    Map<String, Object> claims = claims("signer");
    claims.put(claim, value);
    claims.values().removeIf(one -> one == null);
    refused(send(null, assertionForm(assertion(JWSAlgorithm.ES256, TYPE, claims))), reason);
    refused(send(null, assertionForm(edwards(TYPE, claims))), reason);
    claims.replace("iss", "signer", "hmac");
    claims.replace("sub", "signer", "hmac");
    refused(send(null, assertionForm(assertion(JWSAlgorithm.HS256, TYPE, claims))), reason);
  }

  @Test
  void assertion_usedTwice_isRefused() throws Exception {
    for (SignedJWT jwt : List.of(
        assertion(JWSAlgorithm.PS256, TYPE, claims("signer")),
        edwards(TYPE, claims("signer")),
        assertion(JWSAlgorithm.HS512, TYPE, claims("hmac")))) {
      assertThat(send(null, assertionForm(jwt)).getStatusCode()).isEqualTo(200);
      refused(send(null, assertionForm(jwt)), "jti was used before");
    }
  }

  @Test
  void assertion_ofAnotherType_isRefused() throws Exception {
    for (String type : Arrays.asList("JWT", null)) {
      refused(
          send(null, assertionForm(assertion(JWSAlgorithm.RS256, type, claims("signer")))), "typ");
      refused(send(null, assertionForm(edwards(type, claims("signer")))), "typ");
      refused(
          send(null, assertionForm(assertion(JWSAlgorithm.HS256, type, claims("hmac")))), "typ");
    }
    refused(send(null, assertionForm(assertion(JWSAlgorithm.RS256, TYPE, claims("typed")))), "typ");
    assertThat(send(null, assertionForm(assertion(JWSAlgorithm.RS256, "JWT", claims("typed"))))
            .getStatusCode())
        .isEqualTo(200);
  }

  @Test
  void assertion_byAnotherKey_isRefused() throws Exception {
    JWK stranger = new com.nimbusds.jose.jwk.RSAKey.Builder(
            ScriptedIssuer.newKey().toRSAKey())
        .keyID(keys.get("RSA").getKeyID())
        .build();
    JWSObject jwt = unsigned(JWSAlgorithm.RS256, TYPE, stranger.getKeyID(), claims("signer"));
    jwt.sign(new DefaultJWSSignerFactory().createJWSSigner(stranger, JWSAlgorithm.RS256));
    refused(send(null, assertionForm(SignedJWT.parse(jwt.serialize()))), "signature");
    JWSObject hmac = unsigned(JWSAlgorithm.HS256, TYPE, null, claims("hmac"));
    hmac.sign(new MACSigner("x".repeat(64)));
    refused(send(null, assertionForm(SignedJWT.parse(hmac.serialize()))), "HMAC");
    SignedJWT good = edwards(TYPE, claims("signer"));
    SignedJWT forged = new SignedJWT(
        good.getParsedParts()[0],
        Base64URL.encode(new Payload(claims("signer")).toString()),
        good.getParsedParts()[2]);
    refused(send(null, assertionForm(forged)), "Ed25519");
  }

  @Test
  void assertion_besideAnotherClientId_isRefused() throws Exception {
    for (SignedJWT jwt : List.of(
        assertion(JWSAlgorithm.RS256, TYPE, claims("signer")), edwards(TYPE, claims("signer")))) {
      refused(send(null, plus(assertionForm(jwt), "client_id", "open")), "");
      assertThat(send(null, plus(assertionForm(jwt), "client_id", "signer")).getStatusCode())
          .isEqualTo(200);
    }
    refused(
        send(
            null,
            plus(assertionForm(edwards(TYPE, claims("signer"))), "client_assertion_type", "x")),
        "client_assertion_type");
  }

  // Certificates.

  @Test
  void certificate_ofAnotherSubject_isRefused() throws Exception {
    refused(sendTls(otherIssued, null, Map.of("client_id", "gateway")), "subject");
  }

  @Test
  void certificate_ofAnotherAuthority_isRefused() throws Exception {
    TestCertificates other =
        new TestCertificates(Files.createDirectory(directory.resolve("other")));
    refused(
        sendTls(other.issuedClient("gateway"), null, Map.of("client_id", "gateway")),
        "not the authority's");
    refused(sendTls(impostor, null, Map.of("client_id", "impostor")), "registered for");
  }

  @Test
  void selfSigned_otherThanPinned_isRefused() throws Exception {
    refused(sendTls(impostor, null, Map.of("client_id", "pinned")), "certificate");
    refused(sendTls(issued, null, Map.of("client_id", "pinned")), "registered for");
  }

  @Test
  void certificate_missing_isRefused() throws Exception {
    for (String id : List.of("gateway", "pinned")) {
      refused(sendTls(null, null, Map.of("client_id", id)), "no client authentication");
      refused(send(null, Map.of("client_id", id)), "no client authentication");
      assertThat(last("token").certificate()).isNull();
    }
  }

  // The tools.

  private static VerifyingIssuer.Request last(String endpoint) {
    List<VerifyingIssuer.Request> all = issuer.requests(endpoint);
    return all.get(all.size() - 1);
  }

  private static String basic(String id, String secret) {
    return new ClientSecretBasic(new ClientID(id), new Secret(secret)).toHTTPAuthorizationHeader();
  }

  private static HTTPResponse send(String authorization, Map<String, String> form)
      throws Exception {
    return request(issuer.httpUrl(), authorization, form).send();
  }

  private static HTTPResponse sendTls(
      KeyStore.PrivateKeyEntry identity, String authorization, Map<String, String> form)
      throws Exception {
    HTTPRequest request = request(issuer.httpsUrl(), authorization, form);
    request.setSSLSocketFactory(factory(identity));
    return request.send();
  }

  private static HTTPRequest request(String base, String authorization, Map<String, String> form)
      throws Exception {
    HTTPRequest request = new HTTPRequest(HTTPRequest.Method.POST, URI.create(base + "/token"));
    request.setReadTimeout(10_000);
    request.setEntityContentType(ContentType.APPLICATION_URLENCODED);
    if (authorization != null) {
      request.setAuthorization(authorization);
    }
    Map<String, List<String>> all = new LinkedHashMap<>();
    all.put("grant_type", List.of("client_credentials"));
    form.forEach((name, value) -> all.put(name, List.of(value)));
    request.setBody(URLUtils.serializeParameters(all));
    return request;
  }

  private static javax.net.ssl.SSLSocketFactory factory(KeyStore.PrivateKeyEntry identity)
      throws GeneralSecurityException {
    return certificates.client(identity).getSocketFactory();
  }

  private static void refused(HTTPResponse response, String reason) throws Exception {
    assertThat(response.getStatusCode()).as(response.getBody()).isEqualTo(401);
    Map<String, Object> body = response.getBodyAsJSONObject();
    assertThat(body).containsEntry("error", "invalid_client");
    assertThat(String.valueOf(body.get("error_description"))).contains(reason);
    assertThat(response.getHeaderValue("WWW-Authenticate")).startsWith("Basic");
  }

  private static Map<String, String> plus(Map<String, String> form, String name, String value) {
    Map<String, String> all = new LinkedHashMap<>(form);
    all.put(name, value);
    return all;
  }

  private static Map<String, String> assertionForm(SignedJWT jwt) {
    return Map.of(
        "client_assertion_type",
        JWTAuthentication.CLIENT_ASSERTION_TYPE,
        "client_assertion",
        jwt.serialize());
  }

  private static long now() {
    return InstantSource.system().instant().getEpochSecond();
  }

  private static Map<String, Object> claims(String client) {
    Map<String, Object> claims = new LinkedHashMap<>();
    claims.put("iss", client);
    claims.put("sub", client);
    claims.put("aud", issuer.url());
    claims.put("iat", now());
    claims.put("exp", now() + 59);
    claims.put("jti", UUID.randomUUID().toString());
    return claims;
  }

  private static JWSObject unsigned(
      JWSAlgorithm algorithm, String type, String keyId, Map<String, Object> claims) {
    return new JWSObject(
        new JWSHeader.Builder(algorithm)
            .type(type == null ? null : new JOSEObjectType(type))
            .keyID(keyId)
            .build(),
        new Payload(claims));
  }

  private static SignedJWT assertion(
      JWSAlgorithm algorithm, String type, Map<String, Object> claims) throws Exception {
    JWK key = keys.get(algorithm.getName().startsWith("ES") ? algorithm.getName() : "RSA");
    boolean hmac = JWSAlgorithm.Family.HMAC_SHA.contains(algorithm);
    JWSObject jwt = unsigned(algorithm, type, hmac ? null : key.getKeyID(), claims);
    jwt.sign(
        hmac
            ? new MACSigner(SECRET)
            : new DefaultJWSSignerFactory().createJWSSigner(withoutAlgorithm(key), algorithm));
    return SignedJWT.parse(jwt.serialize());
  }

  /** By the JDK. */
  private static SignedJWT edwards(String type, Map<String, Object> claims) throws Exception {
    JWSObject jwt = unsigned(JWSAlgorithm.EdDSA, type, "ed", claims);
    Signature signature = Signature.getInstance("Ed25519");
    signature.initSign(edwards.getPrivate());
    signature.update(jwt.getSigningInput());
    return SignedJWT.parse(new String(jwt.getSigningInput(), StandardCharsets.US_ASCII)
        + "."
        + Base64URL.encode(signature.sign()));
  }
}
