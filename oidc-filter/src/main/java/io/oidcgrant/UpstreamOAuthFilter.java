package io.oidcgrant;

import io.oidcgrant.config.UpstreamOAuthConfig;
import io.oidcgrant.endpoint.TokenEndpointClient;
import io.oidcgrant.flow.GrantRuntime;
import io.oidcgrant.flow.ServiceTokens;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Puts on every request a token that the application, or the gateway, gets for itself (Kong's
 * {@code upstream-oauth}): the caller need not know. It authenticates nobody; where callers must
 * be, {@link OidcGrantFilter} stands before it. Configured by init-params, by a file or by
 * {@link UpstreamOAuthConfig}. Safe for concurrent use.
 */
public final class UpstreamOAuthFilter implements Filter {
  private static final String TOKEN = UpstreamOAuthFilter.class.getName() + ".token";
  private static final AtomicLong INSTANCES = new AtomicLong();

  private final String decided =
      UpstreamOAuthFilter.class.getName() + ".decided." + INSTANCES.incrementAndGet();
  private final @Nullable TokenEndpointClient client;
  private final @Nullable UpstreamOAuthConfig config;
  private @Nullable Boolean asyncDispatch;
  private String name = "";
  private @Nullable GrantRuntime own;
  private @Nullable ServiceExchange exchange;

  /** To be configured by init-params: see {@link #init}. */
  public UpstreamOAuthFilter() {
    this.config = null;
    this.client = null;
  }

  /** Configured in Java; init-params are not read. */
  public UpstreamOAuthFilter(UpstreamOAuthConfig config) {
    this.config = Objects.requireNonNull(config);
    this.client = null;
  }

  /** With another way to the token endpoint, which is not closed with the filter. */
  public UpstreamOAuthFilter(UpstreamOAuthConfig config, TokenEndpointClient client) {
    this.config = Objects.requireNonNull(config);
    this.client = Objects.requireNonNull(client);
  }

  /**
   * One of several filters that share a runtime; ready without {@link #init}. The runtime is not
   * closed with it.
   */
  public UpstreamOAuthFilter(UpstreamOAuthConfig config, GrantRuntime runtime) {
    this.config = Objects.requireNonNull(config);
    this.client = null;
    start(config, runtime);
  }

  /**
   * Reads the configuration where none was given: every init-param is a field by its whole name,
   * such as {@code oauth.client_id}; or {@code config} alone, a path or a {@code classpath:}
   * resource of a file.
   *
   * @throws ServletException naming every problem, if anything is wrong
   */
  @Override
  public void init(FilterConfig filterConfig) throws ServletException {
    name = filterConfig.getFilterName();
    try {
      InitParams.asyncDispatch(filterConfig).ifPresent(this::setAsyncDispatch);
      if (exchange != null) {
        return;
      }
      UpstreamOAuthConfig settings =
          config == null ? InitParams.readUpstreamOAuth(filterConfig) : config;
      GrantRuntime runtime = GrantRuntime.create();
      own = runtime;
      start(settings, runtime);
    } catch (IllegalArgumentException e) {
      throw new ServletException(e.getMessage(), e);
    }
  }

  private void start(UpstreamOAuthConfig settings, GrantRuntime runtime) {
    exchange =
        new ServiceExchange(ServiceTokens.create(settings, runtime, client), settings, decided);
  }

  @Override
  public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    ServiceExchange started = exchange;
    if (started == null
        || !(request instanceof HttpServletRequest http)
        || !(response instanceof HttpServletResponse answer)) {
      throw new ServletException(
          "UpstreamOAuthFilter is not initialised, or the request is not HTTP");
    }
    if (request.getAttribute(decided) instanceof ForwardedRequest forwarded) {
      chain.doFilter(forwarded.isWithin(request) ? request : forwarded.over(http), response);
      return;
    }
    started.handle(http, answer, chain, this::mayDispatch);
  }

  private boolean mayDispatch(HttpServletRequest request) {
    Boolean allowed = asyncDispatch;
    return allowed == null ? !OtherFilters.mayMatch(request, name) : allowed;
  }

  /** As {@link OidcGrantFilter#setAsyncDispatch}. */
  public void setAsyncDispatch(boolean allowed) {
    asyncDispatch = allowed;
  }

  /** Ends what the filter started itself; {@link #init} starts it again. */
  @Override
  public void destroy() {
    if (own != null) {
      own.close();
      own = null;
      exchange = null;
    }
  }

  /** The token of a request, for relays that see what the upstream says to it; null without one. */
  public static @Nullable ServiceToken token(ServletRequest request) {
    return request.getAttribute(TOKEN) instanceof ServiceToken token ? token : null;
  }

  /** As {@link OidcGrantFilter#managedHeaders}. */
  public static Map<String, String> managedHeaders(ServletRequest request) {
    ServiceToken token = token(request);
    if (token == null) {
      return Map.of();
    }
    Map<String, String> headers = new LinkedHashMap<>();
    for (int i = 0; i < token.request().added().size(); i += 2) {
      headers.put(token.request().added().get(i), token.request().added().get(i + 1));
    }
    return Collections.unmodifiableMap(headers);
  }

  /** As {@link OidcGrantFilter#isManaged}. */
  public static boolean isManaged(ServletRequest request, String headerName) {
    ServiceToken token = token(request);
    return token != null && token.request().withholds(headerName);
  }

  /** As {@link OidcGrantFilter#upstreamProof}. */
  public static @Nullable UpstreamProof upstreamProof(ServletRequest request) {
    ServiceToken token = token(request);
    return token == null ? null : token.request().proof();
  }

  static void mark(HttpServletRequest request, ServiceToken token) {
    request.setAttribute(TOKEN, token);
  }
}
