package io.oidcgrant;

import io.oidcgrant.clientauth.DpopProofs;
import io.oidcgrant.config.OidcGrantConfig;
import io.oidcgrant.credential.Finding;
import io.oidcgrant.credential.Hiding;
import io.oidcgrant.flow.GrantFlow;
import io.oidcgrant.flow.Wanted;
import io.oidcgrant.protocol.Failure;
import io.oidcgrant.protocol.Failure.Kind;
import io.oidcgrant.protocol.GrantException;
import io.oidcgrant.protocol.Tokens;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
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
  private final String decided;

  /**
   * Creates one for a filter.
   *
   * @param decided the attribute that holds, of a request that goes on, what goes on
   */
  Exchange(GrantFlow flow, OidcGrantConfig config, String decided) {
    this.flow = flow;
    this.config = config;
    this.errors = new ErrorResponse(config, flow::newNonce);
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
    IncomingRequest seen = new IncomingRequest(request, null);
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
    if (!(finding instanceof Finding.Found found)) {
      errors.write(request, response, failureOf(finding));
      return;
    }
    Wanted wanted;
    try {
      wanted = flow.wanted(found, seen);
    } catch (GrantException e) {
      errors.write(request, response, e.failure());
      return;
    }
    Tokens tokens = flow.remembered(wanted);
    if (tokens == null && request.isAsyncSupported() && mayDispatch.test(request)) {
      new Waiting(request, response, hidden(found.hiding().queryNames()))
          .fetch(seen, found, wanted);
      return;
    }
    if (tokens == null) {
      try {
        tokens = flow.fetch(wanted).toCompletableFuture().get();
      } catch (ExecutionException e) {
        errors.write(request, response, GrantException.failureOf(e));
        return;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        errors.write(
            request, response, Failure.of(Kind.ISSUER_UNAVAILABLE, "interrupted while waiting"));
        return;
      }
    }
    try {
      flow.admit(found, seen, tokens);
    } catch (GrantException e) {
      errors.write(request, response, e.failure());
      return;
    } catch (RuntimeException e) {
      LOG.error("a fault while a request was admitted", e);
      errors.write(request, response, GrantException.failureOf(e));
      return;
    }
    ForwardedRequest forwarded = new ForwardedRequest(request);
    HttpServletResponse answer = response;
    if (found.inQuery()) {
      PrivateResponse restricted = new PrivateResponse(response);
      restricted.restrict();
      answer = restricted;
    }
    grant(request, answer, forwarded, seen, found, wanted, tokens);
    chain.doFilter(forwarded, answer);
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
      Tokens tokens) {
    forwarded.revokeBy(() -> flow.revoke(wanted, tokens));
    forwarded.grant(
        seen,
        (config.hideCredentials() ? found.hiding() : Hiding.none())
            .withHeaders(flow.hidden(found, seen)),
        flow.propagation(),
        flow.propagation().upstream(tokens),
        response);
    DpopProofs proofs = flow.upstreamProofs(tokens);
    if (proofs != null) {
      forwarded.prove(new UpstreamProof(proofs, tokens.accessToken(), config.dpopUpstreamUrl()));
    }
    flow.propagation().downstream(tokens, response::setHeader);
    OidcGrantFilter.markForwarded(request, forwarded);
    request.setAttribute(decided, forwarded);
  }

  /** One request that waits in asynchronous mode; it is settled once, by whatever comes first. */
  private final class Waiting implements AsyncListener {
    private final HttpServletRequest request;
    private final PrivateResponse response;
    private final ForwardedRequest forwarded;
    private final AsyncContext async;
    private final AtomicBoolean settled = new AtomicBoolean();
    private volatile Kind onTimeout = Kind.REQUEST_TIMEOUT;

    Waiting(HttpServletRequest request, HttpServletResponse response, Set<String> hiddenFromQuery) {
      this.request = request;
      this.response = new PrivateResponse(response);
      this.forwarded = new ForwardedRequest(request);
      forwarded.hideFromQuery(hiddenFromQuery);
      // With the wrapper: what is dispatched to must see it even where the filter is not mapped to
      // ASYNC.
      this.async = forwarded.begin(this.response);
      async.setTimeout(BODY_TIME.plus(config.timeout()).plus(MARGIN).toMillis());
      async.addListener(this);
    }

    void readBody() throws IOException {
      BodyCollector.collect(
          request,
          config.credentialBodyLimit(),
          this::bodyRead,
          error -> fail(
              error instanceof BodyCollector.TooLong
                  ? failureOf(tooLong())
                  : Failure.of(Kind.MALFORMED_REQUEST, "the body could not be read")));
    }

    private void bodyRead(byte[] body) {
      try {
        IncomingRequest seen = new IncomingRequest(request, body);
        Finding finding = flow.find(seen);
        if (!(finding instanceof Finding.Found found)) {
          fail(failureOf(finding));
          return;
        }
        Wanted wanted = flow.wanted(found, seen);
        Tokens tokens = flow.remembered(wanted);
        if (tokens != null) {
          pass(seen, found, wanted, tokens);
        } else {
          fetch(seen, found, wanted);
        }
      } catch (GrantException e) {
        fail(e.failure());
      } catch (RuntimeException e) {
        LOG.error("a fault while a body was searched", e);
        fail(GrantException.failureOf(e));
      }
    }

    void fetch(IncomingRequest seen, Finding.Found found, Wanted wanted) {
      onTimeout = Kind.ISSUER_TIMEOUT;
      var unused = flow.fetch(wanted).whenComplete((tokens, error) -> {
        if (tokens != null) {
          pass(seen, found, wanted, tokens);
        } else {
          fail(
              error == null
                  ? Failure.of(Kind.INTERNAL, "no tokens and no error")
                  : GrantException.failureOf(error));
        }
      });
    }

    private void pass(IncomingRequest seen, Finding.Found found, Wanted wanted, Tokens tokens) {
      if (!settled.compareAndSet(false, true)) {
        return;
      }
      try {
        flow.admit(found, seen, tokens);
        if (found.inQuery()) {
          response.restrict();
        }
        grant(request, response, forwarded, seen, found, wanted, tokens);
      } catch (GrantException e) {
        refuse(e.failure());
        return;
      } catch (RuntimeException e) {
        LOG.error("a fault while a request was made ready to go on", e);
        refuse(GrantException.failureOf(e));
        return;
      }
      try {
        async.dispatch();
      } catch (RuntimeException e) {
        // The caller has gone, and the container has ended the request.
        LOG.debug("a request ended while it waited", e);
      }
    }

    private void fail(Failure failure) {
      if (settled.compareAndSet(false, true)) {
        refuse(failure);
      }
    }

    /** On a thread of the container's: a caller who does not read can make writing wait. */
    private void refuse(Failure failure) {
      try {
        async.start(() -> write(failure));
      } catch (RuntimeException e) {
        LOG.debug("a request ended while it waited", e);
      }
    }

    private void write(Failure failure) {
      try {
        errors.write(request, response, failure);
        async.complete();
      } catch (IOException | RuntimeException e) {
        LOG.debug("a request ended while it waited", e);
      }
    }

    @Override
    public void onTimeout(AsyncEvent event) {
      if (settled.compareAndSet(false, true)) {
        write(Failure.of(onTimeout, "the request waited too long"));
      }
    }

    @Override
    public void onError(AsyncEvent event) {
      settled.set(true);
    }

    @Override
    public void onComplete(AsyncEvent event) {
      settled.set(true);
    }

    @Override
    public void onStartAsync(AsyncEvent event) {
      // Somebody behind us waits for something of his own: not ours any more.
    }
  }
}
