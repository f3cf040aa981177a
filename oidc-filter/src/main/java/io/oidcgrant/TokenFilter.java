package io.oidcgrant;

import io.oidcgrant.flow.GrantRuntime;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What both filters do alike: their life, and the way back from an asynchronous dispatch. */
abstract class TokenFilter implements Filter {
  private static final Logger LOG = LoggerFactory.getLogger(TokenFilter.class);
  private static final AtomicLong INSTANCES = new AtomicLong();

  private final long number = INSTANCES.incrementAndGet();
  private @Nullable String decided;
  private @Nullable Boolean asyncDispatch;
  private String name = "";
  private @Nullable GrantRuntime own;
  private @Nullable Supplier<Handler> later;
  private volatile @Nullable Handler handler;

  /** Takes a request that the filter sees for the first time. */
  interface Handler {
    /**
     * Handles it.
     *
     * @param mayDispatch whether a request that supports asynchronous mode may use it
     */
    void handle(
        HttpServletRequest request,
        HttpServletResponse response,
        FilterChain chain,
        Predicate<HttpServletRequest> mayDispatch)
        throws IOException, ServletException;
  }

  /** Makes the handler, of the configuration that was given or else of the init-params. */
  abstract Handler configured(FilterConfig filterConfig, GrantRuntime runtime);

  /** Ready without {@link #init}; put together for the first request. */
  final void startLater(Supplier<Handler> ready) {
    later = ready;
  }

  private synchronized @Nullable Handler first() {
    Supplier<Handler> ready = later;
    if (handler == null && ready != null) {
      handler = ready.get();
    }
    return handler;
  }

  /** The attribute that holds, of a request that this filter has let go on, what goes on. */
  final String decided() {
    String known = decided;
    if (known == null) {
      known = getClass().getName() + ".decided." + number;
      decided = known;
    }
    return known;
  }

  @Override
  public void init(FilterConfig filterConfig) throws ServletException {
    name = filterConfig.getFilterName();
    try {
      InitParams.asyncDispatch(filterConfig).ifPresent(this::setAsyncDispatch);
      if (later != null) {
        return;
      }
      GrantRuntime runtime = GrantRuntime.create();
      try {
        handler = configured(filterConfig, runtime);
        own = runtime;
      } finally {
        if (own == null) {
          runtime.close();
        }
      }
    } catch (IllegalArgumentException e) {
      throw new ServletException(e.getMessage(), e);
    }
  }

  @Override
  public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    Handler started = handler;
    if (started == null) {
      try {
        started = first();
      } catch (RuntimeException e) {
        LOG.error("the filter cannot be put together", e);
        unavailable(response);
        return;
      }
    }
    if (started == null
        || !(request instanceof HttpServletRequest http)
        || !(response instanceof HttpServletResponse answer)) {
      throw new ServletException(
          getClass().getSimpleName() + " is not initialised, or the request is not HTTP");
    }
    if (request.getAttribute(decided()) instanceof ForwardedRequest forwarded) {
      // Back from an asynchronous dispatch, or on the way to an error page.
      chain.doFilter(forwarded.isWithin(request) ? request : forwarded.over(http), response);
      return;
    }
    started.handle(http, answer, chain, this::mayDispatch);
  }

  private static void unavailable(ServletResponse response) throws IOException {
    if (response instanceof HttpServletResponse answer) {
      answer.setStatus(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
      answer.setHeader("Cache-Control", "no-store");
    }
    response.setContentType("application/json;charset=utf-8");
    response
        .getOutputStream()
        .write("{\"message\":\"Service unavailable\"}".getBytes(StandardCharsets.UTF_8));
  }

  private boolean mayDispatch(HttpServletRequest request) {
    Boolean allowed = asyncDispatch;
    return allowed == null ? !OtherFilters.mayMatch(request, name) : allowed;
  }

  /**
   * Whether a request that waits for the issuer goes on by an asynchronous dispatch, which holds no
   * thread meanwhile. It passes by every filter behind this one that is not mapped to
   * {@code ASYNC}; a guard among them would be left out. So the default is to do it only where no
   * other filter of the application matches the request's path, and else to wait on the thread. The
   * init-param {@code async_dispatch} says the same. To be called before {@link #init}.
   */
  public void setAsyncDispatch(boolean allowed) {
    asyncDispatch = allowed;
  }

  /** Ends what the filter started itself; {@link #init} starts it again. */
  @Override
  public void destroy() {
    if (own != null) {
      own.close();
      own = null;
      handler = null;
    }
  }
}
