package io.oidcgrant.authorize;

import io.oidcgrant.protocol.ClaimPath;
import io.oidcgrant.protocol.Failure;
import io.oidcgrant.protocol.Failure.Kind;
import io.oidcgrant.protocol.Tokens;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How, and how long ago at most, the user must have been authenticated (RFC 9470).
 *
 * @param maxAge since {@code auth_time}
 * @param leeway tolerated difference of clocks
 * @param contexts of which {@code acr} must be one; none demands nothing
 */
public record StepUp(Optional<Duration> maxAge, Duration leeway, List<String> contexts) {
  static final StepUp NONE = new StepUp(Optional.empty(), Duration.ZERO, List.of());
  private static final ClaimPath TIME = new ClaimPath(List.of("auth_time"));
  private static final ClaimPath CONTEXT = new ClaimPath(List.of("acr"));

  Optional<Failure> refuses(Tokens tokens, Instant now) {
    if (!contexts.isEmpty()
        && !(CONTEXT.in(tokens.everything()) instanceof String context
            && contexts.contains(context))) {
      return insufficient("the user was not authenticated as acr_values demands");
    }
    if (maxAge.isPresent()) {
      // As whole and fractional seconds; what is no number was never.
      double time = TIME.in(tokens.everything()) instanceof Number number
          ? number.doubleValue()
          : Double.NEGATIVE_INFINITY;
      double latest = now.plus(leeway).toEpochMilli() / 1e3;
      double earliest = now.minus(maxAge.get()).minus(leeway).toEpochMilli() / 1e3;
      if (!(time >= earliest && time <= latest)) {
        return insufficient("the user was authenticated longer ago than max_age allows");
      }
    }
    return Optional.empty();
  }

  private static Optional<Failure> insufficient(String detail) {
    return Optional.of(Failure.of(Kind.INSUFFICIENT_AUTHENTICATION, detail));
  }
}
