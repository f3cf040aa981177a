package io.oidcgrant.examples.identity;

import static com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod.CLIENT_SECRET_BASIC;
import static com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod.CLIENT_SECRET_POST;
import static com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod.NONE;
import static com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod.TLS_CLIENT_AUTH;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.AsymmetricJWK;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
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
import com.nimbusds.oauth2.sdk.auth.verifier.ExpendedJTIChecker;
import com.nimbusds.oauth2.sdk.auth.verifier.InvalidClientException;
import com.nimbusds.oauth2.sdk.auth.verifier.JWTAudienceCheck;
import com.nimbusds.oauth2.sdk.auth.verifier.PKIClientX509CertificateBindingVerifier;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.id.Audience;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.JWTID;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Is this request from the client that it names, by the one method it is registered for? By Nimbus'
 * parser and verifier. Safe for concurrent use.
 */
final class ClientVerification
    implements ClientCredentialsSelector<RegisteredClient>,
        PKIClientX509CertificateBindingVerifier<RegisteredClient>,
        ExpendedJTIChecker<RegisteredClient> {
  /** Seconds that an assertion may live. */
  private static final long LIFE = 300;

  private static final Set<ClientAuthenticationMethod> SECRETS =
      Set.of(CLIENT_SECRET_POST, CLIENT_SECRET_BASIC);

  private final AuthServer server;
  private final Recent<Boolean> used = new Recent<>();
  private final ClientAuthenticationVerifier<RegisteredClient> verifier;

  ClientVerification(AuthServer server) {
    this.server = server;
    this.verifier = new ClientAuthenticationVerifier<>(
        this,
        this,
        Set.of(new Audience(server.issuer()), new Audience(server.tokenEndpoint())),
        JWTAudienceCheck.LEGACY,
        this,
        LIFE);
  }

  /** The client of a token request. */
  RegisteredClient authenticate(HTTPRequest request) {
    return authenticate(request, false);
  }

  /**
   * The client of a request to another endpoint, where secrets are taken in body and header alike:
   * {@code token_endpoint_auth_method} is of the token endpoint only.
   */
  RegisteredClient authenticateElsewhere(HTTPRequest request) {
    return authenticate(request, true);
  }

  private RegisteredClient authenticate(HTTPRequest request, boolean secretsAlike) {
    Map<String, List<String>> form = Refusal.parsed(request, HTTPRequest::getBodyAsFormParameters);
    boolean header = request.getAuthorization() != null;
    boolean secret = form.containsKey("client_secret");
    boolean assertion =
        form.containsKey("client_assertion") || form.containsKey("client_assertion_type");
    if ((header && (secret || assertion)) || (secret && assertion)) {
      throw Refusal.invalidClient("more than one client authentication method");
    }
    if (!header && !secret && !assertion && form.containsKey("client_id")) {
      RegisteredClient named =
          registered(form.get("client_id").get(0), Set.of(NONE, TLS_CLIENT_AUTH));
      if (named.method().equals(NONE)) {
        return named;
      }
    }
    ClientAuthentication proof = parse(request);
    if ((header && !(proof instanceof ClientSecretBasic))
        || (secret && !(proof instanceof ClientSecretPost))
        || (assertion && !(proof instanceof JWTAuthentication))) {
      throw Refusal.invalidClient("the client authentication is incomplete or of an unknown kind");
    }
    RegisteredClient client = registered(
        proof.getClientID().getValue(),
        secretsAlike && SECRETS.contains(proof.getMethod()) ? SECRETS : Set.of(proof.getMethod()));
    if (proof instanceof JWTAuthentication jwt) {
      checkAlgorithm(jwt.getClientAssertion().getHeader().getAlgorithm());
    }
    Context<RegisteredClient> context = new Context<>();
    context.set(client);
    try {
      verifier.verify(proof, null, context);
    } catch (InvalidClientException | JOSEException e) {
      throw Refusal.invalidClient(String.valueOf(e.getMessage()));
    }
    return client;
  }

  private static ClientAuthentication parse(HTTPRequest request) {
    try {
      ClientAuthentication proof = ClientAuthentication.parse(request);
      if (proof == null) {
        throw Refusal.invalidClient("no client authentication");
      }
      return proof;
    } catch (ParseException | IllegalArgumentException e) {
      throw Refusal.invalidClient(String.valueOf(e.getMessage()));
    }
  }

  private RegisteredClient registered(String id, Set<ClientAuthenticationMethod> methods) {
    if (!server.clients().has(id)) {
      throw Refusal.invalidClient("unknown client");
    }
    RegisteredClient client = server.clients().get(id);
    if (!methods.contains(client.method())) {
      throw Refusal.invalidClient("the client is registered for " + client.method());
    }
    return client;
  }

  private static void checkAlgorithm(JWSAlgorithm algorithm) {
    if (!JWSAlgorithm.Family.HMAC_SHA.contains(algorithm)
        && !ProofVerification.algorithms().contains(algorithm)) {
      throw Refusal.invalidClient("the assertion's algorithm is not supported");
    }
  }

  @Override
  public List<Secret> selectClientSecrets(
      ClientID id, ClientAuthenticationMethod method, Context<RegisteredClient> context) {
    return context.get().secrets().stream().map(Secret::new).toList();
  }

  @Override
  public List<PublicKey> selectPublicKeys(
      ClientID id,
      ClientAuthenticationMethod method,
      JWSHeader header,
      boolean forceRefresh,
      Context<RegisteredClient> context) {
    List<PublicKey> keys = new ArrayList<>();
    for (JWK key :
        new JWKSelector(JWKMatcher.forJWSHeader(header)).select(context.get().keys())) {
      try {
        keys.add(((AsymmetricJWK) key).toPublicKey());
      } catch (JOSEException e) {
        throw new IllegalStateException(e);
      }
    }
    return keys;
  }

  /** The TLS listener knows that the certificate is one of the authority's. */
  @Override
  public void verifyCertificateBinding(
      ClientID id, X509Certificate certificate, Context<RegisteredClient> context)
      throws InvalidClientException {
    if (!context.get().isSubject(certificate.getSubjectX500Principal())) {
      throw new InvalidClientException("the certificate is another's");
    }
  }

  @Override
  public boolean isExpended(
      JWTID jti,
      ClientID id,
      ClientAuthenticationMethod method,
      Context<RegisteredClient> context) {
    return used.get(key(jti, id)) != null;
  }

  @Override
  public void markExpended(
      JWTID jti,
      @Nullable Date expires,
      ClientID id,
      ClientAuthenticationMethod method,
      Context<RegisteredClient> context) {
    used.add(key(jti, id), true);
  }

  private static String key(JWTID jti, ClientID id) {
    return id.getValue() + " " + jti.getValue();
  }
}
