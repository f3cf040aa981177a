package io.oidcgrant.authorize;

import io.oidcgrant.protocol.Failure;
import io.oidcgrant.protocol.Failure.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The rules of one route on a token's claims: applied to every request, whatever is remembered of
 * the token. Immutable, safe for concurrent use.
 */
public final class Authorization {
  private final List<RequiredClaim> required;
  private final List<String> forbidden;

  private Authorization(List<RequiredClaim> required, List<String> forbidden) {
    this.required = required;
    this.forbidden = forbidden;
  }

  /** Collects the rules. Not thread-safe. */
  public static final class Builder {
    private final List<RequiredClaim> required = new ArrayList<>();
    private List<String> forbidden = List.of();

    /**
     * Demands one of {@code values}; none demands nothing.
     *
     * @param what the claim's name in messages
     */
    public Builder require(String what, List<String> path, List<String> values) {
      if (!values.isEmpty()) {
        required.add(new RequiredClaim(what, path, values));
      }
      return this;
    }

    /** Names of claims that must not be there. */
    public Builder forbid(List<String> claims) {
      forbidden = List.copyOf(claims);
      return this;
    }

    public Authorization build() {
      return new Authorization(List.copyOf(required), forbidden);
    }
  }

  /** Why a token with these claims may not pass; empty where it may. */
  public Optional<Failure> refuses(Map<String, Object> claims) {
    for (String name : forbidden) {
      if (claims.containsKey(name)) {
        return Optional.of(Failure.of(Kind.FORBIDDEN, "the token has the forbidden claim " + name));
      }
    }
    for (RequiredClaim claim : required) {
      Optional<String> missing = claim.missing(claims);
      if (missing.isPresent()) {
        return Optional.of(Failure.of(Kind.FORBIDDEN, missing.get()));
      }
    }
    return Optional.empty();
  }
}
