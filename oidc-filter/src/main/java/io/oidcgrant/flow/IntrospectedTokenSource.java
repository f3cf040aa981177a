package io.oidcgrant.flow;

import io.oidcgrant.config.OidcGrantConfig;
import io.oidcgrant.credential.Credential;
import io.oidcgrant.protocol.Tokens;
import java.time.InstantSource;
import java.util.concurrent.CompletionStage;

/**
 * Has the issuer say what a caller's token is: instead of verifying it here, or in addition
 * ({@code introspect_jwt_tokens}).
 */
final class IntrospectedTokenSource implements TokenSource<Tokens> {
  private final OidcGrantConfig config;
  private final Introspection introspection;
  private final InstantSource clock;

  IntrospectedTokenSource(
      OidcGrantConfig config, Introspection introspection, InstantSource clock) {
    this.config = config;
    this.introspection = introspection;
    this.clock = clock;
  }

  @Override
  public CompletionStage<Tokens> tokens(GrantRequest request) {
    Credential.AccessToken presented = (Credential.AccessToken) request.credential();
    return introspection
        .ask(request, presented.token().reveal())
        .thenApply(answer -> PresentedTokenSource.facts(
                config, presented, answer.verified(), clock.instant())
            .introspection(answer.told())
            .reusable(config.cacheIntrospection())
            .build());
  }

  /** Tokens that were verified here, where the issuer says so too. */
  CompletionStage<Tokens> confirmed(GrantRequest request, Tokens tokens) {
    return tokens(request)
        .thenApply(said -> tokens.toBuilder()
            .introspection(said.introspection().orElseThrow())
            // What the issuer says, and what the token says itself, which may not differ.
            .bindingIn(said.claims(), config.jwtSessionClaim())
            .expiresAt(
                said.expiresAt().isBefore(tokens.expiresAt())
                    ? said.expiresAt()
                    : tokens.expiresAt())
            .endsAt(said.endsAt())
            .reusable(said.reusable())
            .build());
  }
}
