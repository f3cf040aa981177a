package io.oidcgrant.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.common.contenttype.ContentType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.oauth2.sdk.AccessTokenResponse;
import com.nimbusds.oauth2.sdk.AuthorizationCode;
import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.AuthorizationGrant;
import com.nimbusds.oauth2.sdk.ClientCredentialsGrant;
import com.nimbusds.oauth2.sdk.RefreshTokenGrant;
import com.nimbusds.oauth2.sdk.ResourceOwnerPasswordCredentialsGrant;
import com.nimbusds.oauth2.sdk.TokenIntrospectionRequest;
import com.nimbusds.oauth2.sdk.TokenIntrospectionResponse;
import com.nimbusds.oauth2.sdk.TokenIntrospectionSuccessResponse;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.TokenRevocationRequest;
import com.nimbusds.oauth2.sdk.as.AuthorizationServerMetadata;
import com.nimbusds.oauth2.sdk.auth.ClientAuthentication;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.Secret;
import com.nimbusds.oauth2.sdk.auth.X509CertificateConfirmation;
import com.nimbusds.oauth2.sdk.dpop.DefaultDPoPProofFactory;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.token.BearerAccessToken;
import com.nimbusds.oauth2.sdk.token.RefreshToken;
import com.nimbusds.oauth2.sdk.token.Tokens;
import com.nimbusds.openid.connect.sdk.Nonce;
import io.oidcgrant.testing.VerifyingIssuer.Nonces;
import java.net.URI;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the issuer gives to clients that proved themselves, and what it refuses them. */
@Timeout(60)
class VerifyingIssuerGrantsTest {
  private static final AuthorizationGrant CLIENT_CREDENTIALS = new ClientCredentialsGrant();

  private final ClientAuthentication gateway =
      new ClientSecretBasic(new ClientID("gateway"), new Secret("gateway-canary"));
  private VerifyingIssuer issuer;

  @BeforeEach
  void start() {
    use(VerifyingIssuer.start());
  }

  @AfterEach
  void stop() {
    issuer.close();
  }

  private void use(VerifyingIssuer next) {
    issuer = next;
    issuer.register(RegisteredClient.secretBasic("gateway", "gateway-canary"));
    issuer.register(RegisteredClient.secretBasic("other", "other-canary"));
    issuer.register(RegisteredClient.open("open"));
    issuer.user("alice", "alice-canary");
  }

  // Grants.

  @Test
  void clientCredentials_giveASignedTokenOfTheClient() throws Exception {
    Tokens tokens = granted(send(token(gateway, CLIENT_CREDENTIALS)));
    SignedJWT jwt = SignedJWT.parse(tokens.getAccessToken().getValue());
    RSAKey key = JWKSet.load(URI.create(issuer.url() + "/keys").toURL())
        .getKeyByKeyId(jwt.getHeader().getKeyID())
        .toRSAKey();
    assertThat(jwt.verify(new RSASSAVerifier(key))).isTrue();
    JWTClaimsSet claims = jwt.getJWTClaimsSet();
    assertThat(claims.getIssuer()).isEqualTo(issuer.url());
    assertThat(claims.getSubject()).isEqualTo("gateway");
    assertThat(claims.getAudience()).containsExactly("gateway");
    assertThat(claims.getStringClaim("client_id")).isEqualTo("gateway");
    assertThat(claims.getStringClaim("azp")).isEqualTo("gateway");
    assertThat(claims.getClaim("cnf")).isNull();
    assertThat(Duration.between(
            claims.getIssueTime().toInstant(), claims.getExpirationTime().toInstant()))
        .isEqualTo(Duration.ofMinutes(5));
    assertThat(tokens.getAccessToken().getLifetime()).isEqualTo(300);
    assertThat(tokens.getRefreshToken()).isNull();
  }

  @Test
  void password_right_givesTheUsersTokens_wrong_isRefused() throws Exception {
    Tokens tokens = granted(send(token(gateway, password("alice-canary"))));
    assertThat(subject(tokens)).isEqualTo("alice");
    Tokens refreshed =
        granted(send(token(gateway, new RefreshTokenGrant(tokens.getRefreshToken()))));
    assertThat(subject(refreshed)).isEqualTo("alice");
    refused(send(token(gateway, password("wrong"))), 400, "invalid_grant");
  }

  @Test
  void refreshToken_isGoodForItsClientUntilRevoked() throws Exception {
    RefreshToken token = new RefreshToken(issuer.refreshToken("gateway", "bob"));
    AuthorizationGrant grant = new RefreshTokenGrant(token);
    ClientAuthentication other =
        new ClientSecretBasic(new ClientID("other"), new Secret("other-canary"));
    assertThat(subject(granted(send(token(gateway, grant))))).isEqualTo("bob");
    refused(send(token(other, grant)), 400, "invalid_grant");
    refused(
        send(new TokenRevocationRequest(endpoint("revoke"), other, token).toHTTPRequest()),
        400,
        "unauthorized_client");
    assertThat(send(new TokenRevocationRequest(endpoint("revoke"), gateway, token).toHTTPRequest())
            .getStatusCode())
        .isEqualTo(200);
    refused(send(token(gateway, grant)), 400, "invalid_grant");
  }

  @Test
  void publicClient_isIdentified_butHasNoCredentials() throws Exception {
    HTTPRequest request = open(password("alice-canary"));
    assertThat(subject(granted(send(request)))).isEqualTo("alice");
    request.setBody("grant_type=client_credentials&client_id=open");
    refused(send(request), 400, "unauthorized_client");
  }

  @Test
  void malformedRequests_areRefused() throws Exception {
    refused(
        send(token(
            gateway,
            new AuthorizationCodeGrant(
                new AuthorizationCode("x"), URI.create("https://a.example")))),
        400,
        "unsupported_grant_type");
    for (String body : List.of("scope=a", "grant_type=password&username=alice")) {
      HTTPRequest request = token(gateway, CLIENT_CREDENTIALS);
      request.setBody(body);
      refused(send(request), 400, "invalid_request");
    }
    HTTPRequest twice = token(gateway, CLIENT_CREDENTIALS);
    twice.setBody(twice.getBody() + "&scope=a&scope=b");
    refused(send(twice), 400, "invalid_request");
    HTTPRequest json = token(gateway, CLIENT_CREDENTIALS);
    json.setContentType("application/json");
    refused(send(json), 400, "invalid_request");
    HTTPRequest query = new TokenRequest.Builder(
            URI.create(issuer.url() + "/token?scope=a"), gateway, CLIENT_CREDENTIALS)
        .build()
        .toHTTPRequest();
    refused(send(query), 400, "invalid_request");
    HTTPRequest get = new HTTPRequest(HTTPRequest.Method.GET, endpoint("token"));
    refused(send(get), 405, "invalid_request");
  }

  // DPoP.

  @Test
  void proof_right_bindsTheTokenToItsKey() throws Exception {
    ECKey key = new ECKeyGenerator(Curve.P_256).generate();
    HTTPRequest request = withProof(key, JWSAlgorithm.ES256, "token", null);
    Tokens tokens = granted(send(request));
    assertThat(tokens.getAccessToken().getType().getValue()).isEqualTo("DPoP");
    assertThat(confirmation(tokens))
        .isEqualTo(Map.of("jkt", key.computeThumbprint().toString()));
    TokenIntrospectionSuccessResponse about =
        introspect(tokens.getAccessToken().getValue()).toSuccessResponse();
    assertThat(about.getJWKThumbprintConfirmation().getValue()).isEqualTo(key.computeThumbprint());
    refused(send(request), 400, "invalid_dpop_proof");
    RSAKey rsa = ScriptedIssuer.newKey();
    granted(send(withProof(
        new RSAKey.Builder(rsa).algorithm(null).build(), JWSAlgorithm.PS512, "token", null)));
  }

  @Test
  void proof_wrong_isRefused() throws Exception {
    ECKey key = new ECKeyGenerator(Curve.P_256).generate();
    refused(
        send(withProof(key, JWSAlgorithm.ES256, "introspect", null)), 400, "invalid_dpop_proof");
    HTTPRequest two = withProof(key, JWSAlgorithm.ES256, "token", null);
    String proof = two.getDPoP().serialize();
    two.setHeader("DPoP", proof + "," + proof);
    refused(send(two), 400, "invalid_dpop_proof");
    two.setHeader("DPoP", proof, proof);
    assertThat(send(two).getBody()).contains("more than one proof");
    issuer.register(
        RegisteredClient.secretBasic("gateway", "gateway-canary").withDpopBoundTokens());
    refused(send(token(gateway, CLIENT_CREDENTIALS)), 400, "invalid_dpop_proof");
  }

  @Test
  void nonces_areDemandedAsScripted() throws Exception {
    ECKey key = new ECKeyGenerator(Curve.P_256).generate();
    issuer.nonces(Nonces.REQUIRED);
    issuer.renewNonces(true);
    String first = nonceDemanded(send(withProof(key, JWSAlgorithm.ES256, "token", null)));
    assertThat(nonceDemanded(send(withProof(key, JWSAlgorithm.ES256, "token", "x"))))
        .isEqualTo(first);
    HTTPResponse good = send(withProof(key, JWSAlgorithm.ES256, "token", first));
    granted(good);
    String second = good.getHeaderValue("DPoP-Nonce");
    assertThat(second).isNotNull().isNotEqualTo(first);
    nonceDemanded(send(withProof(key, JWSAlgorithm.ES256, "token", first)));
    issuer.renewNonces(false);
    for (int i = 0; i < 2; i++) {
      HTTPResponse again = send(withProof(key, JWSAlgorithm.ES256, "token", second));
      granted(again);
      assertThat(again.getHeaderValue("DPoP-Nonce")).isNull();
    }
    issuer.nonces(Nonces.NEVER_ENOUGH);
    nonceDemanded(send(withProof(key, JWSAlgorithm.ES256, "token", second)));
    nonceDemanded(send(withProof(key, JWSAlgorithm.ES256, "token", null)));
    granted(send(token(gateway, CLIENT_CREDENTIALS)));
    issuer.nonces(Nonces.NONE);
    granted(send(withProof(key, JWSAlgorithm.ES256, "token", second)));
  }

  @Test
  void proof_ignoredAsScripted_givesABearerToken() throws Exception {
    issuer.ignoreProofs(true);
    ECKey key = new ECKeyGenerator(Curve.P_256).generate();
    Tokens tokens = granted(send(withProof(key, JWSAlgorithm.ES256, "token", null)));
    assertThat(tokens.getAccessToken().getType().getValue()).isEqualTo("Bearer");
    assertThat(confirmation(tokens)).isNull();
  }

  @Test
  void refreshTokenOfAPublicClient_isBoundToItsKey() throws Exception {
    ECKey key = new ECKeyGenerator(Curve.P_256).generate();
    HTTPRequest request = open(password("alice-canary"));
    request.setDPoP(proof(key, JWSAlgorithm.ES256, "token", null));
    AuthorizationGrant refresh = new RefreshTokenGrant(granted(send(request)).getRefreshToken());
    refused(send(open(refresh)), 400, "invalid_grant");
    HTTPRequest again = open(refresh);
    again.setDPoP(proof(key, JWSAlgorithm.ES256, "token", null));
    granted(send(again));
  }

  // Certificates.

  @Test
  void certificateBoundClient_getsTokensOfItsCertificate(@TempDir Path directory) throws Exception {
    TestCertificates certificates = new TestCertificates(directory);
    issuer.close();
    use(VerifyingIssuer.startNamedByHttps(certificates));
    issuer.register(
        RegisteredClient.secretBasic("gateway", "gateway-canary").withCertificateBoundTokens());
    KeyStore.PrivateKeyEntry identity = certificates.selfSignedClient("bound");
    assertThat(issuer.url()).startsWith("https:");
    HTTPRequest request = token(gateway, CLIENT_CREDENTIALS);
    request.setSSLSocketFactory(certificates.client(identity).getSocketFactory());
    X509Certificate certificate = (X509Certificate) identity.getCertificate();
    assertThat(confirmation(granted(send(request))))
        .isEqualTo(Map.of(
            "x5t#S256", X509CertificateConfirmation.of(certificate).getValue().toString()));
    assertThat(issuer.requests("token").get(0).certificate()).isEqualTo(certificate);
    request.setSSLSocketFactory(certificates.client(null).getSocketFactory());
    refused(send(request), 400, "invalid_request");
    issuer.nameAliases(true);
    HTTPRequest discovery = discovery();
    discovery.setSSLSocketFactory(certificates.client(null).getSocketFactory());
    AuthorizationServerMetadata metadata =
        AuthorizationServerMetadata.parse(send(discovery).getBodyAsJSONObject());
    assertThat(metadata.getMtlsEndpointAliases().getTokenEndpointURI())
        .isEqualTo(URI.create(issuer.httpsUrl() + "/token"));
  }

  // Discovery, introspection, revocation, the record.

  @Test
  void discovery_isReadByNimbus_andChangesAsScripted() throws Exception {
    AuthorizationServerMetadata metadata =
        AuthorizationServerMetadata.parse(send(discovery()).getBodyAsJSONObject());
    assertThat(metadata.getIssuer().getValue()).isEqualTo(issuer.url());
    assertThat(metadata.getTokenEndpointURI()).isEqualTo(endpoint("token"));
    assertThat(metadata.getIntrospectionEndpointURI()).isEqualTo(endpoint("introspect"));
    assertThat(metadata.getRevocationEndpointURI()).isEqualTo(endpoint("revoke"));
    assertThat(metadata.getTokenEndpointAuthMethods()).hasSize(7);
    assertThat(metadata.getMtlsEndpointAliases()).isNull();
    Map<String, Object> changes = new HashMap<>();
    changes.put("token_endpoint_auth_methods_supported", List.of("private_key_jwt"));
    changes.put("revocation_endpoint", null);
    issuer.discovery(changes);
    assertThat(send(discovery()).getBodyAsJSONObject())
        .containsEntry("token_endpoint_auth_methods_supported", List.of("private_key_jwt"))
        .doesNotContainKey("revocation_endpoint");
  }

  @Test
  void introspection_knowsActiveTokens() throws Exception {
    String token = issuer.accessToken("gateway", "carol", Map.of("roles", List.of("a")));
    TokenIntrospectionSuccessResponse about = introspect(token).toSuccessResponse();
    assertThat(about.isActive()).isTrue();
    assertThat(about.getSubject().getValue()).isEqualTo("carol");
    assertThat(about.getStringListParameter("roles")).containsExactly("a");
    String refresh = issuer.refreshToken("gateway", "bob");
    assertThat(introspect(refresh).toSuccessResponse().isActive()).isTrue();
    String expired = issuer.accessToken("gateway", "carol", Map.of("exp", 1));
    for (String dead : Arrays.asList("unknown", expired)) {
      assertThat(introspect(dead).toSuccessResponse().toJSONObject())
          .isEqualTo(Map.of("active", false));
    }
    send(new TokenRevocationRequest(endpoint("revoke"), gateway, new BearerAccessToken(token))
        .toHTTPRequest());
    assertThat(introspect(token).toSuccessResponse().isActive()).isFalse();
  }

  @Test
  void introspection_isNotForPublicClients() throws Exception {
    HTTPRequest introspection = new HTTPRequest(HTTPRequest.Method.POST, endpoint("introspect"));
    introspection.setEntityContentType(ContentType.APPLICATION_URLENCODED);
    introspection.setBody("token=x&client_id=open");
    refused(send(introspection), 401, "invalid_client");
  }

  @Test
  void everyRequest_isRecorded() throws Exception {
    HTTPRequest request = token(gateway, CLIENT_CREDENTIALS);
    request.setBody(request.getBody() + "&extra=%C3%A9");
    send(request);
    assertThat(issuer.requests("token")).hasSize(1);
    assertThat(issuer.requests("revoke")).isEmpty();
    VerifyingIssuer.Request seen = issuer.requests("token").get(0);
    assertThat(seen.value("extra")).isEqualTo("é");
    assertThat(seen.header("Authorization")).startsWith("Basic ");
    assertThat(seen.uri()).isEqualTo(endpoint("token"));
    assertThat(seen.certificate()).isNull();
    assertThat(seen.reply().status()).isEqualTo(200);
  }

  // The tools.

  private URI endpoint(String name) {
    return URI.create(issuer.url() + "/" + name);
  }

  private HTTPRequest discovery() {
    return new HTTPRequest(HTTPRequest.Method.GET, endpoint(".well-known/openid-configuration"));
  }

  private static HTTPResponse send(HTTPRequest request) throws Exception {
    request.setReadTimeout(10_000);
    return request.send();
  }

  private HTTPRequest token(ClientAuthentication client, AuthorizationGrant grant) {
    return new TokenRequest.Builder(endpoint("token"), client, grant).build().toHTTPRequest();
  }

  private HTTPRequest open(AuthorizationGrant grant) {
    return new TokenRequest.Builder(endpoint("token"), new ClientID("open"), grant)
        .build()
        .toHTTPRequest();
  }

  private static AuthorizationGrant password(String password) {
    return new ResourceOwnerPasswordCredentialsGrant("alice", new Secret(password));
  }

  private SignedJWT proof(JWK key, JWSAlgorithm algorithm, String at, String nonce)
      throws Exception {
    return new DefaultDPoPProofFactory(key, algorithm)
        .createDPoPJWT("POST", endpoint(at), nonce == null ? null : new Nonce(nonce));
  }

  private HTTPRequest withProof(JWK key, JWSAlgorithm algorithm, String at, String nonce)
      throws Exception {
    HTTPRequest request = token(gateway, CLIENT_CREDENTIALS);
    request.setDPoP(proof(key, algorithm, at, nonce));
    return request;
  }

  private TokenIntrospectionResponse introspect(String token) throws Exception {
    return TokenIntrospectionResponse.parse(send(
        new TokenIntrospectionRequest(endpoint("introspect"), gateway, new BearerAccessToken(token))
            .toHTTPRequest()));
  }

  private static Tokens granted(HTTPResponse response) throws Exception {
    assertThat(response.getStatusCode()).as(response.getBody()).isEqualTo(200);
    assertThat(response.getHeaderValue("Cache-Control")).isEqualTo("no-store");
    return AccessTokenResponse.parse(response).getTokens();
  }

  private static void refused(HTTPResponse response, int status, String error) throws Exception {
    assertThat(response.getStatusCode()).as(response.getBody()).isEqualTo(status);
    assertThat(response.getBodyAsJSONObject()).containsEntry("error", error);
  }

  private static String nonceDemanded(HTTPResponse response) throws Exception {
    refused(response, 400, "use_dpop_nonce");
    return response.getHeaderValue("DPoP-Nonce");
  }

  private static String subject(Tokens tokens) throws Exception {
    return claims(tokens).getSubject();
  }

  private static Object confirmation(Tokens tokens) throws Exception {
    return claims(tokens).getClaim("cnf");
  }

  private static JWTClaimsSet claims(Tokens tokens) throws Exception {
    return SignedJWT.parse(tokens.getAccessToken().getValue()).getJWTClaimsSet();
  }
}
