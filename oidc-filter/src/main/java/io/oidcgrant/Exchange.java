package io.oidcgrant;

import io.oidcgrant.clientauth.DpopProofs;
import io.oidcgrant.config.OidcGrantConfig;
import io.oidcgrant.credential.Credential;
import io.oidcgrant.credential.Finding;
import io.oidcgrant.credential.Hiding;
import io.oidcgrant.flow.Caller;
import io.oidcgrant.flow.GrantFlow;
import io.oidcgrant.flow.Wanted;
import io.oidcgrant.protocol.Failure;
import io.oidcgrant.protocol.Failure.Kind;
import io.oidcgrant.protocol.GrantException;
import io.oidcgrant.protocol.Tokens;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes requests through the flow. What is remembered is answered on the container's thread; what
 * must be waited for is not: the body that is searched is read and the issuer is asked in
 * asynchronous mode, where the chain can do that. Safe for concurrent use.
 */
final class Exchange {
  private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);
  private static final Duration BODY_TIME = Duration.ofSeconds(30);
  private static final Duration MARGIN = Duration.ofSeconds(2);

  private final GrantFlow flow;
  private final OidcGrantConfig config;
  private final ErrorResponse errors;
  private final @Nullable ResourceMetadata metadata;
  private final String decided;
  private final @Nullable Duration streamGrace;

  /**
   * Creates one for a filter.
   *
   * @param decided the attribute that holds, of a request that goes on, what goes on
   */
  Exchange(GrantFlow flow, OidcGrantConfig config, String decided) {
    this.flow = flow;
    this.config = config;
    this.errors = new ErrorResponse(config, flow.observer(), flow::newNonce);
    this.metadata = ResourceMetadata.of(config).orElse(null);
    this.decided = decided;
    this.streamGrace = config.streamGrace().orElse(null);
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
    if (metadata != null && metadata.isAskedBy(request)) {
      metadata.write(request, response);
      return;
    }
    IncomingRequest seen = new IncomingRequest(request, null);
    if (flow.skips(seen)) {
      chain.doFilter(
          pass(request, response, new ForwardedRequest(request), seen, null, Optional.empty()),
          response);
      return;
    }
    Finding finding = flow.find(seen);
    if (finding instanceof Finding.NeedsBody needsBody) {
      if (request.isAsyncSupported() && mayDispatch.test(request)) {
        new Waiting(request, response, hidden(needsBody.queryNames())).readBody();
        return;
      }
      try {
        seen =
            new IncomingRequest(request, BodyCollector.read(request, config.credentialBodyLimit()));
        finding = flow.find(seen);
      } catch (BodyCollector.TooLong e) {
        finding = tooLong();
      }
    }
    Passage passage = null;
    Failure failure;
    try {
      if (finding instanceof Finding.Found found) {
        passage = decide(request, response, seen, found, mayDispatch);
        if (passage == null) {
          // It waits.
          return;
        }
      }
      failure = failureOf(finding);
    } catch (GrantException e) {
      failure = e.failure();
    } catch (RuntimeException e) {
      LOG.error("a fault while a request was admitted", e);
      failure = GrantException.failureOf(e);
    }
    if (passage == null) {
      Optional<Caller> despite = flow.despite(failure);
      if (despite.isEmpty()) {
        errors.write(request, response, failure);
        return;
      }
      ForwardedRequest forwarded = new ForwardedRequest(request);
      passage = new Passage(pass(request, response, forwarded, seen, finding, despite), response);
    }
    chain.doFilter(passage.request(), passage.response());
  }

  /** What goes on. */
  private record Passage(ForwardedRequest request, HttpServletResponse response) {}

  /** What goes on; null where that is seen later, in asynchronous mode. */
  private @Nullable Passage decide(
      HttpServletRequest request,
      HttpServletResponse response,
      IncomingRequest seen,
      Finding.Found found,
      Predicate<HttpServletRequest> mayDispatch) {
    Wanted wanted = flow.wanted(found, seen);
    Tokens tokens = flow.remembered(wanted);
    if (tokens == null && request.isAsyncSupported() && mayDispatch.test(request)) {
      new Waiting(request, response, hidden(found.hiding().queryNames()))
          .fetch(seen, found, wanted);
      return null;
    }
    if (tokens == null) {
      tokens = await(wanted, seen);
    }
    Caller caller = flow.admit(found, seen, tokens);
    HttpServletResponse answer = response;
    if (isPrivate(found, caller)) {
      PrivateResponse restricted = new PrivateResponse(response);
      restricted.restrict();
      answer = restricted;
    }
    ForwardedRequest forwarded = new ForwardedRequest(request);
    grant(request, answer, forwarded, seen, found, wanted, tokens, caller);
    return new Passage(forwarded, answer);
  }

  private Tokens await(Wanted wanted, IncomingRequest seen) {
    try {
      return flow.fetch(wanted, seen).toCompletableFuture().get();
    } catch (ExecutionException e) {
      throw GrantException.failureOf(e).toException();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Failure.of(Kind.ISSUER_UNAVAILABLE, "interrupted while waiting").toException();
    }
  }

  /** Whether no shared cache may keep the answer: the token is in the address, or in the answer. */
  private static boolean isPrivate(Finding.Found found, Caller caller) {
    return found.inQuery() || !caller.downstream().isEmpty();
  }

  private Set<String> hidden(Set<String> names) {
    return config.hideCredentials() ? names : Set.of();
  }

  private static Finding tooLong() {
    return new Finding.Missing(
        Failure.of(Kind.BODY_TOO_LARGE, "body too large to be searched for a credential"));
  }

  private static Failure failureOf(Finding finding) {
    return finding instanceof Finding.Missing missing
        ? missing.failure()
        : Failure.of(Kind.INTERNAL, "the body was asked for twice");
  }

  private void grant(
      HttpServletRequest request,
      HttpServletResponse response,
      ForwardedRequest forwarded,
      IncomingRequest seen,
      Finding.Found found,
      Wanted wanted,
      Tokens tokens,
      Caller caller) {
    forwarded.revokeBy(() -> flow.revoke(wanted, tokens, seen));
    forwarded.grant(seen, hiding(found, seen), flow.propagation(), caller.upstream(), response);
    forwarded.identify(new CallerPrincipal(caller, tokens), authType(found.credential()));
    DpopProofs proofs = flow.upstreamProofs(tokens);
    if (proofs != null) {
      forwarded.prove(new UpstreamProof(proofs, tokens.accessToken(), config.dpopUpstreamUrl()));
    }
    forwarded.tell(caller.downstream());
    if (streamGrace != null) {
      forwarded.endStreams(tokens.endsAt(), streamGrace);
    }
    for (int i = 0; i < caller.downstream().size(); i += 2) {
      response.setHeader(caller.downstream().get(i), caller.downstream().get(i + 1));
    }
    mark(request, forwarded);
  }

  /** What the caller sent and the upstream does not get, whether or not it was good. */
  private Hiding hiding(@Nullable Finding finding, IncomingRequest seen) {
    if (!(finding instanceof Finding.Found found)) {
      return Hiding.none().withHeaders(flow.hidden(null, seen));
    }
    return (config.hideCredentials() ? found.hiding() : Hiding.none())
        .withHeaders(flow.hidden(found.credential(), seen));
  }

  private static String authType(Credential credential) {
    if (credential instanceof Credential.AccessToken token) {
      return token.dpop() ? "DPoP" : "Bearer";
    }
    return credential instanceof Credential.RefreshToken ? "Bearer" : HttpServletRequest.BASIC_AUTH;
  }

  /** Lets a request go on without tokens: what is ours, the caller cannot send himself. */
  private ForwardedRequest pass(
      HttpServletRequest request,
      HttpServletResponse response,
      ForwardedRequest forwarded,
      IncomingRequest seen,
      @Nullable Finding finding,
      Optional<Caller> caller) {
    forwarded.grant(
        seen,
        hiding(finding, seen),
        flow.propagation(),
        caller.map(Caller::upstream).orElse(List.of()),
        response);
    mark(request, forwarded);
    return forwarded;
  }

  private void mark(HttpServletRequest request, ForwardedRequest forwarded) {
    OidcGrantFilter.markForwarded(request, forwarded);
    request.setAttribute(decided, forwarded);
  }

  /** One request that waits in asynchronous mode. */
  private final class Waiting extends WaitingRequest {
    private final HttpServletRequest request;
    private final PrivateResponse response;
    private final ForwardedRequest forwarded;
    private volatile Kind onTimeout = Kind.REQUEST_TIMEOUT;
    private volatile @Nullable Finding finding;

    Waiting(HttpServletRequest request, HttpServletResponse response, Set<String> hiddenFromQuery) {
      this(
          request,
          new PrivateResponse(response),
          ForwardedRequest.without(request, hiddenFromQuery));
    }

    private Waiting(
        HttpServletRequest request, PrivateResponse response, ForwardedRequest forwarded) {
      super(request, response, forwarded, BODY_TIME.plus(config.timeout()).plus(MARGIN));
      this.request = request;
      this.response = response;
      this.forwarded = forwarded;
    }

    void readBody() throws IOException {
      BodyCollector.collect(
          request,
          config.credentialBodyLimit(),
          this::bodyRead,
          error -> fail(null, unread(error)));
    }

    private Failure unread(Throwable error) {
      if (error instanceof BodyCollector.TooLong) {
        return failureOf(tooLong());
      }
      return error instanceof TimeoutException
          ? Failure.of(Kind.REQUEST_TIMEOUT, "the body did not come in time")
          : Failure.of(Kind.MALFORMED_REQUEST, "the body could not be read");
    }

    private void bodyRead(byte[] body) {
      IncomingRequest seen = new IncomingRequest(request, body);
      try {
        Finding searched = flow.find(seen);
        if (!(searched instanceof Finding.Found found)) {
          fail(seen, failureOf(searched));
          return;
        }
        finding = found;
        Wanted wanted = flow.wanted(found, seen);
        Tokens tokens = flow.remembered(wanted);
        if (tokens != null) {
          pass(seen, found, wanted, tokens);
        } else {
          fetch(seen, found, wanted);
        }
      } catch (GrantException e) {
        fail(seen, e.failure());
      } catch (RuntimeException e) {
        LOG.error("a fault while a body was searched", e);
        fail(seen, GrantException.failureOf(e));
      }
    }

    void fetch(IncomingRequest seen, Finding.Found found, Wanted wanted) {
      onTimeout = Kind.ISSUER_TIMEOUT;
      finding = found;
      var unused = flow.fetch(wanted, seen).whenComplete((tokens, error) -> {
        if (tokens != null) {
          pass(seen, found, wanted, tokens);
        } else {
          fail(
              seen,
              error == null
                  ? Failure.of(Kind.INTERNAL, "no tokens and no error")
                  : GrantException.failureOf(error));
        }
      });
    }

    private void pass(IncomingRequest seen, Finding.Found found, Wanted wanted, Tokens tokens) {
      if (!settle()) {
        return;
      }
      try {
        Caller caller = flow.admit(found, seen, tokens);
        if (isPrivate(found, caller)) {
          response.restrict();
        }
        grant(request, response, forwarded, seen, found, wanted, tokens, caller);
      } catch (GrantException e) {
        refused(seen, e.failure());
        return;
      } catch (RuntimeException e) {
        LOG.error("a fault while a request was made ready to go on", e);
        refuse(GrantException.failureOf(e));
        return;
      }
      dispatch();
    }

    private void fail(@Nullable IncomingRequest seen, Failure failure) {
      if (settle()) {
        refused(seen, failure);
      }
    }

    private void refused(@Nullable IncomingRequest seen, Failure failure) {
      Optional<Caller> despite = seen == null ? Optional.empty() : flow.despite(failure);
      if (seen == null || despite.isEmpty()) {
        refuse(failure);
        return;
      }
      var unused = Exchange.this.pass(request, response, forwarded, seen, finding, despite);
      dispatch();
    }

    @Override
    void answer(Failure failure) throws IOException {
      errors.write(request, response, failure);
    }

    @Override
    Kind lateness() {
      return onTimeout;
    }
  }
}
