package io.oidcgrant.testing;

import static com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod.NONE;

import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.oauth2.sdk.AuthorizationGrant;
import com.nimbusds.oauth2.sdk.ClientCredentialsGrant;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.RefreshTokenGrant;
import com.nimbusds.oauth2.sdk.ResourceOwnerPasswordCredentialsGrant;
import com.nimbusds.oauth2.sdk.auth.X509CertificateConfirmation;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import io.oidcgrant.testing.ScriptedIssuer.Reply;
import java.security.cert.X509Certificate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the endpoints of a {@link VerifyingIssuer} do for a client that proved itself. Safe for
 * concurrent use.
 */
final class VerifyingEndpoints {
  /** One endpoint. */
  interface Service {
    Reply serve(RegisteredClient client, HTTPRequest request, List<X509Certificate> certificates)
        throws ParseException;
  }

  private final Map<String, String> passwords = new ConcurrentHashMap<>();
  private final ProofVerification proofs;
  private final IssuedTokens tokens;
  private volatile boolean renewsNonces;
  private volatile boolean ignoresProofs;

  VerifyingEndpoints(ProofVerification proofs, IssuedTokens tokens) {
    this.proofs = proofs;
    this.tokens = tokens;
  }

  void user(String name, String password) {
    passwords.put(name, password);
  }

  void renewNonces(boolean yes) {
    renewsNonces = yes;
  }

  void ignoreProofs(boolean yes) {
    ignoresProofs = yes;
  }

  Reply token(RegisteredClient client, HTTPRequest request, List<X509Certificate> certificates)
      throws ParseException {
    Map<String, Object> confirmation = new LinkedHashMap<>();
    Optional<String> thumbprint = proofs.verify(client, request);
    if (!ignoresProofs) {
      thumbprint.ifPresent(jkt -> confirmation.put("jkt", jkt));
    }
    if (client.certificateBound()) {
      if (certificates.isEmpty()) {
        throw Refusal.invalidRequest("the client's tokens are bound to a certificate: none came");
      }
      confirmation.put(
          "x5t#S256",
          X509CertificateConfirmation.of(certificates.get(0)).getValue().toString());
    }
    Reply reply = grant(client, request.getBodyAsFormParameters(), confirmation);
    if (thumbprint.isPresent() && renewsNonces) {
      proofs.renewNonce();
      return reply.with("DPoP-Nonce", proofs.nonce());
    }
    return reply;
  }

  private Reply grant(
      RegisteredClient client, Map<String, List<String>> form, Map<String, Object> confirmation) {
    AuthorizationGrant grant = parse(form);
    String scope = form.containsKey("scope") ? form.get("scope").get(0) : null;
    String subject;
    if (grant instanceof RefreshTokenGrant refresh) {
      IssuedTokens.Refresh known = tokens.refreshed(refresh.getRefreshToken().getValue());
      if (known == null || !known.clientId().equals(client.id())) {
        throw invalidGrant("the refresh token is unknown, revoked or another client's");
      }
      if (!known.confirmation().isEmpty() && !known.confirmation().equals(confirmation)) {
        throw invalidGrant("the refresh token is bound to another key or certificate");
      }
      subject = known.subject();
      scope = scope == null ? known.scope() : scope;
    } else if (grant instanceof ResourceOwnerPasswordCredentialsGrant user) {
      if (!user.getPassword().getValue().equals(passwords.get(user.getUsername()))) {
        throw invalidGrant("wrong user name or password");
      }
      subject = user.getUsername();
    } else if (grant instanceof ClientCredentialsGrant) {
      if (client.method().equals(NONE)) {
        throw new Refusal(400, "unauthorized_client", "public clients have no credentials");
      }
      subject = client.id();
    } else {
      throw new Refusal(400, "unsupported_grant_type", "no such grant: " + grant.getType());
    }
    return issue(client, grant, subject, scope, confirmation);
  }

  private static AuthorizationGrant parse(Map<String, List<String>> form) {
    try {
      return AuthorizationGrant.parse(form);
    } catch (ParseException e) {
      String code = e.getErrorObject() == null ? null : e.getErrorObject().getCode();
      throw new Refusal(400, code == null ? "invalid_request" : code, e.getMessage());
    }
  }

  private Reply issue(
      RegisteredClient client,
      AuthorizationGrant grant,
      String subject,
      String scope,
      Map<String, Object> confirmation) {
    Map<String, Object> claims = new LinkedHashMap<>();
    claims.put("scope", scope);
    claims.put("cnf", confirmation.isEmpty() ? null : confirmation);
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("access_token", tokens.access(client.id(), subject, claims));
    answer.put("token_type", confirmation.containsKey("jkt") ? "DPoP" : "Bearer");
    answer.put("expires_in", IssuedTokens.LIFE);
    if (!(grant instanceof ClientCredentialsGrant)) {
      answer.put(
          "refresh_token",
          tokens.refresh(new IssuedTokens.Refresh(
              client.id(),
              subject,
              scope,
              client.method().equals(NONE) ? confirmation : Map.of())));
    }
    if (scope != null) {
      answer.put("scope", scope);
    }
    return Reply.json(200, JSONObjectUtils.toJSONString(answer));
  }

  private static Refusal invalidGrant(String reason) {
    return new Refusal(400, "invalid_grant", reason);
  }

  Reply introspect(RegisteredClient client, HTTPRequest request, List<X509Certificate> certificates)
      throws ParseException {
    if (client.method().equals(NONE)) {
      throw Refusal.invalidClient("introspection is for clients that prove themselves");
    }
    return Reply.json(200, JSONObjectUtils.toJSONString(tokens.introspect(tokenOf(request))));
  }

  Reply revoke(RegisteredClient client, HTTPRequest request, List<X509Certificate> certificates)
      throws ParseException {
    tokens.revoke(client.id(), tokenOf(request));
    return new Reply(200, Map.of(), "");
  }

  private static String tokenOf(HTTPRequest request) throws ParseException {
    List<String> token = request.getBodyAsFormParameters().get("token");
    if (token == null || token.get(0).isBlank()) {
      throw Refusal.invalidRequest("token is missing");
    }
    return token.get(0);
  }
}
