package io.oidcgrant.flow;

import com.nimbusds.oauth2.sdk.auth.ClientAuthentication;
import io.oidcgrant.config.CallExtras;
import io.oidcgrant.config.OidcGrantConfig;
import io.oidcgrant.endpoint.TokenQueries;
import io.oidcgrant.endpoint.TokenQueries.Said;
import io.oidcgrant.issuer.IssuerEndpoint;
import io.oidcgrant.issuer.IssuerMetadata;
import io.oidcgrant.issuer.RemoteIssuer;
import io.oidcgrant.protocol.Failure;
import io.oidcgrant.protocol.Failure.Kind;
import io.oidcgrant.protocol.GrantException;
import io.oidcgrant.protocol.Told;
import io.oidcgrant.verify.TokenVerifier;
import io.oidcgrant.verify.TokenVerifier.Verified;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Asks the issuer what a token is (RFC 7662), in plain JSON or signed (RFC 9701). */
final class Introspection {
  private static final String SIGNED = "application/token-introspection+jwt";
  private static final String SIGNED_TYPE = "token-introspection+jwt";

  private final OidcGrantConfig config;
  private final CallExtras extras;
  private final RemoteIssuer issuer;
  private final TokenQueries queries;
  private final ClientProofs proofs;
  private final TokenVerifier verifier;

  Introspection(
      OidcGrantConfig config,
      RemoteIssuer issuer,
      TokenQueries queries,
      ClientProofs proofs,
      TokenVerifier verifier) {
    this.config = config;
    this.extras = config.introspectionExtras();
    this.issuer = issuer;
    this.queries = queries;
    this.proofs = proofs;
    this.verifier = verifier;
  }

  /**
   * What it came to.
   *
   * @param told the answer as it is told on
   * @param verified its claims, with what the token itself is bound to
   */
  record Answer(Told told, Verified verified) {}

  /** Fails where the token is not active, or its claims are not as they must be. */
  CompletionStage<Answer> ask(GrantRequest request, String token) {
    return issuer
        .metadata()
        .thenCompose(metadata -> said(request, token, metadata)
            .thenCompose(said -> told(said, request, metadata))
            .thenApply(told -> answer(token, told, metadata)));
  }

  private CompletionStage<Said> said(GrantRequest request, String token, IssuerMetadata metadata) {
    ClientAuthentication authentication =
        proofs.of(request.client(), IssuerEndpoint.INTROSPECTION, metadata);
    Copied copied = request.copied(IssuerEndpoint.INTROSPECTION);
    Map<String, String> form = new LinkedHashMap<>(extras.parameters());
    form.putAll(copied.parameters());
    form.put(config.introspectionTokenParamName(), token);
    config.introspectionHint().ifPresent(hint -> form.put("token_type_hint", hint));
    Map<String, String> headers = new LinkedHashMap<>(extras.headers());
    headers.putAll(copied.headers());
    return queries.introspect(
        proofs.address(IssuerEndpoint.INTROSPECTION, metadata),
        authentication,
        form,
        config.introspectionAccept(),
        headers,
        request.cause());
  }

  private CompletionStage<Told> told(Said said, GrantRequest request, IssuerMetadata metadata) {
    String accept = config.introspectionAccept();
    if (said.jwt().isEmpty()) {
      if (accept.equals(SIGNED)) {
        throw unusable("the introspection answer is not signed");
      }
      // Some issuers put the JWT beside the plain answer.
      Optional<String> jwt = Optional.ofNullable(said.members().get("jwt"))
          .filter(String.class::isInstance)
          .map(String.class::cast);
      return CompletableFuture.completedFuture(Told.of(said.members(), jwt));
    }
    if (accept.equals("application/json")) {
      throw unusable("the introspection answer is a JWT, JSON was asked for");
    }
    String jwt = said.jwt().get();
    return verifier
        .statement(
            jwt,
            "introspection answer",
            accept.equals(SIGNED) ? Set.of(SIGNED_TYPE) : Set.of(SIGNED_TYPE, "jwt"),
            List.of(metadata.issuer()),
            Optional.of(proofs.clientId(request.client())))
        .thenApply(payload -> Told.of(members(payload, accept), Optional.of(jwt)));
  }

  /** RFC 9701 section 5; an older form has the members at the top. */
  @SuppressWarnings("unchecked") // keys of JSON objects are texts
  private static Map<String, Object> members(Map<String, Object> payload, String accept) {
    if (payload.get("token_introspection") instanceof Map<?, ?> inner) {
      return (Map<String, Object>) inner;
    }
    if (accept.equals(SIGNED)) {
      throw unusable("the signed introspection answer has no token_introspection");
    }
    return payload;
  }

  private Answer answer(String token, Told told, IssuerMetadata metadata) {
    Object active = told.members().get("active");
    if (!(active instanceof Boolean state)) {
      throw unusable("the introspection answer does not say active");
    }
    if (!state && config.introspectionCheckActive()) {
      throw Failure.of(Kind.REJECTED, "the issuer says that the access token is not active")
          .toException();
    }
    return new Answer(
        told,
        verifier.introspected(
            bound(token, told.members()), config.acceptedIssuers(metadata.issuer())));
  }

  /**
   * What a JWT says itself of what it is bound to holds where the issuer leaves it out; its
   * signature need not be looked at for that, which only makes it harder to use.
   */
  private Map<String, Object> bound(String token, Map<String, Object> answer) {
    Object own = verifier.unverifiedClaims(token).get("cnf");
    if (own == null) {
      return answer;
    }
    Object told = answer.get("cnf");
    if (told != null && !told.equals(own)) {
      throw Failure.of(
              Kind.REJECTED, "the access token and the issuer differ in what it is bound to")
          .toException();
    }
    Map<String, Object> both = new LinkedHashMap<>(answer);
    both.put("cnf", own);
    return both;
  }

  private static GrantException unusable(String detail) {
    return Failure.of(Kind.ANSWER_UNUSABLE, detail).toException();
  }
}
