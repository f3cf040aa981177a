package io.oidcgrant.verify;

import io.oidcgrant.jose.CertificateThumbprint;
import io.oidcgrant.protocol.Failure;
import io.oidcgrant.protocol.Failure.Kind;
import io.oidcgrant.protocol.GrantException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Does the caller hold what his token is bound to: a DPoP key (RFC 9449 section 7), or a client
 * certificate (RFC 8705 section 3). A bound token that is not checked is refused. Safe for
 * concurrent use.
 */
public final class PossessionCheck {
  private static final Pattern SHA256 = Pattern.compile("[A-Za-z0-9_-]{43}");

  /** How much is demanded. */
  public enum Mode {
    /** Bound tokens pass unchecked: as Kong does where it is off. */
    IGNORE,
    /** Bound tokens are refused. */
    OFF,
    /** Bound tokens are checked. */
    OPTIONAL,
    /** Tokens must be bound, and are checked. */
    STRICT
  }

  /**
   * What a caller shows beside his token.
   *
   * @param accessToken as it came
   * @param dpopScheme whether it came under the scheme {@code DPoP}
   * @param proofs values of the {@code DPoP} header
   * @param url scheme, authority and path as he addressed them
   * @param certificate his client certificate, asked for where one is needed; it may throw
   */
  public record Shown(
      String accessToken,
      boolean dpopScheme,
      Supplier<List<String>> proofs,
      String method,
      Supplier<String> url,
      Supplier<Optional<X509Certificate>> certificate) {}

  private final Mode mtls;
  private final Mode dpop;
  private final DpopProofCheck proofs;
  private final @Nullable DpopNonces nonces;
  private final Function<List<String>, Failure.@Nullable Kind> firstUse;
  private final InstantSource clock;

  /**
   * Creates a check.
   *
   * @param lifetime of a proof
   * @param nonces null where proofs need none
   * @param firstUse marks a proof, by what makes it the one it is; null where it had not been used
   */
  public PossessionCheck(
      Mode mtls,
      Mode dpop,
      Duration lifetime,
      @Nullable DpopNonces nonces,
      Function<List<String>, Failure.@Nullable Kind> firstUse,
      InstantSource clock) {
    this.mtls = mtls;
    this.dpop = dpop;
    this.proofs = new DpopProofCheck(lifetime);
    this.nonces = nonces;
    this.firstUse = firstUse;
    this.clock = clock;
  }

  /** How long a used proof must be remembered. */
  public static Duration window(Duration lifetime) {
    return new DpopProofCheck(lifetime).window();
  }

  /**
   * Checks a caller.
   *
   * @param claims of his token
   * @throws GrantException if he does not hold what the token is bound to
   */
  public void check(Map<String, Object> claims, Shown shown) {
    Map<?, ?> bound = confirmation(claims);
    String key = thumbprint(bound, "jkt");
    String certificate = thumbprint(bound, "x5t#S256");
    if (key == null && certificate == null && !bound.isEmpty()) {
      throw rejected("the access token is bound in a way that is not understood");
    }
    certificate(certificate, shown);
    key(key, shown);
  }

  private void certificate(@Nullable String bound, Shown shown) {
    if (bound == null) {
      if (mtls == Mode.STRICT) {
        throw rejected("the access token is not bound to a client certificate");
      }
      return;
    }
    if (mtls == Mode.IGNORE) {
      return;
    }
    if (mtls == Mode.OFF) {
      throw rejected(
          "the access token is bound to a client certificate, and proof_of_possession_mtls is off");
    }
    X509Certificate presented = shown
        .certificate()
        .get()
        .orElseThrow(
            () -> rejected("the access token is bound to a client certificate, none came"));
    if (!bound.equals(CertificateThumbprint.of(presented))) {
      throw rejected("the access token is bound to another client certificate");
    }
  }

  private void key(@Nullable String bound, Shown shown) {
    if (bound == null) {
      if (dpop == Mode.STRICT || shown.dpopScheme()) {
        throw rejected("the access token is not bound to a DPoP key");
      }
      return;
    }
    if (dpop == Mode.IGNORE) {
      return;
    }
    if (dpop == Mode.OFF) {
      throw rejected(
          "the access token is bound to a DPoP key, and proof_of_possession_dpop is off");
    }
    if (!shown.dpopScheme()) {
      throw rejected("the access token is bound to a DPoP key and came as a plain bearer");
    }
    proof(bound, shown);
  }

  private void proof(String bound, Shown shown) {
    Instant now = clock.instant();
    DpopProofCheck.Proof proof = proofs.check(
        new DpopProofCheck.Request(
            shown.proofs().get(), shown.method(), shown.url().get(), shown.accessToken()),
        bound,
        nonces == null,
        now);
    if (nonces != null && !nonces.accepts(proof.nonce())) {
      throw Failure.of(Kind.USE_DPOP_NONCE, "DPoP proof: holds no nonce of ours that is still good")
          .toException();
    }
    // Last, so that only a proof that is good in all else is remembered.
    Kind refused = firstUse.apply(List.of(proof.thumbprint(), proof.id(), proof.target()));
    if (refused != null) {
      throw Failure.of(
              refused,
              refused == Kind.INVALID_DPOP_PROOF
                  ? "DPoP proof: it has been used before"
                  : "too many DPoP proofs to remember")
          .toException();
    }
  }

  private static Map<?, ?> confirmation(Map<String, Object> claims) {
    Object written = claims.get("cnf");
    if (written == null) {
      return Map.of();
    }
    if (written instanceof Map<?, ?> members) {
      return members;
    }
    throw rejected("the access token's cnf is not an object");
  }

  /** Null where it is absent. */
  private static @Nullable String thumbprint(Map<?, ?> confirmation, String name) {
    Object written = confirmation.get(name);
    if (written == null && !confirmation.containsKey(name)) {
      return null;
    }
    if (written instanceof String text && SHA256.matcher(text).matches()) {
      return text;
    }
    throw rejected("the access token's cnf." + name + " is not a thumbprint");
  }

  private static GrantException rejected(String detail) {
    return Failure.of(Kind.REJECTED, detail).toException();
  }
}
