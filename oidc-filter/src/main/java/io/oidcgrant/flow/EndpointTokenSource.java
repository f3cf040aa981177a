package io.oidcgrant.flow;

import com.nimbusds.oauth2.sdk.AuthorizationGrant;
import com.nimbusds.oauth2.sdk.ErrorObject;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.auth.ClientAuthentication;
import io.oidcgrant.clientauth.DpopProofs;
import io.oidcgrant.config.OidcGrantConfig;
import io.oidcgrant.credential.Credential;
import io.oidcgrant.credential.HeaderNames;
import io.oidcgrant.endpoint.TokenEndpointClient.Answer;
import io.oidcgrant.issuer.IssuerEndpoint;
import io.oidcgrant.issuer.IssuerMetadata;
import io.oidcgrant.issuer.RemoteIssuer;
import io.oidcgrant.observe.GrantObserver.Endpoint;
import io.oidcgrant.observe.GrantObserver.Outcome;
import io.oidcgrant.observe.IssuerCall;
import io.oidcgrant.observe.IssuerCalls;
import io.oidcgrant.protocol.Failure;
import io.oidcgrant.protocol.Failure.Kind;
import io.oidcgrant.protocol.Printable;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Asks the token endpoint: grant, client authentication, request, and what its refusal means. */
final class EndpointTokenSource implements TokenSource<TokenAnswer> {
  /** Refusals that are the operator's to mend (RFC 6749 section 5.2). */
  private static final Set<String> OPERATORS = Set.of(
      "invalid_scope",
      "unsupported_grant_type",
      "invalid_request",
      "invalid_target",
      "use_dpop_nonce",
      "invalid_dpop_proof");

  /** The user or his grant, whatever the status: Auth0 says invalid_grant with 403. */
  private static final Set<String> GRANTS =
      Set.of("invalid_grant", "interaction_required", "login_required", "consent_required");

  /**
   * Refusals of a parameter (RFC 6749 section 5.2, RFC 8707 section 2) that may be the caller's.
   */
  private static final Map<String, Set<String>> PARAMETERS =
      Map.of("invalid_scope", Set.of("scope"), "invalid_target", Set.of("resource", "audience"));

  /** Not what a token endpoint says: the address is wrong, or something before it refuses us. */
  private static final Set<Integer> ELSEWHERE = Set.of(403, 404, 405, 415);

  private static final Set<String> CLIENTS = Set.of("invalid_client", "unauthorized_client");
  private static final Set<String> PASSING =
      Set.of("server_error", "temporarily_unavailable", "slow_down");
  private static final String DPOP = "DPoP";
  private static final Duration PAUSE = Duration.ofSeconds(5);

  private final OidcGrantConfig config;
  private final RemoteIssuer issuer;
  private final Sender sender;
  private final IssuerCalls calls;
  private final ClientProofs proofs;
  private final OwnSecrets secrets;
  private final @Nullable DpopProofs dpop;

  /** The way to the token endpoint. */
  interface Sender {
    CompletionStage<Answer> send(
        TokenRequest request, Map<String, String> headers, IssuerCall call);
  }

  /**
   * Creates one.
   *
   * @param dpop null where tokens are not to be bound to a key
   */
  EndpointTokenSource(
      OidcGrantConfig config,
      RemoteIssuer issuer,
      Sender sender,
      IssuerCalls calls,
      ClientProofs proofs,
      @Nullable DpopProofs dpop) {
    this.config = config;
    this.issuer = issuer;
    this.sender = sender;
    this.calls = calls;
    this.proofs = proofs;
    this.secrets = OwnSecrets.of(config);
    this.dpop = dpop;
  }

  @Override
  public CompletionStage<TokenAnswer> tokens(GrantRequest request) {
    return issuer
        .metadata()
        .thenCompose(metadata ->
            keys(request.credential(), metadata).thenCompose(keys -> ask(request, metadata)));
  }

  /** A credential is not spent on tokens that could not be verified. */
  private CompletionStage<?> keys(Credential credential, IssuerMetadata metadata) {
    return config.verifySignature()
            && !config.ignoreSignature().contains(credential.method())
            && metadata.jwksUri().isPresent()
        ? issuer.keys().current()
        : CompletableFuture.completedFuture(metadata);
  }

  private CompletionStage<TokenAnswer> ask(GrantRequest request, IssuerMetadata metadata) {
    return send(request, metadata, true).thenApply(answer -> {
      if (!answer.response().indicatesSuccess()) {
        throw refusal(request, answer).toException();
      }
      return new TokenAnswer(
          answer.response().toSuccessResponse(),
          metadata,
          clientId(request),
          replayed(request.credential(), answer));
    });
  }

  /**
   * One attempt; and one more where the server wants a nonce in the proof: with everything that may
   * be used but once made anew (RFC 9449 section 8).
   */
  private CompletionStage<Answer> send(
      GrantRequest request, IssuerMetadata metadata, boolean again) {
    URI address = proofs.address(IssuerEndpoint.TOKEN, metadata);
    Map<String, String> headers = new LinkedHashMap<>(config.tokenHeaders());
    headers.putAll(request.copied(IssuerEndpoint.TOKEN).headers());
    if (dpop != null) {
      headers.keySet().removeIf(DPOP::equalsIgnoreCase);
      headers.put(DPOP, dpop.proof("POST", address.toString(), null));
    }
    TokenRequest message = message(request, metadata, address);
    IssuerCall call = calls.begin(Endpoint.TOKEN, request.cause());
    CompletionStage<Answer> sent = call.watch(
        () -> sender.send(message, headers, call), answer -> outcome(request, answer, again));
    return sent.thenCompose(answer -> {
      boolean known = dpop != null && dpop.remember(address.toString(), nonce(answer));
      return known && again && wantsNonce(answer)
          ? send(request, metadata, false)
          : CompletableFuture.completedFuture(answer);
    });
  }

  private static boolean wantsNonce(Answer answer) {
    return !answer.response().indicatesSuccess()
        && "use_dpop_nonce"
            .equals(answer.response().toErrorResponse().getErrorObject().getCode());
  }

  /** To be asked for a nonce is how it goes. */
  private Outcome outcome(GrantRequest request, Answer answer, boolean first) {
    return answer.response().indicatesSuccess() || (first && wantsNonce(answer))
        ? Outcome.OK
        : Outcome.of(refusal(request, answer).kind());
  }

  private static @Nullable String nonce(Answer answer) {
    for (Map.Entry<String, List<String>> header : answer.headers().entrySet()) {
      if (header.getKey().equalsIgnoreCase("DPoP-Nonce") && header.getValue().size() == 1) {
        return header.getValue().get(0);
      }
    }
    return null;
  }

  private String clientId(GrantRequest request) {
    return request.credential() instanceof Credential.ClientSecret caller
        ? caller.clientId()
        : proofs.clientId(request.client());
  }

  private TokenRequest message(GrantRequest request, IssuerMetadata metadata, URI address) {
    ClientAuthentication authentication =
        request.credential() instanceof Credential.ClientSecret caller
            ? proofs.ofCaller(caller, IssuerEndpoint.TOKEN, metadata)
            : proofs.of(request.client(), IssuerEndpoint.TOKEN, metadata);
    TokenRequest.Builder builder =
        new TokenRequest.Builder(address, authentication, grant(request));
    Map<String, String> parameters = new LinkedHashMap<>(config.tokenPostArgs());
    parameters.putAll(request.copied(IssuerEndpoint.TOKEN).parameters());
    if (request.credential() instanceof Credential.SubjectToken subject) {
      // What token_exchange asks for is meant.
      parameters.remove("scope");
      if (!subject.audience().isEmpty()) {
        parameters.remove("audience");
      }
    }
    String scope = parameters.remove("scope");
    if (scope != null) {
      builder.scope(Scope.parse(scope));
    } else if (!scopes(request).isEmpty()) {
      builder.scope(Scope.parse(scopes(request)));
    }
    if (request.credential() instanceof Credential.OwnClient own
        && !own.audience().isEmpty()) {
      builder.customParameter("audience", own.audience().toArray(String[]::new));
    }
    parameters.forEach((name, value) -> {
      if (!value.isEmpty()) {
        builder.customParameter(name, value);
      }
    });
    return builder.build();
  }

  private List<String> scopes(GrantRequest request) {
    return request.credential() instanceof Credential.SubjectToken subject
        ? subject.scopes()
        : config.scopes();
  }

  private static AuthorizationGrant grant(GrantRequest request) {
    if (request.credential() instanceof Credential.Redeemable redeemable) {
      return redeemable.grant();
    }
    throw new IllegalArgumentException("nothing to redeem: " + request);
  }

  private Failure refusal(GrantRequest request, Answer answer) {
    return refusal(request, answer.response().toErrorResponse().getErrorObject());
  }

  /** Whose fault it is that the token endpoint refused. */
  private Failure refusal(GrantRequest request, ErrorObject error) {
    Credential credential = request.credential();
    boolean callerIsClient = credential instanceof Credential.ClientSecret;
    int status = error.getHTTPStatusCode();
    String code = error.getCode() == null ? "" : error.getCode();
    String detail = "token endpoint answered "
        + status
        + said(request, error)
        + " to grant "
        + credential.method();
    if (status == 429) {
      return Failure.retryAfter(Kind.ISSUER_BUSY, detail, PAUSE);
    }
    if (status >= 500 || PASSING.contains(code)) {
      return Failure.retryAfter(Kind.ISSUER_UNAVAILABLE, detail, PAUSE);
    }
    if (credential instanceof Credential.SubjectToken) {
      // RFC 8693 section 2.2.2; Keycloak says access_denied where the token is not for us.
      if (code.equals("invalid_request")) {
        return Failure.of(Kind.REJECTED, detail);
      }
      if (code.equals("invalid_target") || code.equals("access_denied")) {
        return Failure.of(Kind.FORBIDDEN, detail);
      }
    }
    if (GRANTS.contains(code)) {
      // Issuers describe the third reason in many ways, or not at all (RFC 6749 section 6).
      return Failure.of(
          Kind.REJECTED,
          credential instanceof Credential.RefreshToken
              ? detail
                  + "; the refresh token has ended, was revoked or was issued to another client"
              : detail);
    }
    if (CLIENTS.contains(code) || status == 401) {
      // Keycloak says unauthorized_client with 401 where RFC 6749 has invalid_client.
      return Failure.of(callerIsClient ? Kind.REJECTED : Kind.CLIENT_REFUSED, detail);
    }
    if (PARAMETERS.getOrDefault(code, Set.of()).stream()
        .anyMatch(request.copied(IssuerEndpoint.TOKEN).parameters()::containsKey)) {
      return Failure.of(Kind.MALFORMED_REQUEST, detail);
    }
    return Failure.of(
        OPERATORS.contains(code) || ELSEWHERE.contains(status)
            ? Kind.CLIENT_REFUSED
            : Kind.ANSWER_UNUSABLE,
        detail);
  }

  /** In the issuer's words, unless they repeat what nobody may read. */
  private String said(GrantRequest request, ErrorObject error) {
    String description = error.getDescription();
    String words = error.getCode() + (description == null ? "" : ": " + description);
    return secrets.areIn(words) || OwnSecrets.isIn(words, request.credential().proof())
        ? ""
        : " " + Printable.of(error.getCode())
            + (description == null ? "" : ": " + Printable.of(description));
  }

  private Map<String, String> replayed(Credential credential, Answer answer) {
    List<String> names = config.tokenHeadersReplay();
    if (names.isEmpty() || !config.replaysHeadersOf(credential.method())) {
      return Map.of();
    }
    Map<String, String> replayed = new HashMap<>();
    answer.headers().forEach((name, values) -> {
      for (String wanted : names) {
        if (HeaderNames.same(name, wanted)) {
          replayed.put(config.tokenHeadersPrefix() + wanted, String.join(", ", values));
        }
      }
    });
    return replayed;
  }
}
