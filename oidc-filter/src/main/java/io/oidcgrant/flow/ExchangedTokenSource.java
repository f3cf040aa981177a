package io.oidcgrant.flow;

import com.nimbusds.oauth2.sdk.token.AccessToken;
import com.nimbusds.oauth2.sdk.token.AccessTokenType;
import com.nimbusds.oauth2.sdk.token.TokenTypeURI;
import io.oidcgrant.config.OidcGrantConfig;
import io.oidcgrant.config.TokenExchangeSettings;
import io.oidcgrant.config.TokenExchangeSettings.Conditions;
import io.oidcgrant.config.TokenExchangeSettings.SubjectIssuer;
import io.oidcgrant.credential.Credential;
import io.oidcgrant.protocol.ClaimPath;
import io.oidcgrant.protocol.Failure;
import io.oidcgrant.protocol.Failure.Kind;
import io.oidcgrant.protocol.GrantException;
import io.oidcgrant.protocol.Secret;
import io.oidcgrant.protocol.Tokens;
import io.oidcgrant.verify.TokenVerifier;
import io.oidcgrant.verify.TokenVerifier.Verified;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Exchanges callers' tokens of certain issuers, or with too few rights, for ours (RFC 8693), and
 * goes on with the new one. A token is verified before the issuer is asked for another.
 */
final class ExchangedTokenSource implements TokenSource<Tokens> {
  private final OidcGrantConfig config;
  private final TokenExchangeSettings settings;
  private final TokenSource<TokenAnswer> endpoint;
  private final TokenSource<Tokens> next;
  private final OwnPossession possession;
  private final TokenVerifier opener;
  private final InstantSource clock;
  private final Map<String, TokenVerifier> verifiers = new HashMap<>();

  /**
   * Creates one.
   *
   * @param endpoint where tokens are exchanged
   * @param next what is done with a token, be it the new one or one that is not exchanged
   * @param opener sees what a token says of itself
   * @param verifier verifies the tokens of an issuer
   */
  ExchangedTokenSource(
      OidcGrantConfig config,
      TokenSource<TokenAnswer> endpoint,
      TokenSource<Tokens> next,
      OwnPossession possession,
      TokenVerifier opener,
      InstantSource clock,
      Function<SubjectIssuer, TokenVerifier> verifier) {
    this.config = config;
    this.settings = config.tokenExchange().orElseThrow();
    this.endpoint = endpoint;
    this.next = next;
    this.possession = possession;
    this.opener = opener;
    this.clock = clock;
    settings.issuers().forEach(issuer -> verifiers.put(issuer.issuer(), verifier.apply(issuer)));
  }

  @Override
  public CompletionStage<Tokens> tokens(GrantRequest request) {
    Credential.AccessToken presented = (Credential.AccessToken) request.credential();
    String token = presented.token().reveal();
    Map<String, Object> claims = opener.unverifiedClaims(token);
    SubjectIssuer issuer = issuer(claims);
    TokenVerifier verifier = issuer == null ? null : verifiers.get(issuer.issuer());
    if (issuer == null
        || verifier == null
        || issuer.conditions().filter(conditions -> !meets(conditions, claims)).isPresent()) {
      return next.tokens(request);
    }
    return verifier
        .accessToken(token, List.of(issuer.issuer()), false)
        .exceptionally(error -> {
          throw PresentedTokenSource.asCallers(error);
        })
        .thenCompose(subject -> exchange(request, presented, issuer, subject));
  }

  private @Nullable SubjectIssuer issuer(Map<String, Object> claims) {
    return settings.issuers().stream()
        .filter(issuer -> issuer.issuer().equals(claims.get("iss")))
        .findFirst()
        .orElse(null);
  }

  private boolean meets(Conditions conditions, Map<String, Object> claims) {
    Collection<?> audience = ClaimPath.words(claims.get("aud"));
    Collection<?> scopes = ClaimPath.words(claims.get("scope"));
    return audience.containsAll(conditions.hasAudience())
        && scopes.containsAll(conditions.hasScopes())
        && lacks(audience, conditions.missingAudience())
        && lacks(scopes, conditions.missingScopes());
  }

  private static boolean lacks(Collection<?> held, List<String> wanted) {
    return wanted.isEmpty() || !held.containsAll(wanted);
  }

  private CompletionStage<Tokens> exchange(
      GrantRequest request,
      Credential.AccessToken presented,
      SubjectIssuer issuer,
      Verified subject) {
    if (subject.expiresAt().isEmpty()) {
      throw Failure.of(Kind.REJECTED, "access token: has no exp").toException();
    }
    List<String> audiences = issuer.audience();
    if (!audiences.isEmpty()
        && ClaimPath.words(subject.claims().get("aud")).stream().noneMatch(audiences::contains)) {
      throw Failure.of(Kind.FORBIDDEN, "the token is not for us, so it is not exchanged")
          .toException();
    }
    Instant asked = clock.instant();
    Credential credential = new Credential.SubjectToken(
        presented.token(),
        settings.scopes().orElseGet(config::scopes),
        settings.audience().orElseGet(config::audience));
    return endpoint.tokens(request.with(credential)).thenCompose(answer -> {
      AccessToken token = answer.response().getTokens().getAccessToken();
      usable(token);
      Secret value = Secret.of(VerifyingTokenSource.visible("access token", token.getValue()));
      return next.tokens(request.with(new Credential.AccessToken(value, false)))
          .exceptionally(error -> {
            throw asIssuers(error);
          })
          .thenApply(tokens -> assemble(tokens, token.getLifetime(), subject, asked));
    });
  }

  /** RFC 8693 section 2.2.1. */
  private void usable(AccessToken token) {
    AccessTokenType wanted =
        config.tokenEndpointDpop() ? AccessTokenType.DPOP : AccessTokenType.BEARER;
    if (!wanted.equals(token.getType())) {
      throw unusable("the exchanged token is of type " + token.getType() + ", not " + wanted);
    }
    TokenTypeURI issued = token.getIssuedTokenType();
    if (!TokenTypeURI.ACCESS_TOKEN.equals(issued) && !TokenTypeURI.JWT.equals(issued)) {
      throw unusable("the issued_token_type of the exchange is not that of an access token");
    }
  }

  /** What is wrong with a token that the issuer gave us is not the caller's. */
  private static CompletionException asIssuers(Throwable error) {
    Failure failure = GrantException.failureOf(error);
    return new CompletionException(
        failure.kind() == Kind.REJECTED
            ? unusable("the exchanged token: " + failure.detail())
            : GrantException.causeOf(error));
  }

  private Tokens assemble(Tokens tokens, long stated, Verified subject, Instant asked) {
    possession.check(tokens.claims());
    Instant end = earlier(tokens.expiresAt(), subject.expiresAt().orElseThrow());
    Instant statedEnd =
        stated > 0 ? asked.plusSeconds(Math.min(stated, 366L * 86_400)) : Instant.MAX;
    end = earlier(end, statedEnd);
    if (settings.longest().isPresent()) {
      end = earlier(end, asked.plus(settings.longest().get()));
    }
    return tokens.toBuilder()
        .expiresAt(end)
        .endsAt(earlier(statedEnd, subject.expiresAt().orElseThrow()))
        .reusable(tokens.reusable() && settings.remembers() && stated >= 0)
        .boundToOurKey(config.tokenEndpointDpop())
        .bindingIn(subject.claims(), config.jwtSessionClaim())
        .build();
  }

  private static Instant earlier(Instant a, Instant b) {
    return a.isBefore(b) ? a : b;
  }

  private static GrantException unusable(String detail) {
    return Failure.of(Kind.ANSWER_UNUSABLE, detail).toException();
  }
}
