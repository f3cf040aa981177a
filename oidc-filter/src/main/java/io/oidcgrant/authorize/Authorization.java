package io.oidcgrant.authorize;

import io.oidcgrant.protocol.ClaimPath;
import io.oidcgrant.protocol.Failure;
import io.oidcgrant.protocol.Failure.Kind;
import io.oidcgrant.protocol.Tokens;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The rules of one route on a token's claims: applied to every request, whatever is remembered of
 * the token. Immutable, safe for concurrent use.
 */
public final class Authorization {
  private static final ClaimPath DOMAIN = new ClaimPath(List.of("hd"));

  private final List<RequiredClaim> required;
  private final List<RequiredClaim> ofPersons;
  private final List<String> forbidden;
  private final List<String> domains;
  private final StepUp stepUp;

  private Authorization(Builder builder) {
    this.required = List.copyOf(builder.required);
    this.ofPersons = List.copyOf(builder.ofPersons);
    this.forbidden = builder.forbidden;
    this.domains = builder.domains;
    this.stepUp = builder.stepUp;
  }

  /** Collects the rules. Not thread-safe. */
  public static final class Builder {
    private final List<RequiredClaim> required = new ArrayList<>();
    private final List<RequiredClaim> ofPersons = new ArrayList<>();
    private List<String> forbidden = List.of();
    private List<String> domains = List.of();
    private StepUp stepUp = StepUp.NONE;

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

    /** The same for what userinfo may know as well. */
    public Builder requireOfPerson(String what, List<String> path, List<String> values) {
      if (!values.isEmpty()) {
        ofPersons.add(new RequiredClaim(what, path, values));
      }
      return this;
    }

    /** Of which the claim {@code hd} must be one; none demands nothing. */
    public Builder domains(List<String> names) {
      domains = List.copyOf(names);
      return this;
    }

    /** How, and how long ago at most, the user must have been authenticated. */
    public Builder stepUp(StepUp demanded) {
      stepUp = demanded;
      return this;
    }

    /** Names of claims that must not be there. */
    public Builder forbid(List<String> claims) {
      forbidden = List.copyOf(claims);
      return this;
    }

    public Authorization build() {
      return new Authorization(this);
    }
  }

  /** Why these tokens do not let pass; empty where they do. */
  public Optional<Failure> refuses(Tokens tokens, Instant now) {
    for (String name : forbidden) {
      for (Map<String, Object> source : tokens.rights()) {
        if (source.containsKey(name)) {
          return forbidden("the token has the forbidden claim " + name);
        }
      }
    }
    Optional<String> missing = missing(required, tokens.rights());
    if (missing.isEmpty() && !ofPersons.isEmpty()) {
      missing =
          missing(ofPersons, tokens.userInfo().isPresent() ? persons(tokens) : tokens.rights());
    }
    if (missing.isPresent()) {
      return forbidden(missing.get());
    }
    if (!domains.isEmpty()
        && !(DOMAIN.in(tokens.everything()) instanceof String domain
            && domains.stream().anyMatch(domain::equalsIgnoreCase))) {
      return forbidden("the token is not of a required domain (hd)");
    }
    return stepUp.refuses(tokens, now);
  }

  private static List<Map<String, Object>> persons(Tokens tokens) {
    List<Map<String, Object>> sources = new ArrayList<>(tokens.rights());
    tokens.userInfo().ifPresent(told -> sources.add(told.members()));
    return sources;
  }

  private static Optional<String> missing(
      List<RequiredClaim> claims, List<Map<String, Object>> sources) {
    for (RequiredClaim claim : claims) {
      Optional<String> missing = claim.missing(sources);
      if (missing.isPresent()) {
        return missing;
      }
    }
    return Optional.empty();
  }

  private static Optional<Failure> forbidden(String detail) {
    return Optional.of(Failure.of(Kind.FORBIDDEN, detail));
  }
}
