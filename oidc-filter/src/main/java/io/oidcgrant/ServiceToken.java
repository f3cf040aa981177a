package io.oidcgrant;

import io.oidcgrant.config.UpstreamOAuthConfig;
import io.oidcgrant.flow.ServiceTokens;
import io.oidcgrant.flow.Wanted;
import io.oidcgrant.protocol.GrantException;
import io.oidcgrant.protocol.Tokens;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The token with which one request goes to its upstream, for relays: they see whether the upstream
 * took it. Methods may be called from any thread, one after the other.
 */
public final class ServiceToken {
  private final ServiceTokens source;
  private final UpstreamOAuthConfig config;
  private final ServiceErrorResponse errors;
  private final Wanted wanted;
  private final ForwardedRequest request;
  private volatile Tokens tokens;

  ServiceToken(
      ServiceTokens source,
      UpstreamOAuthConfig config,
      ServiceErrorResponse errors,
      Wanted wanted,
      ForwardedRequest request,
      Tokens tokens) {
    this.source = source;
    this.config = config;
    this.errors = errors;
    this.wanted = wanted;
    this.request = request;
    this.tokens = tokens;
  }

  /** Whether an answer of the upstream with this status says that the token is not good. */
  public boolean isRefusedBy(int status) {
    return config.purgeStatuses().contains(status);
  }

  /** Whether a request that is refused is to be repeated, where that is safe. */
  public boolean repeats() {
    return config.retryOnPurge();
  }

  /** Does not use this very token again; one that came after it stays. */
  public void drop() {
    source.drop(wanted, tokens);
  }

  /**
   * Has the request go with another token than the one that was dropped. Fails with a
   * {@link io.oidcgrant.protocol.GrantException}.
   */
  public CompletionStage<@Nullable Void> renew() {
    return source.fetch(wanted, new IncomingRequest(request, null)).thenApply(fresh -> {
      use(fresh);
      return null;
    });
  }

  /** Answers the caller where {@link #renew} failed. */
  public void writeFailure(HttpServletResponse response, Throwable error) throws IOException {
    errors.write(response, GrantException.failureOf(error));
  }

  void use(Tokens fresh) {
    tokens = fresh;
    request.replace(source.propagation().upstream(fresh));
    var proofs = source.upstreamProofs(fresh);
    if (proofs != null) {
      request.prove(
          new UpstreamProof(proofs, fresh.accessToken(), config.requests().dpopUpstreamUrl()));
    }
  }

  ForwardedRequest request() {
    return request;
  }
}
