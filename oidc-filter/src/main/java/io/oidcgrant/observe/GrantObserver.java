package io.oidcgrant.observe;

import io.oidcgrant.protocol.Failure;
import io.oidcgrant.protocol.GrantException;
import java.util.Locale;
import java.util.concurrent.TimeoutException;

/**
 * Hears what filters do with their issuers: for metrics. A callback does nothing unless it is
 * overridden, may come on any thread, and must be quick, for requests wait for it; one that throws
 * harms nothing. None is told anything of a caller. Must be safe for concurrent use.
 */
public interface GrantObserver {
  /** Hears nothing. */
  GrantObserver NONE = new GrantObserver() {};

  /**
   * A call of an issuer is over.
   *
   * @param nanos how long it took, nanoseconds; 0 where nothing was sent, for the issuer had asked
   *     for a pause or has too many calls already
   */
  default void called(Endpoint endpoint, Outcome outcome, long nanos) {}

  /** A request's tokens were looked for. On the warm path: must cost nanoseconds. */
  default void lookedUp(Lookup result) {}

  /** Tokens that were about to end have been renewed while they served, or not. */
  default void renewed(Renewal outcome) {}

  /**
   * Keys have been fetched.
   *
   * @param issuer whose; their address, without its query, where they are of no issuer in
   *     particular
   */
  default void keysFetched(String issuer) {}

  /** A request was refused. */
  default void refused(Failure.Kind reason) {}

  /** What is called of an issuer. */
  enum Endpoint {
    TOKEN,
    INTROSPECTION,
    USERINFO,
    REVOCATION,
    DISCOVERY,
    JWKS;

    /** Stable, lower case. */
    public String code() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What came of a call. */
  enum Outcome {
    OK,
    /** What the caller brought is refused. */
    REJECTED,
    /** We are refused, as a client. */
    CLIENT_REJECTED,
    UNAVAILABLE,
    TIMEOUT,
    /** The answer makes no sense. */
    UNUSABLE,
    /** The issuer wants fewer calls. */
    THROTTLED;

    /** Stable, lower case with underscores. */
    public String code() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** That of a call that failed. */
    public static Outcome of(Throwable error) {
      return GrantException.causeOf(error) instanceof TimeoutException
          ? TIMEOUT
          : of(GrantException.failureOf(error).kind());
    }

    public static Outcome of(Failure.Kind kind) {
      return switch (kind) {
        case ISSUER_BUSY -> THROTTLED;
        case ISSUER_TIMEOUT -> TIMEOUT;
        case CLIENT_REFUSED -> CLIENT_REJECTED;
        case ANSWER_UNUSABLE -> UNUSABLE;
        case ISSUER_UNAVAILABLE, KEYS_UNAVAILABLE, REPLAY_UNKNOWN, INTERNAL -> UNAVAILABLE;
        case NO_CREDENTIAL,
            MALFORMED_CREDENTIAL,
            AMBIGUOUS_CREDENTIAL,
            MALFORMED_REQUEST,
            REQUEST_TIMEOUT,
            BODY_TOO_LARGE,
            REJECTED,
            INVALID_DPOP_PROOF,
            USE_DPOP_NONCE,
            INSUFFICIENT_AUTHENTICATION,
            FORBIDDEN -> REJECTED;
      };
    }
  }

  /** Where a request's tokens are found. */
  enum Lookup {
    HIT,
    MISS,
    /** Another request is waiting for the same. */
    JOINED,
    /** That there are none is remembered. */
    REJECTION;

    /** Stable, lower case. */
    public String code() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What came of a renewal ahead. */
  enum Renewal {
    OK,
    /** Tried again while the old tokens last. */
    FAILED,
    /** The issuer gives no more. */
    REJECTED;

    /** Stable, lower case. */
    public String code() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The same, but what it throws harms nothing, and is logged once. */
  static GrantObserver fenced(GrantObserver observer) {
    return observer == NONE ? NONE : new FencedObserver(observer);
  }
}
