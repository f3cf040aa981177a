package io.oidcgrant.proxy.relay;

import io.oidcgrant.proxy.answer.Reason;
import jakarta.servlet.ServletRequest;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.io.EofException;
import org.jspecify.annotations.Nullable;

/** What went wrong between the caller and us: no trouble of the upstream's. */
final class CallerFailure {
  private static final String ATTRIBUTE = CallerFailure.class.getName();

  private CallerFailure() {}

  /** Remembers it with the request. */
  static void note(ServletRequest request, Throwable failure) {
    request.setAttribute(ATTRIBUTE, failure);
  }

  /** Null where there was none. */
  static @Nullable Throwable of(ServletRequest request) {
    return (Throwable) request.getAttribute(ATTRIBUTE);
  }

  static int status(Throwable failure) {
    if (failure instanceof HttpException refused) {
      return refused.getCode();
    }
    return failure instanceof TimeoutException ? 408 : 400;
  }

  static Reason reason(Throwable failure) {
    boolean answered = failure instanceof HttpException || failure instanceof TimeoutException;
    return answered && !(failure instanceof EofException)
        ? Reason.ofStatus(status(failure))
        : Reason.CALLER_GONE;
  }
}
