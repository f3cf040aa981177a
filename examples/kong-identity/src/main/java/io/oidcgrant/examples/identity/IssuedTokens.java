package io.oidcgrant.examples.identity;

import com.nimbusds.jwt.JWTClaimsSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The tokens that an authorization server gave out and still stands by. Safe for concurrent use.
 */
final class IssuedTokens {
  /**
   * What a refresh token stands for.
   *
   * @param family the same for all that came of one password
   * @param thumbprint of the DPoP key of a public client; empty for others
   */
  record Refresh(
      String family, String clientId, String subject, List<String> scopes, String thumbprint) {}

  private final SigningKeys keys;
  private final TokenVerification verification;
  private final Recent<Refresh> refresh = new Recent<>();
  private final Recent<Refresh> spent = new Recent<>();
  private final Recent<Boolean> revoked = new Recent<>();

  IssuedTokens(String issuer, SigningKeys keys) {
    this.keys = keys;
    this.verification = new TokenVerification(
        issuer, (selector, context) -> selector.select(keys.published()), Set.of(keys.algorithm()));
  }

  String access(JWTClaimsSet claims) {
    return keys.sign(claims);
  }

  /** The claims of an access token of ours that is good and not revoked. */
  Optional<JWTClaimsSet> active(String token) {
    return verification.verify(token).filter(claims -> revoked.get(claims.getJWTID()) == null);
  }

  String refresh(Refresh grant) {
    String token = Randomness.secret();
    refresh.add(token, grant);
    return token;
  }

  /** What this refresh token stands for, if it is good. */
  Optional<Refresh> refreshed(String token) {
    return Optional.ofNullable(refresh.get(token));
  }

  /** A new refresh token for the same; the old one is good no more. Empty if another was faster. */
  Optional<String> rotated(String token) {
    return Optional.ofNullable(refresh.remove(token)).map(grant -> {
      spent.add(token, grant);
      return refresh(grant);
    });
  }

  /** Ends what came of a refresh token that was used before (RFC 9700 section 4.14.2). */
  void endIfSpent(String token) {
    Refresh grant = spent.get(token);
    if (grant != null) {
      refresh.removeValue(grant);
    }
  }

  /** Forgets it, if it is this client's; others are left alone (RFC 7009 section 2.1). */
  void revoke(String clientId, String token) {
    refreshed(token)
        .filter(grant -> grant.clientId().equals(clientId))
        .ifPresent(refresh::removeValue);
    active(token)
        .filter(claims -> clientId.equals(claims.getClaim("client_id")))
        .ifPresent(claims -> revoked.add(claims.getJWTID(), true));
  }
}
