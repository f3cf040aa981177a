package io.oidcgrant.protocol;

import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What one token request brought, after verification (RFC 6749 section 5.1). Immutable and safe for
 * concurrent use; shared by all callers that presented the same credential.
 */
public final class Tokens {
  private final Secret accessToken;
  private final @Nullable Secret refreshToken;
  private final @Nullable Secret idToken;
  private final Map<String, Object> claims;
  private final Instant expiresAt;
  private final Instant renewAt;
  private final boolean reusable;
  private final Map<String, String> replayedHeaders;
  private final boolean boundToOurKey;
  private final String bearer;

  private Tokens(Builder builder) {
    this.accessToken = Objects.requireNonNull(builder.accessToken, "accessToken");
    this.refreshToken = builder.refreshToken;
    this.idToken = builder.idToken;
    this.claims = builder.claims;
    this.expiresAt = builder.expiresAt;
    this.renewAt = builder.renewAt;
    this.reusable = builder.reusable;
    this.replayedHeaders = builder.replayedHeaders;
    this.boundToOurKey = builder.boundToOurKey;
    this.bearer = "Bearer " + accessToken.reveal();
  }

  public static Builder builder(Secret accessToken) {
    return new Builder(accessToken);
  }

  public Secret accessToken() {
    return accessToken;
  }

  /**
   * The access token as the value of an {@code Authorization} header (RFC 6750 section 2.1). Never
   * log it.
   */
  public String bearerHeaderValue() {
    return bearer;
  }

  public Optional<Secret> refreshToken() {
    return Optional.ofNullable(refreshToken);
  }

  public Optional<Secret> idToken() {
    return Optional.ofNullable(idToken);
  }

  /** The access token's claims where it is a JWT, else none. */
  public Map<String, Object> claims() {
    return claims;
  }

  /** From this instant on, these tokens are not handed out any more. */
  public Instant expiresAt() {
    return expiresAt;
  }

  /** From this instant on, newer ones should be asked for while these still serve. */
  public Instant renewAt() {
    return renewAt;
  }

  /** The same tokens with another time of renewal. */
  public Tokens withRenewAt(Instant value) {
    return new Builder(accessToken)
        .refreshToken(refreshToken)
        .idToken(idToken)
        .claims(claims)
        .expiresAt(expiresAt)
        .renewAt(value)
        .reusable(reusable)
        .replayedHeaders(replayedHeaders)
        .boundToOurKey(boundToOurKey)
        .build();
  }

  /** Whether the access token is bound to our DPoP key (RFC 9449 section 6). */
  public boolean boundToOurKey() {
    return boundToOurKey;
  }

  /** Whether another request than the one that asked may be answered with these tokens. */
  public boolean reusable() {
    return reusable;
  }

  /**
   * Headers of the token endpoint's answer that the caller is to see, by the name under which he
   * sees them.
   */
  public Map<String, String> replayedHeaders() {
    return replayedHeaders;
  }

  /** Estimated memory, bytes. */
  public int weight() {
    return 512
        + 2 * length(accessToken)
        + length(refreshToken)
        + length(idToken)
        + 64 * claims.size()
        + length(accessToken);
  }

  private static int length(@Nullable Secret secret) {
    return secret == null ? 0 : secret.reveal().length();
  }

  @Override
  public String toString() {
    return "Tokens[expiresAt=" + expiresAt + ", reusable=" + reusable + "]";
  }

  /** One per answer; not thread-safe. */
  public static final class Builder {
    private final Secret accessToken;
    private @Nullable Secret refreshToken;
    private @Nullable Secret idToken;
    private Map<String, Object> claims = Map.of();
    private Instant expiresAt = Instant.MAX;
    private Instant renewAt = Instant.MAX;
    private boolean reusable = true;
    private Map<String, String> replayedHeaders = Map.of();
    private boolean boundToOurKey;

    private Builder(Secret accessToken) {
      this.accessToken = accessToken;
    }

    public Builder refreshToken(@Nullable Secret value) {
      this.refreshToken = value;
      return this;
    }

    public Builder idToken(@Nullable Secret value) {
      this.idToken = value;
      return this;
    }

    public Builder claims(Map<String, Object> value) {
      this.claims = value;
      return this;
    }

    public Builder expiresAt(Instant value) {
      this.expiresAt = value;
      return this;
    }

    public Builder renewAt(Instant value) {
      this.renewAt = value;
      return this;
    }

    public Builder reusable(boolean value) {
      this.reusable = value;
      return this;
    }

    public Builder replayedHeaders(Map<String, String> value) {
      this.replayedHeaders = Map.copyOf(value);
      return this;
    }

    public Builder boundToOurKey(boolean value) {
      this.boundToOurKey = value;
      return this;
    }

    public Tokens build() {
      return new Tokens(this);
    }
  }
}
