package io.oidcgrant.testing;

import static com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod.NONE;
import static com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod.PRIVATE_KEY_JWT;
import static com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod.SELF_SIGNED_TLS_CLIENT_AUTH;
import static io.oidcgrant.testing.Refusal.invalidClient;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.AsymmetricJWK;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.auth.ClientAuthentication;
import com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.ClientSecretPost;
import com.nimbusds.oauth2.sdk.auth.JWTAuthentication;
import com.nimbusds.oauth2.sdk.auth.Secret;
import com.nimbusds.oauth2.sdk.auth.verifier.ClientAuthenticationVerifier;
import com.nimbusds.oauth2.sdk.auth.verifier.ClientCredentialsSelector;
import com.nimbusds.oauth2.sdk.auth.verifier.Context;
import com.nimbusds.oauth2.sdk.auth.verifier.InvalidClientException;
import com.nimbusds.oauth2.sdk.auth.verifier.JWTAudienceCheck;
import com.nimbusds.oauth2.sdk.auth.verifier.PKIClientX509CertificateBindingVerifier;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.id.Audience;
import com.nimbusds.oauth2.sdk.id.ClientID;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Is this request from the client that it names? By Nimbus' parser and verifier, and stricter:
 * exactly one method, assertions for the issuer alone, of a minute, and used once. By the JDK are
 * Ed25519, which Nimbus does not parse in an assertion, and pinned certificates. Safe for
 * concurrent use.
 */
final class ClientVerification
    implements ClientCredentialsSelector<List<X509Certificate>>,
        PKIClientX509CertificateBindingVerifier<List<X509Certificate>> {
  /** Seconds that an assertion may live. */
  private static final int LIFE = 60;

  /** Seconds that the client's clock may be ahead. */
  private static final int AHEAD = 2;

  private static final Set<JWSAlgorithm> EDDSA = Set.of(JWSAlgorithm.EdDSA, JWSAlgorithm.Ed25519);

  /** What stands before the 32 bytes of an Ed25519 key in its X.509 form (RFC 8410). */
  private static final byte[] ED25519_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

  private final Map<String, RegisteredClient> clients = new ConcurrentHashMap<>();
  private final Set<List<String>> usedAssertions = ConcurrentHashMap.newKeySet();
  private final String issuer;
  private final X509Certificate authority;
  private final ClientAuthenticationVerifier<List<X509Certificate>> verifier;

  /** @param authority whose certificates clients may have; null for none */
  ClientVerification(String issuer, X509Certificate authority) {
    this.issuer = issuer;
    this.authority = authority;
    this.verifier = new ClientAuthenticationVerifier<>(
        this, this, Set.of(new Audience(issuer)), JWTAudienceCheck.STRICT, null, LIFE + AHEAD);
  }

  void register(RegisteredClient client) {
    clients.put(client.id(), client);
  }

  /**
   * The client that sent this.
   *
   * @param chain the certificates that the connection presented, the client's first
   */
  RegisteredClient authenticate(HTTPRequest request, List<X509Certificate> chain)
      throws ParseException {
    Map<String, List<String>> form = request.getBodyAsFormParameters();
    boolean header = request.getAuthorization() != null;
    boolean secret = form.containsKey("client_secret");
    boolean assertion =
        form.containsKey("client_assertion") || form.containsKey("client_assertion_type");
    if ((header && (secret || assertion)) || (secret && assertion)) {
      throw invalidClient("more than one client authentication method");
    }
    if (!header && !secret && !assertion && form.containsKey("client_id")) {
      RegisteredClient open = registered(form.get("client_id").get(0));
      if (open.method().equals(NONE)) {
        return open;
      }
    }
    if (assertion && form.containsKey("client_assertion")) {
      SignedJWT jwt = signedJwt(form.get("client_assertion").get(0));
      if (EDDSA.contains(jwt.getHeader().getAlgorithm())) {
        return byEd25519(jwt, form);
      }
    }
    ClientAuthentication proof = parse(request);
    if ((header && !(proof instanceof ClientSecretBasic))
        || (secret && !(proof instanceof ClientSecretPost))
        || (assertion && !(proof instanceof JWTAuthentication))) {
      throw invalidClient("the client authentication is incomplete or of an unknown kind");
    }
    RegisteredClient client = registered(proof.getClientID().getValue(), proof.getMethod());
    if (proof.getMethod().equals(SELF_SIGNED_TLS_CLIENT_AUTH)) {
      // Not by Nimbus, which compares keys only, with a library that is not here.
      checkPinned(client, chain.get(0));
    } else {
      verify(proof, chain);
    }
    if (proof instanceof JWTAuthentication jwt) {
      checkAssertion(client, jwt.getClientAssertion(), form);
    }
    return client;
  }

  private static ClientAuthentication parse(HTTPRequest request) {
    try {
      ClientAuthentication proof = ClientAuthentication.parse(request);
      if (proof == null) {
        throw invalidClient("no client authentication");
      }
      return proof;
    } catch (ParseException e) {
      throw invalidClient(e.getMessage());
    }
  }

  private static SignedJWT signedJwt(String text) {
    try {
      return SignedJWT.parse(text);
    } catch (java.text.ParseException e) {
      throw invalidClient("the assertion is no signed JWT: " + e.getMessage());
    }
  }

  private RegisteredClient registered(String id) {
    RegisteredClient client = clients.get(id);
    if (client == null) {
      throw invalidClient("unknown client " + id);
    }
    return client;
  }

  private RegisteredClient registered(String id, ClientAuthenticationMethod method) {
    RegisteredClient client = registered(id);
    if (!client.method().equals(method)) {
      throw invalidClient(id + " is registered for " + client.method() + ", not for " + method);
    }
    return client;
  }

  private void verify(ClientAuthentication proof, List<X509Certificate> chain) {
    Context<List<X509Certificate>> context = new Context<>();
    context.set(chain);
    try {
      verifier.verify(proof, null, context);
    } catch (InvalidClientException | JOSEException e) {
      throw invalidClient(e.getMessage());
    }
  }

  private static void checkPinned(RegisteredClient client, X509Certificate certificate) {
    if (!certificate.equals(client.certificate())) {
      throw invalidClient("the certificate is not the registered one");
    }
    try {
      certificate.checkValidity();
    } catch (CertificateException e) {
      throw invalidClient(e.getMessage());
    }
  }

  private RegisteredClient byEd25519(SignedJWT jwt, Map<String, List<String>> form) {
    if (!List.of(JWTAuthentication.CLIENT_ASSERTION_TYPE)
        .equals(form.get("client_assertion_type"))) {
      throw invalidClient(
          "client_assertion_type must be " + JWTAuthentication.CLIENT_ASSERTION_TYPE);
    }
    Object subject = jwt.getPayload().toJSONObject().get("sub");
    RegisteredClient client = registered(String.valueOf(subject), PRIVATE_KEY_JWT);
    if (jwt.getHeader().getCriticalParams() != null) {
      throw invalidClient("the assertion has critical header parameters");
    }
    for (JWK key : client.keys().getKeys()) {
      if (key instanceof OctetKeyPair pair
          && (jwt.getHeader().getKeyID() == null
              || jwt.getHeader().getKeyID().equals(key.getKeyID()))
          && verifies(pair, jwt)) {
        checkAssertion(client, jwt, form);
        return client;
      }
    }
    throw invalidClient("bad Ed25519 signature, or no such key");
  }

  private static boolean verifies(OctetKeyPair key, SignedJWT jwt) {
    byte[] raw = key.getX().decode();
    byte[] encoded = java.util.Arrays.copyOf(ED25519_PREFIX, ED25519_PREFIX.length + raw.length);
    System.arraycopy(raw, 0, encoded, ED25519_PREFIX.length, raw.length);
    try {
      Signature signature = Signature.getInstance("Ed25519");
      signature.initVerify(
          KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded)));
      signature.update(jwt.getSigningInput());
      return signature.verify(jwt.getSignature().decode());
    } catch (GeneralSecurityException e) {
      throw invalidClient("bad Ed25519 key or signature: " + e.getMessage());
    }
  }

  /** RFC 7523 section 3 as its successor tightens it; the signature is known to be good. */
  private void checkAssertion(
      RegisteredClient client, SignedJWT jwt, Map<String, List<String>> form) {
    JWSHeader header = jwt.getHeader();
    if (header.getType() == null
        || !client.type().equalsIgnoreCase(header.getType().getType())) {
      throw invalidClient("typ must be " + client.type() + ", not " + header.getType());
    }
    if (header.getAlgorithm().equals(JWSAlgorithm.ES256K)) {
      throw invalidClient("ES256K is not supported");
    }
    Map<String, Object> claims = jwt.getPayload().toJSONObject();
    // The text itself: Nimbus takes a list of one for it.
    if (!issuer.equals(claims.get("aud"))) {
      throw invalidClient("aud must be the text " + issuer + ", not " + claims.get("aud"));
    }
    if (!client.id().equals(claims.get("iss")) || !client.id().equals(claims.get("sub"))) {
      throw invalidClient("iss and sub must be " + client.id());
    }
    if (form.containsKey("client_id") && !form.get("client_id").equals(List.of(client.id()))) {
      throw invalidClient("client_id is not sub");
    }
    long now = InstantSource.system().instant().getEpochSecond();
    long issued = seconds(claims, "iat");
    long expires = seconds(claims, "exp");
    if (issued > now + AHEAD) {
      throw invalidClient("iat is ahead: " + Instant.ofEpochSecond(issued));
    }
    if (expires <= now) {
      throw invalidClient("expired at " + Instant.ofEpochSecond(expires));
    }
    if (expires > now + LIFE + AHEAD || expires - issued > LIFE) {
      throw invalidClient("exp must be " + LIFE + " s after iat at most");
    }
    if (!(claims.get("jti") instanceof String jti) || jti.isBlank()) {
      throw invalidClient("jti must be a text");
    }
    if (!usedAssertions.add(List.of(client.id(), jti))) {
      throw invalidClient("jti was used before");
    }
  }

  private static long seconds(Map<String, Object> claims, String name) {
    if (claims.get(name) instanceof Number number) {
      return number.longValue();
    }
    throw invalidClient(name + " must be a number");
  }

  @Override
  public List<Secret> selectClientSecrets(
      ClientID id, ClientAuthenticationMethod method, Context<List<X509Certificate>> context) {
    return List.of(new Secret(registered(id.getValue(), method).secret()));
  }

  @Override
  public List<PublicKey> selectPublicKeys(
      ClientID id,
      ClientAuthenticationMethod method,
      JWSHeader header,
      boolean forceRefresh,
      Context<List<X509Certificate>> context) {
    RegisteredClient client = registered(id.getValue(), method);
    List<PublicKey> keys = new ArrayList<>();
    for (JWK key : new JWKSelector(JWKMatcher.forJWSHeader(header)).select(client.keys())) {
      try {
        keys.add(((AsymmetricJWK) key).toPublicKey());
      } catch (JOSEException e) {
        throw new IllegalStateException(e);
      }
    }
    return keys;
  }

  @Override
  public void verifyCertificateBinding(
      ClientID id, X509Certificate certificate, Context<List<X509Certificate>> context)
      throws InvalidClientException {
    RegisteredClient client = registered(id.getValue());
    if (!client.subject().equals(certificate.getSubjectX500Principal())) {
      throw new InvalidClientException("the certificate's subject is not " + client.subject());
    }
    try {
      PKIXParameters trust = new PKIXParameters(Set.of(new TrustAnchor(authority, null)));
      trust.setRevocationEnabled(false);
      List<X509Certificate> path = new ArrayList<>(context.get());
      path.remove(authority);
      CertPathValidator.getInstance("PKIX")
          .validate(CertificateFactory.getInstance("X.509").generateCertPath(path), trust);
    } catch (GeneralSecurityException e) {
      throw new InvalidClientException("the certificate is not the authority's: " + e.getMessage());
    }
  }
}
