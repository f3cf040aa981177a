package io.oidcgrant;

import io.oidcgrant.config.UpstreamOAuthConfig;
import io.oidcgrant.endpoint.TokenEndpointClient;
import io.oidcgrant.flow.GrantRuntime;
import io.oidcgrant.flow.ServiceTokens;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Puts on every request a token that the application, or the gateway, gets for itself (Kong's
 * {@code upstream-oauth}): the caller need not know. It authenticates nobody; where callers must
 * be, {@link OidcGrantFilter} stands before it. Configured by init-params, by a file or by
 * {@link UpstreamOAuthConfig}. Safe for concurrent use.
 */
public final class UpstreamOAuthFilter extends TokenFilter {
  private static final String TOKEN = UpstreamOAuthFilter.class.getName() + ".token";

  private final @Nullable TokenEndpointClient client;
  private final @Nullable UpstreamOAuthConfig config;

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
    ServiceTokens.prepare(config, runtime);
    startLater(() -> handler(config, runtime));
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
    super.init(filterConfig);
  }

  @Override
  Handler configured(FilterConfig filterConfig, GrantRuntime runtime) {
    UpstreamOAuthConfig settings =
        config == null ? InitParams.readUpstreamOAuth(filterConfig) : config;
    ServiceTokens.prepare(settings, runtime);
    return handler(settings, runtime);
  }

  private Handler handler(UpstreamOAuthConfig settings, GrantRuntime runtime) {
    ServiceTokens source = ServiceTokens.create(settings, runtime, client);
    return new ServiceExchange(source, settings, decided())::handle;
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
