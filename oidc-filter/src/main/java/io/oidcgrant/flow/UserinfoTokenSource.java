package io.oidcgrant.flow;

import com.nimbusds.oauth2.sdk.util.URLUtils;
import io.oidcgrant.clientauth.DpopProofs;
import io.oidcgrant.config.CallExtras;
import io.oidcgrant.config.OidcGrantConfig;
import io.oidcgrant.credential.Credential;
import io.oidcgrant.endpoint.TokenQueries;
import io.oidcgrant.endpoint.TokenQueries.Said;
import io.oidcgrant.issuer.IssuerEndpoint;
import io.oidcgrant.issuer.IssuerMetadata;
import io.oidcgrant.issuer.RemoteIssuer;
import io.oidcgrant.protocol.Failure;
import io.oidcgrant.protocol.Failure.Kind;
import io.oidcgrant.protocol.GrantException;
import io.oidcgrant.protocol.Secret;
import io.oidcgrant.protocol.Tokens;
import io.oidcgrant.protocol.Told;
import io.oidcgrant.verify.TokenVerifier;
import io.oidcgrant.verify.TokenVerifier.Verified;
import java.net.URI;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks userinfo (OpenID Connect Core 1.0 section 5.3): as the check of a caller's token, which it
 * accepts or not, or for more claims ({@code search_user_info}).
 */
final class UserinfoTokenSource implements TokenSource<Tokens> {
  private static final Logger LOG = LoggerFactory.getLogger(UserinfoTokenSource.class);

  private final OidcGrantConfig config;
  private final CallExtras extras;
  private final RemoteIssuer issuer;
  private final TokenQueries queries;
  private final TokenVerifier verifier;
  private final @Nullable DpopProofs dpop;
  private final InstantSource clock;

  /**
   * Creates one.
   *
   * @param dpop for tokens that are bound to our key
   */
  UserinfoTokenSource(
      OidcGrantConfig config,
      RemoteIssuer issuer,
      TokenQueries queries,
      TokenVerifier verifier,
      @Nullable DpopProofs dpop,
      InstantSource clock) {
    this.config = config;
    this.extras = config.userinfoExtras();
    this.issuer = issuer;
    this.queries = queries;
    this.verifier = verifier;
    this.dpop = dpop;
    this.clock = clock;
  }

  /** Tokens of a caller whose token userinfo accepts. */
  @Override
  public CompletionStage<Tokens> tokens(GrantRequest request) {
    Credential.AccessToken presented = (Credential.AccessToken) request.credential();
    Map<String, Object> own = verifier.unverifiedClaims(presented.token().reveal());
    return ask(request, presented.token(), false).thenApply(told -> {
      sameSubject(told, own);
      Verified verified = new Verified(
          told.members(),
          TokenVerifier.unverifiedExpiry(presented.token().reveal()),
          Optional.empty());
      if (verified.expiresAt().filter(end -> !end.isAfter(clock.instant())).isPresent()) {
        throw Failure.of(Kind.REJECTED, "access token: expired").toException();
      }
      return PresentedTokenSource.facts(config, presented, verified, clock.instant())
          .userInfo(told)
          .bindingIn(own, config.jwtSessionClaim())
          .reusable(config.cacheUserInfo())
          .build();
    });
  }

  /**
   * Tokens with what userinfo says; where it does not accept the token (it may lack the scope
   * openid), as they are.
   */
  CompletionStage<Tokens> added(GrantRequest request, Tokens tokens) {
    if (tokens.userInfo().isPresent() || config.isApart(tokens.claims().get("iss"))) {
      return CompletableFuture.completedFuture(tokens);
    }
    return ask(request, tokens.accessToken(), tokens.boundToOurKey())
        .<Tokens>thenApply(told -> {
          for (Map<String, Object> source : tokens.everything()) {
            sameSubject(told, source);
          }
          return tokens.toBuilder().userInfo(told).build();
        })
        .exceptionally(error -> {
          Failure failure = GrantException.failureOf(error);
          if (failure.kind() != Kind.REJECTED) {
            throw failure.toException();
          }
          LOG.debug("no userinfo: {}", failure.detail());
          // Asked again before long, where that costs no grant.
          Instant again = clock.instant().plus(config.negativeTtl()).plusSeconds(1);
          return request.credential() instanceof Credential.AccessToken
                  && again.isBefore(tokens.expiresAt())
              ? tokens.withRenewAt(again)
              : tokens;
        });
  }

  private CompletionStage<Told> ask(GrantRequest request, Secret token, boolean bound) {
    return issuer.metadata().thenCompose(metadata -> {
      URI address = metadata
          .endpoint(IssuerEndpoint.USERINFO, false)
          .orElseThrow(
              () -> Failure.of(Kind.ISSUER_UNAVAILABLE, "the issuer names no userinfo_endpoint")
                  .toException());
      Copied copied = request.copied(IssuerEndpoint.USERINFO);
      Map<String, String> query = new LinkedHashMap<>(extras.parameters());
      query.putAll(copied.parameters());
      Map<String, String> headers = new LinkedHashMap<>(extras.headers());
      headers.putAll(copied.headers());
      DpopProofs prover = bound ? dpop : null;
      if (prover != null) {
        headers.put("DPoP", prover.proof("GET", address.toString(), token.reveal()));
      }
      return queries
          .userInfo(
              withQuery(address, query),
              (prover == null ? "Bearer " : "DPoP ") + token.reveal(),
              config.userinfoAccept(),
              headers,
              request.cause())
          .thenCompose(said -> told(said, metadata));
    });
  }

  private static URI withQuery(URI address, Map<String, String> query) {
    if (query.isEmpty()) {
      return address;
    }
    Map<String, List<String>> parameters = new LinkedHashMap<>();
    query.forEach((name, value) -> parameters.put(name, List.of(value)));
    String joined = address + (address.getRawQuery() == null ? "?" : "&");
    return URI.create(joined + URLUtils.serializeParameters(parameters));
  }

  private CompletionStage<Told> told(Said said, IssuerMetadata metadata) {
    if (said.jwt().isEmpty()) {
      return CompletableFuture.completedFuture(
          withSubject(Told.of(said.members(), Optional.empty())));
    }
    String jwt = said.jwt().get();
    return verifier
        .statement(
            jwt,
            "userinfo answer",
            Set.of("jwt"),
            config.acceptedIssuers(metadata.issuer()),
            Optional.empty())
        .thenApply(payload -> withSubject(Told.of(payload, Optional.of(jwt))));
  }

  /** OpenID Connect Core 1.0 section 5.3.2: sub is always there. */
  private static Told withSubject(Told told) {
    if (!(told.members().get("sub") instanceof String)) {
      throw Failure.of(Kind.ANSWER_UNUSABLE, "the userinfo answer has no sub").toException();
    }
    return told;
  }

  /** The same section: with another sub it must not be used. */
  private static void sameSubject(Told told, Map<String, Object> claims) {
    Object subject = claims.get("sub");
    if (subject != null && !subject.equals(told.members().get("sub"))) {
      throw Failure.of(Kind.ANSWER_UNUSABLE, "the userinfo answer is about somebody else")
          .toException();
    }
  }
}
