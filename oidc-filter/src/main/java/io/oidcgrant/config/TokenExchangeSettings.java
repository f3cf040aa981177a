package io.oidcgrant.config;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The settings of {@code token_exchange} (RFC 8693).
 *
 * @param issuers whose tokens are exchanged
 * @param scopes of the exchange; empty for those of every token request
 * @param audience of the exchange; empty for {@code audience}
 * @param remembers whether what was exchanged is remembered
 * @param longest how long at most; empty for as long as both tokens are good
 */
public record TokenExchangeSettings(
    List<SubjectIssuer> issuers,
    Optional<List<String>> scopes,
    Optional<List<String>> audience,
    boolean remembers,
    Optional<Duration> longest) {

  /**
   * An issuer whose tokens are exchanged.
   *
   * @param conditions for tokens of the configured issuer itself; empty for another's, which are
   *     always exchanged
   * @param verified whether their signature is verified first
   * @param jwksUri where its keys are; empty for where discovery says
   * @param audience of which its tokens must name one; none asks for nothing
   */
  public record SubjectIssuer(
      String issuer,
      Optional<Conditions> conditions,
      boolean verified,
      Optional<URI> jwksUri,
      List<String> audience) {}

  /**
   * What a token must be like to be exchanged: it has all of {@code has…}, and lacks at least one
   * of {@code missing…}; what is empty asks for nothing.
   */
  public record Conditions(
      List<String> hasAudience,
      List<String> missingAudience,
      List<String> hasScopes,
      List<String> missingScopes) {}
}
