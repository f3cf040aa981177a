package io.oidcgrant.verify;

import io.oidcgrant.protocol.Failure;
import io.oidcgrant.protocol.Failure.Kind;
import io.oidcgrant.protocol.GrantException;
import io.oidcgrant.protocol.Printable;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The claims of one token while they are checked (RFC 7519 section 4.1). Every check returns or
 * throws; times are JSON numbers between 1970 and the year 10000, with or without a fraction.
 */
final class Claims {
  private static final double LAST_SECOND = 253_402_300_799d;

  private final String what;
  private final Map<String, Object> claims;

  /**
   * Wraps claims.
   *
   * @param what the token's name in messages
   */
  Claims(String what, Map<String, Object> claims) {
    this.what = what;
    this.claims = claims;
  }

  Claims issuedBy(Collection<String> issuers) {
    if (!(claims.get("iss") instanceof String issuer) || !issuers.contains(issuer)) {
      throw bad("invalid issuer (" + shown("iss") + "), expected " + String.join(" or ", issuers));
    }
    return this;
  }

  /** {@code exp} where it is there; {@code now == exp} is too late. */
  Claims notExpired(Instant now, Duration leeway) {
    time("exp")
        .filter(end -> !now.isBefore(end.plus(leeway)))
        .ifPresent(end -> fail("expired (exp " + end + ")"));
    return this;
  }

  Claims begun(Instant now, Duration leeway) {
    time("nbf")
        .filter(start -> now.plus(leeway).isBefore(start))
        .ifPresent(start -> fail("not valid yet (nbf " + start + ")"));
    time("iat")
        .filter(issued -> now.plus(leeway).isBefore(issued))
        .ifPresent(issued -> fail("issued in the future (iat " + issued + ")"));
    return this;
  }

  Claims has(String... names) {
    for (String name : names) {
      if (claims.get(name) == null) {
        fail("has no " + name);
      }
    }
    return this;
  }

  /** {@code aud} is, or has, this one. */
  Claims forAudience(String audience) {
    Object stated = claims.get("aud");
    if (!audience.equals(stated) && !(stated instanceof List<?> list && list.contains(audience))) {
      fail("is not for this client (aud " + shown("aud") + ")");
    }
    return this;
  }

  /** OpenID Connect Core 1.0 section 3.1.3.7, steps 3 to 5. */
  Claims forClient(String clientId, Collection<String> trustedAudiences) {
    List<?> audiences = claims.get("aud") instanceof List<?> list
        ? list
        : List.of(Optional.ofNullable(claims.get("aud")).orElse(""));
    if (!audiences.contains(clientId)) {
      fail("is not for this client (aud " + shown("aud") + ")");
    }
    for (Object audience : audiences) {
      if (!clientId.equals(audience)
          && (audience == null || !trustedAudiences.contains(audience))) {
        fail("names an audience that is not trusted (aud " + shown("aud")
            + "); list it in audience");
      }
    }
    Object party = claims.get("azp");
    if (party == null ? audiences.size() > 1 : !clientId.equals(party)) {
      fail("is not authorized for this client (azp " + shown("azp") + ")");
    }
    return this;
  }

  /** The instant of a time claim; empty where it is absent. */
  Optional<Instant> time(String name) {
    if (!claims.containsKey(name)) {
      return Optional.empty();
    }
    if (!(claims.get(name) instanceof Number number)) {
      throw bad(name + " is not a number");
    }
    double seconds = number.doubleValue();
    if (!(seconds >= 0 && seconds <= LAST_SECOND)) {
      throw bad(name + " is out of range");
    }
    long whole = (long) seconds;
    return Optional.of(Instant.ofEpochSecond(whole, (long) ((seconds - whole) * 1e9)));
  }

  void fail(String detail) {
    throw bad(detail);
  }

  private GrantException bad(String detail) {
    return Failure.of(Kind.ANSWER_UNUSABLE, what + ": " + detail).toException();
  }

  private String shown(String name) {
    Object value = claims.get(name);
    return value == null ? "absent" : Printable.of(value.toString());
  }
}
