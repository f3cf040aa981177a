package io.oidcgrant.protocol;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
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
  private final Instant endsAt;
  private final Instant renewAt;
  private final boolean reusable;
  private final Map<String, String> replayedHeaders;
  private final boolean boundToOurKey;
  private final @Nullable Told introspection;
  private final @Nullable Told userInfo;
  private final Map<String, Object> idTokenClaims;
  private final @Nullable String accessTokenKey;
  private final @Nullable String idTokenKey;
  private final Map<String, Object> binding;
  private final List<Map<String, Object>> rights;
  private final List<Map<String, Object>> everything;
  private volatile @Nullable Derived derived;

  private record Derived(Object owner, Object value) {}

  private Tokens(Builder builder) {
    this.accessToken = Objects.requireNonNull(builder.accessToken, "accessToken");
    this.refreshToken = builder.refreshToken;
    this.idToken = builder.idToken;
    this.claims = builder.claims;
    this.expiresAt = builder.expiresAt;
    this.endsAt = builder.endsAt;
    this.renewAt = builder.renewAt;
    this.reusable = builder.reusable;
    this.replayedHeaders = builder.replayedHeaders;
    this.boundToOurKey = builder.boundToOurKey;
    this.introspection = builder.introspection;
    this.userInfo = builder.userInfo;
    this.idTokenClaims = builder.idTokenClaims;
    this.accessTokenKey = builder.accessTokenKey;
    this.idTokenKey = builder.idTokenKey;
    this.binding = builder.binding;
    this.rights = present(List.of(members(introspection), claims));
    this.everything =
        present(List.of(claims, members(introspection), idTokenClaims, members(userInfo)));
  }

  public static Builder builder(Secret accessToken) {
    return new Builder(accessToken);
  }

  public Secret accessToken() {
    return accessToken;
  }

  public Optional<Secret> refreshToken() {
    return Optional.ofNullable(refreshToken);
  }

  public Optional<Secret> idToken() {
    return Optional.ofNullable(idToken);
  }

  private static Map<String, Object> members(@Nullable Told told) {
    return told == null ? Map.of() : told.members();
  }

  private static List<Map<String, Object>> present(List<Map<String, Object>> sources) {
    return sources.stream().filter(source -> !source.isEmpty()).distinct().toList();
  }

  /**
   * The access token's claims where it is a JWT, else what introspection or userinfo said of it,
   * else none.
   */
  public Map<String, Object> claims() {
    return claims;
  }

  /**
   * What says what the token is good for: what introspection said, which is newer and may be less,
   * then its claims.
   */
  public List<Map<String, Object>> rights() {
    return rights;
  }

  /**
   * Everything that says who the caller is, in the order in which a claim is looked for: the access
   * token, introspection, the ID token, userinfo.
   */
  public List<Map<String, Object>> everything() {
    return everything;
  }

  public Optional<Told> introspection() {
    return Optional.ofNullable(introspection);
  }

  public Optional<Told> userInfo() {
    return Optional.ofNullable(userInfo);
  }

  public Map<String, Object> idTokenClaims() {
    return idTokenClaims;
  }

  /** The public JWK that verified the access token, as JSON. */
  public Optional<String> accessTokenKey() {
    return Optional.ofNullable(accessTokenKey);
  }

  /** The public JWK that verified the ID token, as JSON. */
  public Optional<String> idTokenKey() {
    return Optional.ofNullable(idTokenKey);
  }

  /**
   * What the token that the caller brought is bound to: its claim {@code cnf} (RFC 7800) and the
   * one that names his session, where it has them.
   */
  public Map<String, Object> binding() {
    return binding;
  }

  /**
   * What {@code owner} made of these tokens, made once while they are remembered; an owner is
   * compared by identity.
   */
  @SuppressWarnings({"unchecked", "ReferenceEquality"}) // of one owner all values are of one type
  public <T> T derived(Object owner, Function<Tokens, T> make) {
    Derived known = derived;
    if (known != null && known.owner() == owner) {
      return (T) known.value();
    }
    T value = make.apply(this);
    derived = new Derived(owner, value);
    return value;
  }

  /** From this instant on, these tokens are not handed out any more. */
  public Instant expiresAt() {
    return expiresAt;
  }

  /**
   * From this instant on, the access token is good no longer; {@link Instant#MAX} where nobody said
   * when that is.
   */
  public Instant endsAt() {
    return endsAt;
  }

  /** From this instant on, newer ones should be asked for while these still serve. */
  public Instant renewAt() {
    return renewAt;
  }

  /** The same tokens with another time of renewal. */
  public Tokens withRenewAt(Instant value) {
    return toBuilder().renewAt(value).build();
  }

  /** A builder that holds all of this. */
  public Builder toBuilder() {
    return new Builder(accessToken)
        .refreshToken(refreshToken)
        .idToken(idToken)
        .claims(claims)
        .expiresAt(expiresAt)
        .endsAt(endsAt)
        .renewAt(renewAt)
        .reusable(reusable)
        .replayedHeaders(replayedHeaders)
        .boundToOurKey(boundToOurKey)
        .introspection(introspection)
        .userInfo(userInfo)
        .idTokenClaims(idTokenClaims)
        .accessTokenKey(accessTokenKey)
        .idTokenKey(idTokenKey)
        .binding(binding);
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
        + JsonValues.weight(claims)
        + JsonValues.weight(idTokenClaims)
        + length(accessToken)
        + 3 * length(idToken)
        + (introspection == null ? 0 : introspection.weight())
        + (userInfo == null ? 0 : userInfo.weight());
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
    private Instant endsAt = Instant.MAX;
    private Instant renewAt = Instant.MAX;
    private boolean reusable = true;
    private Map<String, String> replayedHeaders = Map.of();
    private boolean boundToOurKey;
    private @Nullable Told introspection;
    private @Nullable Told userInfo;
    private Map<String, Object> idTokenClaims = Map.of();
    private @Nullable String accessTokenKey;
    private @Nullable String idTokenKey;
    private Map<String, Object> binding = Map.of();

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

    /** Not later than a time that was set before. */
    public Builder endsAt(Instant value) {
      this.endsAt = value.isBefore(endsAt) ? value : endsAt;
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

    public Builder introspection(@Nullable Told value) {
      this.introspection = value;
      return this;
    }

    public Builder userInfo(@Nullable Told value) {
      this.userInfo = value;
      return this;
    }

    public Builder idTokenClaims(Map<String, Object> value) {
      this.idTokenClaims = value;
      return this;
    }

    public Builder accessTokenKey(@Nullable String value) {
      this.accessTokenKey = value;
      return this;
    }

    public Builder idTokenKey(@Nullable String value) {
      this.idTokenKey = value;
      return this;
    }

    /**
     * Takes out of the claims of the token that the caller brought what says whose it is.
     *
     * @param session name of the claim that names his session
     */
    public Builder bindingIn(Map<String, Object> presented, String session) {
      Map<String, Object> found = new LinkedHashMap<>(2);
      for (String name : List.of("cnf", session)) {
        Object value = presented.get(name);
        if (value != null) {
          found.put(name, value);
        }
      }
      return binding(Map.copyOf(found));
    }

    private Builder binding(Map<String, Object> value) {
      this.binding = value;
      return this;
    }

    public Tokens build() {
      return new Tokens(this);
    }
  }
}
