package io.oidcgrant.protocol;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/**
 * Carries a {@link Failure} through futures. Without a stack trace: it tells of the outside, not of
 * this code.
 */
public final class GrantException extends RuntimeException {
  private final transient Failure failure;

  public GrantException(Failure failure) {
    super(failure.kind().code() + ": " + failure.detail(), null, false, false);
    this.failure = failure;
  }

  public Failure failure() {
    return failure;
  }

  /**
   * The failure inside {@code error}, or {@link Failure.Kind#INTERNAL} where it is anything else.
   */
  public static Failure failureOf(Throwable error) {
    Throwable cause = causeOf(error);
    return cause instanceof GrantException known
        ? known.failure
        : Failure.of(Failure.Kind.INTERNAL, cause.getClass().getName());
  }

  /** What a future failed with, without the exceptions that futures put around it. */
  public static Throwable causeOf(Throwable error) {
    Throwable cause = error;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }
}
