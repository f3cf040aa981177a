package io.oidcgrant.examples.identity;

import static com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod.NONE;

import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.oauth2.sdk.AuthorizationGrant;
import com.nimbusds.oauth2.sdk.ClientCredentialsGrant;
import com.nimbusds.oauth2.sdk.RefreshTokenGrant;
import com.nimbusds.oauth2.sdk.ResourceOwnerPasswordCredentialsGrant;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.id.Identifier;
import com.nimbusds.oauth2.sdk.token.TokenTypeURI;
import com.nimbusds.oauth2.sdk.tokenexchange.TokenExchangeGrant;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The token endpoint of an authorization server. Safe for concurrent use. */
final class TokenEndpoint {
  private static final String REFRESH_TOKEN = "refresh_token";

  /** What clients may be registered for; the two of a browser are not answered. */
  static final List<String> GRANT_TYPES = List.of(
      "client_credentials",
      "password",
      REFRESH_TOKEN,
      TokenExchangeGrant.GRANT_TYPE.getValue(),
      "authorization_code",
      "implicit");

  private static final Set<TokenTypeURI> SUBJECT_TYPES =
      Set.of(TokenTypeURI.ACCESS_TOKEN, TokenTypeURI.JWT, TokenTypeURI.ID_TOKEN);
  private static final Set<TokenTypeURI> ISSUED_TYPES =
      Set.of(TokenTypeURI.ACCESS_TOKEN, TokenTypeURI.JWT);

  /** A token to be: for whom, with which scopes, and what the answer says beside it. */
  private record Issue(
      String subject,
      List<RegisteredScope> scopes,
      List<String> audience,
      Map<String, Object> claims,
      Map<String, Object> members) {}

  private final AuthServer server;
  private final ClientVerification clients;

  TokenEndpoint(AuthServer server, ClientVerification clients) {
    this.server = server;
    this.clients = clients;
  }

  Answer answer(Asked asked) {
    HTTPRequest request = asked.toForm();
    RegisteredClient client = clients.authenticate(request);
    Optional<String> thumbprint = server.proofs().ofTokenRequest(client, asked);
    TokenRequest parsed = Refusal.parsed(request, TokenRequest::parse);
    AuthorizationGrant grant = parsed.getAuthorizationGrant();
    String type = grant.getType().getValue();
    if (!client.hasGrantType(type)) {
      throw Refusal.of("unauthorized_client", "the client is not registered for this grant type");
    }
    Map<String, Object> confirmation = confirmation(client, thumbprint, asked.certificates());
    return issued(
        client, issue(client, grant, parsed.getScope(), thumbprint.orElse("")), confirmation);
  }

  /** What the token is to be bound to (RFC 9449 section 6.1, RFC 8705 section 3.1). */
  private static Map<String, Object> confirmation(
      RegisteredClient client, Optional<String> thumbprint, List<X509Certificate> certificates) {
    Map<String, Object> confirmation = new LinkedHashMap<>();
    thumbprint.ifPresent(jkt -> confirmation.put("jkt", jkt));
    if (client.certificateBound()) {
      if (certificates.isEmpty()) {
        throw Refusal.invalidRequest("the client's tokens are bound to a certificate: none came");
      }
      confirmation.put("x5t#S256", ServerEndpoints.thumbprint(certificates.get(0)));
    }
    return confirmation;
  }

  private Issue issue(
      RegisteredClient client, AuthorizationGrant grant, @Nullable Scope asked, String thumbprint) {
    if (grant instanceof ClientCredentialsGrant) {
      if (client.method().equals(NONE)) {
        throw Refusal.of("unauthorized_client", "public clients have no credentials");
      }
      return plain(client.id(), scopes(client, asked), Map.of());
    }
    if (grant instanceof ResourceOwnerPasswordCredentialsGrant user) {
      if (!server.isUser(user.getUsername(), user.getPassword().getValue())) {
        throw Refusal.invalidGrant("wrong user name or password");
      }
      List<RegisteredScope> scopes = scopes(client, asked);
      return plain(
          user.getUsername(), scopes, refreshToken(client, user.getUsername(), scopes, thumbprint));
    }
    if (grant instanceof RefreshTokenGrant refresh) {
      return refreshed(client, refresh.getRefreshToken().getValue(), asked, thumbprint);
    }
    if (grant instanceof TokenExchangeGrant exchange) {
      return exchanged(client, exchange, asked);
    }
    throw Refusal.of("unsupported_grant_type", "this grant type is not answered here");
  }

  private Issue plain(String subject, List<RegisteredScope> scopes, Map<String, Object> members) {
    return new Issue(subject, scopes, List.of(server.audience()), Map.of(), members);
  }

  private Map<String, Object> refreshToken(
      RegisteredClient client, String subject, List<RegisteredScope> scopes, String thumbprint) {
    if (!client.hasGrantType(REFRESH_TOKEN)) {
      return Map.of();
    }
    List<String> names = scopes.stream().map(RegisteredScope::name).toList();
    String bound = client.method().equals(NONE) ? thumbprint : "";
    return Map.of(
        REFRESH_TOKEN,
        server
            .tokens()
            .refresh(new IssuedTokens.Refresh(
                UUID.randomUUID().toString(), client.id(), subject, names, bound)));
  }

  private Issue refreshed(
      RegisteredClient client, String token, @Nullable Scope asked, String thumbprint) {
    IssuedTokens tokens = server.tokens();
    IssuedTokens.Refresh known = tokens
        .refreshed(token)
        .filter(grant -> grant.clientId().equals(client.id()))
        .orElseThrow(() -> {
          tokens.endIfSpent(token);
          return Refusal.invalidGrant("the refresh token is unknown, used or another client's");
        });
    if (!known.thumbprint().isEmpty() && !known.thumbprint().equals(thumbprint)) {
      throw Refusal.invalidGrant("the refresh token is bound to another key");
    }
    List<String> names = asked == null ? known.scopes() : asked.toStringList();
    if (!known.scopes().containsAll(names)) {
      throw Refusal.of("invalid_scope", "more than the refresh token has");
    }
    List<RegisteredScope> scopes = server.scopes().all().stream()
        .filter(scope -> names.contains(scope.name()) && client.mayHave(scope))
        .toList();
    Map<String, Object> members = server.rotatesRefreshTokens()
        ? Map.of(
            REFRESH_TOKEN,
            tokens.rotated(token).orElseThrow(() -> Refusal.invalidGrant("used at the same time")))
        : Map.of();
    return plain(known.subject(), scopes, members);
  }

  private Issue exchanged(
      RegisteredClient client, TokenExchangeGrant exchange, @Nullable Scope asked) {
    TokenTypeURI requested = exchange.getRequestedTokenType();
    TokenTypeURI issued = requested == null ? TokenTypeURI.ACCESS_TOKEN : requested;
    if (!ISSUED_TYPES.contains(issued)) {
      throw Refusal.invalidRequest("requested_token_type must be that of an access token or JWT");
    }
    if (!SUBJECT_TYPES.contains(exchange.getSubjectTokenType())) {
      throw Refusal.invalidRequest("subject_token_type is not supported");
    }
    JWTClaimsSet subject = presented(exchange.getSubjectToken().getValue());
    Map<String, Object> claims = exchange.getActorToken() == null
        ? Map.of()
        : Map.of(
            "act", Map.of("sub", presented(exchange.getActorToken().getValue()).getSubject()));
    List<String> audience = exchange.getAudience() == null
        ? List.of()
        : exchange.getAudience().stream().map(Identifier::getValue).toList();
    for (String target : audience) {
      if (!target.equals(server.audience()) && !server.clients().has(target)) {
        throw Refusal.of("invalid_target", "audience must be the server's or a client");
      }
    }
    return new Issue(
        subject.getSubject(),
        scopes(client, asked),
        audience.isEmpty() ? List.of(server.audience()) : audience,
        claims,
        Map.of("issued_token_type", issued.getURI().toString()));
  }

  /** The claims of a token of ours, or of an issuer that is trusted. */
  private JWTClaimsSet presented(String token) {
    return server
        .tokens()
        .active(token)
        .or(() -> server.trusted().verify(token))
        .orElseThrow(() -> Refusal.invalidRequest("the subject or actor token is not good here"));
  }

  /** The scopes asked for, all of which must be there for the client, and those by default. */
  private List<RegisteredScope> scopes(RegisteredClient client, @Nullable Scope asked) {
    Set<String> names = asked == null ? Set.of() : new LinkedHashSet<>(asked.toStringList());
    List<RegisteredScope> granted = new ArrayList<>();
    int found = 0;
    for (RegisteredScope scope : server.scopes().all()) {
      boolean wanted = names.contains(scope.name());
      if (client.mayHave(scope) && (wanted || scope.byDefault())) {
        granted.add(scope);
        found += wanted ? 1 : 0;
      }
    }
    if (found < names.size()) {
      throw Refusal.of("invalid_scope", "a scope is unknown, disabled or not the client's");
    }
    return granted;
  }

  private Answer issued(RegisteredClient client, Issue issue, Map<String, Object> confirmation) {
    Instant now = InstantSource.system().instant();
    String scope =
        issue.scopes().stream().map(RegisteredScope::name).collect(Collectors.joining(" "));
    JWTClaimsSet.Builder claims = new JWTClaimsSet.Builder()
        .issuer(server.issuer())
        .subject(issue.subject())
        .audience(issue.audience())
        .issueTime(Date.from(now))
        .expirationTime(Date.from(now.plusSeconds(client.accessTokenDuration())))
        .jwtID(UUID.randomUUID().toString())
        .claim("client_id", client.id())
        .claim("scope", scope.isEmpty() ? null : scope);
    if (!confirmation.isEmpty()) {
      claims.claim("cnf", confirmation);
    }
    issue.claims().forEach(claims::claim);
    claims(client, issue.scopes()).forEach(claims::claim);
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("access_token", server.tokens().access(claims.build()));
    members.put("token_type", confirmation.containsKey("jkt") ? "DPoP" : "Bearer");
    members.put("expires_in", client.accessTokenDuration());
    if (!scope.isEmpty()) {
      members.put("scope", scope);
    }
    members.putAll(issue.members());
    return Answer.json(200, members).with("Cache-Control", "no-store");
  }

  private Map<String, Object> claims(RegisteredClient client, List<RegisteredScope> scopes) {
    Set<String> ids = scopes.stream().map(RegisteredScope::id).collect(Collectors.toSet());
    Map<String, String> fields = server.templateFields(client);
    Map<String, Object> claims = new LinkedHashMap<>();
    for (RegisteredClaim claim : server.claims().all()) {
      if (claim.inToken() && claim.goesWith(ids)) {
        claims.put(claim.name(), claim.rendered(fields));
      }
    }
    return claims;
  }
}
