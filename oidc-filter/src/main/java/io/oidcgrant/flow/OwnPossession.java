package io.oidcgrant.flow;

import io.oidcgrant.http.TlsIdentity;
import io.oidcgrant.protocol.Failure;
import io.oidcgrant.protocol.Failure.Kind;
import io.oidcgrant.protocol.GrantException;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether what a grant returned is bound to what is ours, our DPoP key (RFC 9449 section 6) or our
 * certificate (RFC 8705 section 3): a token that is bound to anything else is of no use to anybody
 * behind us. Safe for concurrent use.
 */
final class OwnPossession {
  private final @Nullable String key;
  private final Supplier<Optional<TlsIdentity>> certificate;

  /**
   * Creates a check.
   *
   * @param key thumbprint of our DPoP key; null where tokens are not to be bound to one
   * @param certificate our certificate at the time
   */
  OwnPossession(@Nullable String key, Supplier<Optional<TlsIdentity>> certificate) {
    this.key = key;
    this.certificate = certificate;
  }

  /**
   * Checks the claims of a JWT; none, of an opaque token, say nothing.
   *
   * @throws GrantException if the token cannot be used
   */
  void check(Map<String, Object> claims) {
    if (claims.isEmpty()) {
      return;
    }
    Map<?, ?> bound = claims.get("cnf") instanceof Map<?, ?> members ? members : Map.of();
    Object jkt = bound.get("jkt");
    if (key != null && !key.equals(jkt)) {
      throw unusable("is not bound to our DPoP key");
    }
    if (key == null && jkt != null) {
      throw unusable("is bound to a DPoP key that is not ours");
    }
    Object x5t = bound.get("x5t#S256");
    if (x5t != null
        && !certificate.get().map(TlsIdentity::thumbprint).filter(x5t::equals).isPresent()) {
      throw unusable("is bound to a client certificate that is not ours");
    }
  }

  private static GrantException unusable(String detail) {
    return Failure.of(Kind.ANSWER_UNUSABLE, "the access token " + detail).toException();
  }
}
