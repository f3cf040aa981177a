package io.oidcgrant.examples.identity;

import static com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod.NONE;
import static com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod.TLS_CLIENT_AUTH;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.oauth2.sdk.TokenIntrospectionRequest;
import com.nimbusds.oauth2.sdk.TokenRevocationRequest;
import com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod;
import com.nimbusds.oauth2.sdk.auth.X509CertificateConfirmation;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import java.security.cert.X509Certificate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The endpoints of one authorization server. Safe for concurrent use. */
final class ServerEndpoints {
  private final AuthServer server;
  private final ClientVerification clients;
  private final TokenEndpoint token;

  ServerEndpoints(AuthServer server) {
    this.server = server;
    this.clients = new ClientVerification(server);
    this.token = new TokenEndpoint(server, clients);
  }

  AuthServer server() {
    return server;
  }

  Answer answer(Endpoint endpoint, Asked asked) {
    try {
      return switch (endpoint) {
        case DISCOVERY -> discovery();
        case JWKS -> Answer.json(200, server.keys().published().toJSONObject(true));
        case TOKEN -> withNonce(asked, token.answer(asked));
        case INTROSPECT -> introspect(asked);
        case REVOKE -> revoke(asked);
        case USERINFO -> withNonce(asked, userinfo(asked));
        case ADMIN -> throw new IllegalArgumentException(endpoint.name());
      };
    } catch (Refusal e) {
      return e.code().equals("use_dpop_nonce") ? withNonce(asked, e.answer()) : e.answer();
    }
  }

  /** With the nonce that the next proof must carry, where there is one. */
  private Answer withNonce(Asked asked, Answer answer) {
    String nonce = server.proofs().nonce();
    boolean proven = !asked.header("dpop").isEmpty();
    return nonce.isEmpty() || !proven ? answer : answer.with("DPoP-Nonce", nonce);
  }

  private Answer discovery() {
    List<String> methods = RegisteredClient.METHODS.stream()
        .filter(method -> server.tlsUrl().isPresent() || !method.equals(TLS_CLIENT_AUTH))
        .map(ClientAuthenticationMethod::getValue)
        .toList();
    List<String> proofs = ProofVerification.algorithms().stream()
        .map(JWSAlgorithm::getName)
        .sorted()
        .toList();
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("issuer", server.issuer());
    document.putAll(endpoints(server.issuer()));
    server.tlsUrl().ifPresent(url -> {
      document.put("mtls_endpoint_aliases", endpoints(url));
      document.put("tls_client_certificate_bound_access_tokens", true);
    });
    document.put("jwks_uri", server.jwksUri());
    document.put("response_types_supported", List.of("token"));
    document.put("subject_types_supported", List.of("public"));
    document.put(
        "id_token_signing_alg_values_supported",
        List.of(server.keys().algorithm().getName()));
    document.put("grant_types_supported", TokenEndpoint.GRANT_TYPES.subList(0, 4));
    document.put(
        "scopes_supported",
        server.scopes().all().stream()
            .filter(scope -> scope.enabled() && scope.inMetadata())
            .map(RegisteredScope::name)
            .toList());
    for (String endpoint : List.of("token", "introspection", "revocation")) {
      document.put(endpoint + "_endpoint_auth_methods_supported", methods);
      document.put(
          endpoint + "_endpoint_auth_signing_alg_values_supported",
          List.of("HS256", "RS256", "PS256", "ES256"));
    }
    document.put("dpop_signing_alg_values_supported", proofs);
    return Answer.json(200, document);
  }

  private static Map<String, String> endpoints(String base) {
    return Map.of(
        "token_endpoint", base + "/oauth/token",
        "introspection_endpoint", base + "/introspect",
        "revocation_endpoint", base + "/revoke",
        "userinfo_endpoint", base + "/userinfo");
  }

  /** RFC 7662. */
  private Answer introspect(Asked asked) {
    HTTPRequest request = asked.toForm();
    RegisteredClient client = clients.authenticateElsewhere(request);
    if (client.method().equals(NONE)) {
      throw Refusal.invalidClient("introspection is for clients that prove themselves");
    }
    String presented =
        Refusal.parsed(request, TokenIntrospectionRequest::parse).getToken().getValue();
    Map<String, Object> members = new LinkedHashMap<>();
    server.tokens().active(presented).ifPresent(claims -> {
      members.putAll(claims.toJSONObject());
      members.put("token_type", isKeyBound(claims.getClaim("cnf")) ? "DPoP" : "Bearer");
    });
    server.tokens().refreshed(presented).ifPresent(grant -> {
      members.put("sub", grant.subject());
      members.put("client_id", grant.clientId());
      members.put("scope", String.join(" ", grant.scopes()));
    });
    members.put("active", !members.isEmpty());
    return Answer.json(200, members).with("Cache-Control", "no-store");
  }

  /** RFC 7009. */
  private Answer revoke(Asked asked) {
    HTTPRequest request = asked.toForm();
    RegisteredClient client = clients.authenticateElsewhere(request);
    String presented =
        Refusal.parsed(request, TokenRevocationRequest::parse).getToken().getValue();
    server.tokens().revoke(client.id(), presented);
    return Answer.empty(200);
  }

  /** OpenID Connect Core section 5.3, and the claims that are not in the token. */
  private Answer userinfo(Asked asked) {
    String[] presented = asked.header("authorization").split(" +", 2);
    String scheme = presented[0].equalsIgnoreCase("DPoP") ? "DPoP" : "Bearer";
    if (presented.length < 2 || !presented[0].equalsIgnoreCase(scheme)) {
      throw Refusal.invalidToken(scheme, "invalid_token", "an access token is needed");
    }
    JWTClaimsSet claims = server
        .tokens()
        .active(presented[1])
        .orElseThrow(
            () -> Refusal.invalidToken(scheme, "invalid_token", "the access token is not good"));
    String clientId = String.valueOf(claims.getClaim("client_id"));
    checkBinding(asked, scheme, presented[1], clientId, claims.getClaim("cnf"));
    if (!server.clients().has(clientId)) {
      throw Refusal.invalidToken(scheme, "invalid_token", "the client is gone");
    }
    List<String> names = List.of(String.valueOf(claims.getClaim("scope")).split(" "));
    Set<String> ids = server.scopes().all().stream()
        .filter(scope -> names.contains(scope.name()))
        .map(RegisteredScope::id)
        .collect(Collectors.toSet());
    Map<String, String> fields = server.templateFields(server.clients().get(clientId));
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("sub", claims.getSubject());
    for (RegisteredClaim claim : server.claims().all()) {
      if (!claim.inToken() && claim.goesWith(ids)) {
        members.put(claim.name(), claim.rendered(fields));
      }
    }
    return Answer.json(200, members);
  }

  private void checkBinding(
      Asked asked, String scheme, String token, String clientId, @Nullable Object confirmation) {
    if (isKeyBound(confirmation) != scheme.equals("DPoP")) {
      throw Refusal.invalidToken(scheme, "invalid_token", "the wrong scheme for this token");
    }
    if (confirmation instanceof Map<?, ?> bound) {
      Object certificate = bound.get("x5t#S256");
      if (certificate != null
          && asked.certificates().stream()
              .limit(1)
              .noneMatch(one -> thumbprint(one).equals(certificate))) {
        throw Refusal.invalidToken(scheme, "invalid_token", "bound to another certificate");
      }
      if (bound.get("jkt") instanceof String jkt) {
        server.proofs().ofResourceRequest(asked, token, clientId, jkt);
      }
    }
  }

  private static boolean isKeyBound(@Nullable Object confirmation) {
    return confirmation instanceof Map<?, ?> bound && bound.containsKey("jkt");
  }

  /** As in {@code x5t#S256}. */
  static String thumbprint(X509Certificate certificate) {
    return X509CertificateConfirmation.of(certificate).getValue().toString();
  }
}
