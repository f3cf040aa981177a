package io.oidcgrant.flow;

import io.oidcgrant.config.ClientSettings;
import io.oidcgrant.config.OidcGrantConfig;
import io.oidcgrant.issuer.RemoteIssuer;
import io.oidcgrant.protocol.ClaimPath;
import io.oidcgrant.protocol.Failure;
import io.oidcgrant.protocol.Failure.Kind;
import io.oidcgrant.protocol.Secret;
import io.oidcgrant.protocol.Tokens;
import io.oidcgrant.verify.TokenVerifier;
import io.oidcgrant.verify.TokenVerifier.Verified;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;

/**
 * Verifies the ID token that a caller brings beside his access token: it is of the same user, and
 * for one of our clients or the one that the access token was issued to.
 */
final class AccompanyingIdToken {
  private static final ClaimPath CLAIM_ISSUER = new ClaimPath(List.of("iss"));
  private static final ClaimPath CLAIM_SUBJECT = new ClaimPath(List.of("sub"));

  private final RemoteIssuer issuer;
  private final TokenVerifier verifier;
  private final List<String> clients;

  AccompanyingIdToken(OidcGrantConfig config, RemoteIssuer issuer, TokenVerifier verifier) {
    this.issuer = issuer;
    this.verifier = verifier;
    this.clients = config.clients().stream().map(ClientSettings::id).toList();
  }

  /** The tokens with it; fails where it does not belong to them. */
  CompletionStage<Tokens> added(Secret idToken, Tokens tokens) {
    return issuer
        .metadata()
        .thenCompose(metadata -> {
          Object issued = CLAIM_ISSUER.in(tokens.rights());
          String expected = issued == null ? metadata.issuer() : issued.toString();
          boolean own = expected.equals(metadata.issuer());
          return verifier.idToken(
              idToken.reveal(),
              List.of(expected),
              client(idToken, tokens, own),
              tokens.accessToken().reveal());
        })
        .exceptionally(error -> {
          throw PresentedTokenSource.asCallers(error);
        })
        .thenApply(verified -> join(idToken, verified, tokens));
  }

  /** The one, of those it may be for, that it says it is for; ours are the configured issuer's. */
  private String client(Secret idToken, Tokens tokens, boolean own) {
    Object audience = verifier.unverifiedClaims(idToken.reveal()).get("aud");
    return Stream.concat(
            own ? clients.stream() : Stream.of(),
            tokens.rights().stream()
                .flatMap(claims -> Stream.of("azp", "client_id").map(claims::get))
                .filter(Objects::nonNull)
                .map(Object::toString))
        .filter(client ->
            client.equals(audience) || (audience instanceof List<?> list && list.contains(client)))
        .findFirst()
        .orElseThrow(
            () -> Failure.of(Kind.REJECTED, "ID token: is not for this client").toException());
  }

  /** The same user; where the access token names none, its hash must be in the ID token. */
  private static Tokens join(Secret idToken, Verified verified, Tokens tokens) {
    Object subject = CLAIM_SUBJECT.in(tokens.rights());
    boolean same = subject == null
        ? verified.claims().containsKey("at_hash")
        : subject.equals(verified.claims().get("sub"));
    if (!same) {
      throw Failure.of(Kind.REJECTED, "ID token: is of another user than the access token")
          .toException();
    }
    Instant end = verified.expiresAt().orElse(Instant.MAX);
    return tokens.toBuilder()
        .idToken(idToken)
        .idTokenClaims(verified.claims())
        .idTokenKey(VerifyingTokenSource.json(verified))
        .expiresAt(end.isBefore(tokens.expiresAt()) ? end : tokens.expiresAt())
        .build();
  }
}
