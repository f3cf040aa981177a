package io.oidcgrant.flow;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.oauth2.sdk.token.AccessToken;
import com.nimbusds.oauth2.sdk.token.AccessTokenType;
import com.nimbusds.oauth2.sdk.token.RefreshToken;
import com.nimbusds.openid.connect.sdk.token.OIDCTokens;
import io.oidcgrant.config.OidcGrantConfig;
import io.oidcgrant.credential.Credential;
import io.oidcgrant.protocol.Failure;
import io.oidcgrant.protocol.Failure.Kind;
import io.oidcgrant.protocol.GrantException;
import io.oidcgrant.protocol.Secret;
import io.oidcgrant.protocol.Tokens;
import io.oidcgrant.verify.TokenVerifier;
import io.oidcgrant.verify.TokenVerifier.Verified;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Verifies what the token endpoint answered, and computes how long it may be remembered. */
final class VerifyingTokenSource implements TokenSource<Tokens> {
  /** Seconds; more than anybody means, and no trouble to compute with. */
  private static final long LONGEST_LIFETIME = 366L * 86_400;

  private final OidcGrantConfig config;
  private final TokenSource<TokenAnswer> source;
  private final TokenVerifier verifier;
  private final OwnPossession possession;
  private final InstantSource clock;

  VerifyingTokenSource(
      OidcGrantConfig config,
      TokenSource<TokenAnswer> source,
      TokenVerifier verifier,
      OwnPossession possession,
      InstantSource clock) {
    this.config = config;
    this.possession = possession;
    this.source = source;
    this.verifier = verifier;
    this.clock = clock;
  }

  @Override
  public CompletionStage<Tokens> tokens(GrantRequest request) {
    Instant asked = clock.instant();
    return source
        .tokens(request)
        .thenCompose(answer -> verify(request.credential(), answer, asked));
  }

  private CompletionStage<Tokens> verify(Credential credential, TokenAnswer answer, Instant asked) {
    AccessToken accessToken = answer.response().getTokens().getAccessToken();
    // RFC 6749 section 7.1: a token of a type that is not understood must not be used; nor may one
    // that is not bound where that was asked for (RFC 9449 section 5).
    AccessTokenType wanted =
        config.tokenEndpointDpop() ? AccessTokenType.DPOP : AccessTokenType.BEARER;
    if (!wanted.equals(accessToken.getType())) {
      throw unusable("the token is of type " + accessToken.getType() + ", not " + wanted);
    }
    String token = visible("access token", accessToken.getValue());
    List<String> issuers = config.acceptedIssuers(answer.issuer().issuer());
    boolean ignoreSignature = config.ignoreSignature().contains(credential.method());
    String idToken = idToken(answer);
    CompletionStage<Verified> verified = verifier.accessToken(token, issuers, ignoreSignature);
    if (idToken == null) {
      return verified.thenApply(
          facts -> assemble(credential, answer, token, null, facts, null, asked));
    }
    return verified.thenCombine(
        verifier.idToken(idToken, issuers, answer.clientId(), token),
        (facts, id) -> assemble(credential, answer, token, idToken, facts, id, asked));
  }

  private Tokens assemble(
      Credential credential,
      TokenAnswer answer,
      String token,
      @Nullable String idToken,
      Verified facts,
      @Nullable Verified identity,
      Instant asked) {
    possession.check(facts.claims());
    RefreshToken refresh = answer.response().getTokens().getRefreshToken();
    Secret refreshToken =
        refresh == null ? null : Secret.of(visible("refresh token", refresh.getValue()));
    long stated = answer.response().getTokens().getAccessToken().getLifetime();
    boolean replaced = credential instanceof Credential.RefreshToken presented
        && refreshToken != null
        && !presented.token().equals(refreshToken);
    Instant expiresAt = expiry(replaced, stated, facts, asked);
    return Tokens.builder(Secret.of(token))
        .refreshToken(refreshToken)
        .idToken(idToken == null ? null : Secret.of(idToken))
        .idTokenClaims(identity == null ? Map.of() : identity.claims())
        .idTokenKey(identity == null ? null : json(identity))
        .claims(facts.claims())
        .accessTokenKey(json(facts))
        .expiresAt(expiresAt)
        .endsAt(facts.expiresAt().orElse(Instant.MAX))
        .endsAt(stated > 0 ? asked.plusSeconds(Math.min(stated, LONGEST_LIFETIME)) : Instant.MAX)
        // What replaced a refresh token cannot be had a second time.
        .renewAt(replaced ? Instant.MAX : renewal(asked, expiresAt))
        .reusable(stated >= 0 && expiresAt.isAfter(clock.instant()))
        .replayedHeaders(answer.replayedHeaders())
        .boundToOurKey(config.tokenEndpointDpop())
        .build();
  }

  /**
   * {@code expires_in}, else {@code exp}, else {@code cache_ttl}; between {@code cache_ttl_min} and
   * {@code cache_ttl_max}; never past the token's own {@code exp}; and no longer than
   * {@code rotation_grace} for a refresh token that was replaced.
   */
  private Instant expiry(boolean replaced, long stated, Verified facts, Instant asked) {
    Duration life = stated != 0
        ? Duration.ofSeconds(Math.max(-1, Math.min(stated, LONGEST_LIFETIME)))
        : facts.expiresAt().map(end -> Duration.between(asked, end)).orElseGet(config::cacheTtl);
    life = longer(life, config.cacheTtlMin().orElse(life));
    life = shorter(life, config.cacheTtlMax().orElse(life));
    if (replaced) {
      life = shorter(life, config.rotationGrace());
    }
    Instant end = asked.plus(life);
    return facts.expiresAt().filter(exp -> exp.isBefore(end)).orElse(end);
  }

  private Instant renewal(Instant asked, Instant expiresAt) {
    Duration ahead = config.refreshAhead();
    return ahead.isZero()
        ? Instant.MAX
        : expiresAt.minus(shorter(ahead, Duration.between(asked, expiresAt).dividedBy(2)));
  }

  static @Nullable String json(Verified verified) {
    return verified.key().map(JWK::toJSONString).orElse(null);
  }

  private static Duration shorter(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }

  private static Duration longer(Duration a, Duration b) {
    return a.compareTo(b) > 0 ? a : b;
  }

  private static @Nullable String idToken(TokenAnswer answer) {
    // In an OIDCTokenResponse it is no custom parameter.
    Object value = answer.response().getTokens() instanceof OIDCTokens openId
        ? openId.getIDTokenString()
        : answer.response().getCustomParameters().get("id_token");
    if (value == null) {
      return null;
    }
    if (!(value instanceof String text)) {
      throw unusable("the ID token is not a text");
    }
    return visible("ID token", text);
  }

  /**
   * What will be the value of a header must be fit to be one: VCHAR alone (RFC 9110 section 5.5,
   * RFC 6750 section 2.1).
   */
  static String visible(String what, String token) {
    if (token.isEmpty() || !token.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      throw unusable("the " + what + " holds characters that cannot be in a header");
    }
    return token;
  }

  private static GrantException unusable(String detail) {
    return Failure.of(Kind.ANSWER_UNUSABLE, detail).toException();
  }
}
