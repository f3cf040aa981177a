package io.oidcgrant;

import io.oidcgrant.config.UpstreamOAuthConfig;
import io.oidcgrant.credential.Hiding;
import io.oidcgrant.flow.ServiceTokens;
import io.oidcgrant.flow.Wanted;
import io.oidcgrant.protocol.Failure;
import io.oidcgrant.protocol.Failure.Kind;
import io.oidcgrant.protocol.GrantException;
import io.oidcgrant.protocol.Secret;
import io.oidcgrant.protocol.Tokens;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts a service token on requests. Safe for concurrent use. */
final class ServiceExchange {
  private static final Logger LOG = LoggerFactory.getLogger(UpstreamOAuthFilter.class);
  private static final Duration MARGIN = Duration.ofSeconds(2);
  private static final String BEARER = "Bearer ";

  private final ServiceTokens source;
  private final UpstreamOAuthConfig config;
  private final ServiceErrorResponse errors;
  private final String decided;

  /**
   * Creates one for a filter.
   *
   * @param decided the attribute that holds, of a request that goes on, what goes on
   */
  ServiceExchange(ServiceTokens source, UpstreamOAuthConfig config, String decided) {
    this.source = source;
    this.config = config;
    this.errors = new ServiceErrorResponse(config, source.observer());
    this.decided = decided;
  }

  /**
   * Handles a request.
   *
   * @param mayDispatch whether a request that supports asynchronous mode may use it
   */
  void handle(
      HttpServletRequest request,
      HttpServletResponse response,
      FilterChain chain,
      Predicate<HttpServletRequest> mayDispatch)
      throws IOException, ServletException {
    ForwardedRequest forwarded = new ForwardedRequest(request);
    try {
      Wanted wanted = source.wanted(subject(request));
      Tokens tokens = source.remembered(wanted);
      if (tokens == null && request.isAsyncSupported() && mayDispatch.test(request)) {
        new Waiting(request, response, forwarded, wanted).fetch();
        return;
      }
      pass(request, response, forwarded, wanted, tokens == null ? await(wanted, request) : tokens);
    } catch (GrantException e) {
      errors.write(response, e.failure());
      return;
    } catch (RuntimeException e) {
      LOG.error("a fault while a service token was put on a request", e);
      errors.write(response, GrantException.failureOf(e));
      return;
    }
    chain.doFilter(forwarded, response);
  }

  private Tokens await(Wanted wanted, HttpServletRequest request) {
    try {
      return source
          .fetch(wanted, new IncomingRequest(request, null))
          .toCompletableFuture()
          .get();
    } catch (ExecutionException e) {
      throw GrantException.failureOf(e).toException();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Failure.of(Kind.ISSUER_UNAVAILABLE, "interrupted while waiting").toException();
    }
  }

  /** The token to be exchanged: that of the filter before us, else what the caller sent. */
  private @Nullable Secret subject(HttpServletRequest request) {
    if (!config.grantType().equals("token_exchange")) {
      return null;
    }
    if (request.getAttribute(CallerPrincipal.ATTRIBUTE) instanceof CallerPrincipal caller) {
      return Secret.of(caller.accessToken());
    }
    String value = request.getHeader("Authorization");
    return value != null
            && value.regionMatches(true, 0, BEARER, 0, BEARER.length())
            && value.substring(BEARER.length()).strip().matches("[!-~]+")
        ? Secret.of(value.substring(BEARER.length()).strip())
        : null;
  }

  private void pass(
      HttpServletRequest request,
      HttpServletResponse response,
      ForwardedRequest forwarded,
      Wanted wanted,
      Tokens tokens) {
    forwarded.grant(
        new IncomingRequest(request, null),
        Hiding.none(),
        source.propagation(),
        source.propagation().upstream(tokens),
        response);
    ServiceToken token = new ServiceToken(source, config, errors, wanted, forwarded, tokens);
    token.use(tokens);
    UpstreamOAuthFilter.mark(request, token);
    request.setAttribute(decided, forwarded);
  }

  /** One request that waits in asynchronous mode. */
  private final class Waiting extends WaitingRequest {
    private final HttpServletRequest request;
    private final HttpServletResponse response;
    private final ForwardedRequest forwarded;
    private final Wanted wanted;

    Waiting(
        HttpServletRequest request,
        HttpServletResponse response,
        ForwardedRequest forwarded,
        Wanted wanted) {
      super(request, response, forwarded, config.requests().timeout().plus(MARGIN));
      this.request = request;
      this.response = response;
      this.forwarded = forwarded;
      this.wanted = wanted;
    }

    void fetch() {
      var unused = source
          .fetch(wanted, new IncomingRequest(request, null))
          .whenComplete((tokens, error) -> {
            if (!settle()) {
              return;
            }
            if (tokens == null) {
              refuse(
                  error == null
                      ? Failure.of(Kind.INTERNAL, "no tokens and no error")
                      : GrantException.failureOf(error));
              return;
            }
            try {
              pass(request, response, forwarded, wanted, tokens);
            } catch (RuntimeException e) {
              LOG.error("a fault while a service token was put on a request", e);
              refuse(GrantException.failureOf(e));
              return;
            }
            dispatch();
          });
    }

    @Override
    void answer(Failure failure) throws IOException {
      errors.write(response, failure);
    }

    @Override
    Kind lateness() {
      return Kind.ISSUER_TIMEOUT;
    }
  }
}
