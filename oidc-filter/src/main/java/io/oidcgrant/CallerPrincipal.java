package io.oidcgrant;

import io.oidcgrant.flow.Caller;
import io.oidcgrant.protocol.ClaimPath;
import io.oidcgrant.protocol.Consumer;
import io.oidcgrant.protocol.Printable;
import io.oidcgrant.protocol.Secret;
import io.oidcgrant.protocol.Tokens;
import java.security.Principal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The caller of a request that passed an {@link OidcGrantFilter}: what
 * {@code HttpServletRequest.getUserPrincipal()} returns, and the request attribute
 * {@link #ATTRIBUTE}. Immutable, safe for concurrent use.
 */
public final class CallerPrincipal implements Principal {
  /** Name of the request attribute that holds the principal. */
  public static final String ATTRIBUTE = "io.oidcgrant.CallerPrincipal";

  private final Caller caller;
  private final Tokens tokens;

  CallerPrincipal(Caller caller, Tokens tokens) {
    this.caller = caller;
    this.tokens = tokens;
  }

  /** The claim at {@code credential_claim}, by default {@code sub}; empty where it is absent. */
  @Override
  public String getName() {
    return caller.name();
  }

  /** The roles at {@code roles_claim}. */
  public Set<String> roles() {
    return caller.roles();
  }

  /**
   * The access token's claims where it is a JWT, else what introspection or userinfo said of it;
   * none of a token that nobody said anything about.
   */
  public Map<String, Object> claims() {
    return tokens.claims();
  }

  /**
   * A claim by its path, from the access token, introspection, the ID token or userinfo: the first
   * that has it. The place in a list counts from 1.
   */
  public Optional<Object> claim(String... path) {
    return Optional.ofNullable(new ClaimPath(List.of(path)).in(tokens.everything()));
  }

  /** The ID token's claims; none where there is no ID token. */
  public Map<String, Object> idTokenClaims() {
    return tokens.idTokenClaims();
  }

  /** Never log it. */
  public String accessToken() {
    return tokens.accessToken().reveal();
  }

  /** Never log it. */
  public Optional<String> idToken() {
    return tokens.idToken().map(Secret::reveal);
  }

  /** Never log it. */
  public Optional<String> refreshToken() {
    return tokens.refreshToken().map(Secret::reveal);
  }

  /** When what is known of the caller ends, at the latest with his access token. */
  public Instant expiresAt() {
    return tokens.expiresAt();
  }

  /** The consumer that the caller is, where {@code consumer_claims} found one. */
  public Optional<Consumer> consumer() {
    return caller.consumer();
  }

  /** Two are equal that have the same name and access token. */
  @Override
  public boolean equals(Object other) {
    return other instanceof CallerPrincipal that
        && getName().equals(that.getName())
        && tokens.accessToken().equals(that.tokens.accessToken());
  }

  @Override
  public int hashCode() {
    return getName().hashCode();
  }

  /** The name alone, fit for a log. */
  @Override
  public String toString() {
    return "CallerPrincipal[" + Printable.of(getName()) + "]";
  }
}
