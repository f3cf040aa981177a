package io.oidcgrant.proxy.relay;

import io.oidcgrant.ServiceToken;
import io.oidcgrant.proxy.route.UpstreamService;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.client.RetryableRequestException;
import org.eclipse.jetty.http2.ErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * Whether a request is sent a second time, which it is once at most: with the nonce that the
 * upstream wants in a proof, or with another token of ours than the one that it refused; and more
 * often where the upstream has not looked at it. Only where the body is none or in memory; and what
 * an upstream may have acted upon, only where that is harmless. Safe for concurrent use.
 */
final class SecondAttempt {
  /** RFC 9110 section 9.2.2. */
  private static final Set<String> IDEMPOTENT = Set.of("GET", "HEAD", "OPTIONS", "PUT", "DELETE");

  /** How the client tells of it. */
  private static final String REFUSED_STREAM =
      ErrorCode.toString(ErrorCode.REFUSED_STREAM_ERROR.code, "");

  private final ManagedHeaders managed;
  private final NonceChallenge challenges;

  SecondAttempt(ManagedHeaders managed) {
    this.managed = managed;
    this.challenges = new NonceChallenge(managed);
  }

  /**
   * What an answer of the upstream leads to: a token that was refused is dropped, a nonce is
   * remembered.
   *
   * @param first whether the request was sent for the first time
   * @return what is to be done before it is sent again; null where the caller gets this answer
   */
  @Nullable Supplier<CompletionStage<?>> after(
      HttpServletRequest request, UpstreamService service, Response answer, boolean first) {
    boolean challenged = challenges.answerable(request, service, answer);
    boolean repeatable = first && repeatable(request);
    if (challenged && repeatable) {
      // Refused for its proof: the upstream has not acted upon it.
      return () -> CompletableFuture.completedFuture(null);
    }
    ServiceToken token = managed.serviceToken(request);
    if (token == null || !token.isRefusedBy(answer.getStatus())) {
      return null;
    }
    token.drop();
    return repeatable && token.repeats() && IDEMPOTENT.contains(request.getMethod())
        ? token::renew
        : null;
  }

  /** Whether the body is none or in memory. */
  boolean repeatable(HttpServletRequest request) {
    return bodiless(request) || managed.readBody(request) != null;
  }

  /**
   * Whether the upstream has said that it did not look at the request (RFC 9113 section 8.7), and
   * nothing of it is lost.
   */
  boolean unseen(HttpServletRequest request, Result result) {
    Throwable failure = result.getFailure();
    return result.getResponse().getStatus() == 0
        && (failure instanceof RetryableRequestException
            || REFUSED_STREAM.equals(failure.getMessage()))
        && repeatable(request);
  }

  private static boolean bodiless(HttpServletRequest request) {
    long length = request.getContentLengthLong();
    return length == 0
        || (length < 0
            && request.getHeader("Transfer-Encoding") == null
            && !GatewayProxyServlet.bodyWithoutLength(request));
  }
}
