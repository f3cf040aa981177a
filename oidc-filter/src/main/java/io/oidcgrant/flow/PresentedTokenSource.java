package io.oidcgrant.flow;

import io.oidcgrant.config.IssuerKeys;
import io.oidcgrant.config.OidcGrantConfig;
import io.oidcgrant.credential.Credential;
import io.oidcgrant.issuer.RemoteIssuer;
import io.oidcgrant.protocol.Failure;
import io.oidcgrant.protocol.Failure.Kind;
import io.oidcgrant.protocol.GrantException;
import io.oidcgrant.protocol.Tokens;
import io.oidcgrant.verify.TokenVerifier;
import io.oidcgrant.verify.TokenVerifier.Verified;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/**
 * Verifies access tokens that callers bring (RFC 6750, RFC 9068): what is wrong with them is the
 * caller's, what is wrong with the issuer is not.
 */
final class PresentedTokenSource implements TokenSource<Tokens> {
  private final OidcGrantConfig config;
  private final RemoteIssuer issuer;
  private final TokenVerifier verifier;
  private final InstantSource clock;

  PresentedTokenSource(
      OidcGrantConfig config, RemoteIssuer issuer, TokenVerifier verifier, InstantSource clock) {
    this.config = config;
    this.issuer = issuer;
    this.verifier = verifier;
    this.clock = clock;
  }

  @Override
  public CompletionStage<Tokens> tokens(GrantRequest request) {
    Credential.AccessToken presented = (Credential.AccessToken) request.credential();
    String token = presented.token().reveal();
    return issuers(token)
        .thenCompose(issuers -> verifier.accessToken(token, issuers, false).exceptionally(error -> {
          throw asCallers(error);
        }))
        .thenApply(verified -> assemble(presented, verified));
  }

  /** Accepted ones: where the token's is written in the configuration, without discovery. */
  private CompletionStage<List<String>> issuers(String token) {
    List<String> written = config.issuersAllowed().isEmpty()
        ? config.issuerJwks().stream().map(IssuerKeys::issuer).toList()
        : config.issuersAllowed();
    return !written.isEmpty()
            && verifier.unverifiedClaims(token).get("iss") instanceof String stated
            && written.contains(stated)
        ? CompletableFuture.completedFuture(written)
        : issuer.metadata().thenApply(metadata -> config.acceptedIssuers(metadata.issuer()));
  }

  /** What is wrong with what the caller brought is not the issuer's. */
  static CompletionException asCallers(Throwable error) {
    Failure failure = GrantException.failureOf(error);
    return new CompletionException(
        failure.kind() == Kind.ANSWER_UNUSABLE
            ? Failure.of(Kind.REJECTED, failure.detail()).toException()
            : GrantException.causeOf(error));
  }

  private Tokens assemble(Credential.AccessToken presented, Verified verified) {
    if (verified.claims().isEmpty()) {
      throw Failure.of(Kind.REJECTED, "access token is not a JWT").toException();
    }
    if (config.verifyClaims() && verified.expiresAt().isEmpty()) {
      throw Failure.of(Kind.REJECTED, "access token: has no exp").toException();
    }
    return facts(config, presented, verified, clock.instant()).build();
  }

  /**
   * What may be remembered of a token that a caller brought: until its own end, else for
   * {@code cache_ttl}; and no longer than {@code cache_ttl_max}.
   */
  static Tokens.Builder facts(
      OidcGrantConfig config, Credential.AccessToken presented, Verified verified, Instant now) {
    Instant end = verified.expiresAt().orElseGet(() -> now.plus(config.cacheTtl()));
    Instant latest = config.cacheTtlMax().map((Duration max) -> now.plus(max)).orElse(end);
    return Tokens.builder(presented.token())
        .claims(verified.claims())
        .accessTokenKey(VerifyingTokenSource.json(verified))
        .bindingIn(verified.claims(), config.jwtSessionClaim())
        .endsAt(verified.expiresAt().orElse(Instant.MAX))
        .expiresAt(latest.isBefore(end) ? latest : end);
  }
}
