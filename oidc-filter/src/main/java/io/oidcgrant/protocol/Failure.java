package io.oidcgrant.protocol;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Why a request does not go on. The kind decides what the caller sees; the detail is for the log,
 * and for the caller only where {@code display_errors} is on. Neither holds a secret.
 *
 * @param detail one line, free of control characters and credentials
 * @param retryAfter how long the caller should wait, where that is known
 */
public record Failure(Kind kind, String detail, Optional<Duration> retryAfter) {

  /**
   * Every kind of failure, its stable code, its HTTP status and the {@code error} of its challenge
   * (RFC 6750 section 3.1).
   */
  public enum Kind {
    NO_CREDENTIAL("no_credential", 401, null),
    MALFORMED_CREDENTIAL("malformed_credential", 401, null),
    AMBIGUOUS_CREDENTIAL("ambiguous_credential", 400, "invalid_request"),
    MALFORMED_REQUEST("malformed_request", 400, "invalid_request"),
    REQUEST_TIMEOUT("request_timeout", 408, null),
    BODY_TOO_LARGE("body_too_large", 413, null),
    REJECTED("rejected", 401, "invalid_token"),
    INVALID_DPOP_PROOF("invalid_dpop_proof", 401, "invalid_dpop_proof"),
    USE_DPOP_NONCE("use_dpop_nonce", 401, "use_dpop_nonce"),
    /** Nobody knows whether a proof was used before. */
    REPLAY_UNKNOWN("replay_unknown", 503, null),
    /** RFC 9470. */
    INSUFFICIENT_AUTHENTICATION(
        "insufficient_authentication", 401, "insufficient_user_authentication"),
    FORBIDDEN("forbidden", 403, "insufficient_scope"),
    ISSUER_UNAVAILABLE("issuer_unavailable", 503, null),
    ISSUER_BUSY("issuer_busy", 503, null),
    CLIENT_REFUSED("client_refused", 503, null),
    KEYS_UNAVAILABLE("keys_unavailable", 503, null),
    ANSWER_UNUSABLE("answer_unusable", 502, null),
    ISSUER_TIMEOUT("issuer_timeout", 504, null),
    /**
     * A fault of ours: logged with its trace, seen by the caller as a service that is not there
     * just now.
     */
    INTERNAL("internal", 503, null);

    private final String code;
    private final int status;
    private final @Nullable String challengeError;

    Kind(String code, int status, @Nullable String challengeError) {
      this.code = code;
      this.status = status;
      this.challengeError = challengeError;
    }

    /** Stable, lower case with underscores: for logs and metrics. */
    public String code() {
      return code;
    }

    public int status() {
      return status;
    }

    /**
     * The {@code error} parameter of the challenge; empty where the challenge has none (RFC 6750
     * section 3).
     */
    public Optional<String> challengeError() {
      return Optional.ofNullable(challengeError);
    }

    /**
     * Whether the same credential would be refused again: such a verdict may be remembered for a
     * while.
     */
    public boolean definite() {
      return this == REJECTED;
    }
  }

  public static Failure of(Kind kind, String detail) {
    return new Failure(kind, detail, Optional.empty());
  }

  public static Failure retryAfter(Kind kind, String detail, Duration delay) {
    return new Failure(kind, detail, Optional.of(delay));
  }

  public GrantException toException() {
    return new GrantException(this);
  }
}
