package io.oidcgrant;

import io.oidcgrant.config.OidcGrantConfig;
import io.oidcgrant.endpoint.TokenEndpointClient;
import io.oidcgrant.flow.GrantFlow;
import io.oidcgrant.flow.GrantRuntime;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Exchanges the caller's credential (refresh token, user name and password, or client id and
 * secret) for tokens at the issuer's token endpoint, verifies and remembers them, puts them into
 * headers and lets the request go on. Everybody else gets an answer that says why not. Configured
 * by init-params, by a file or by {@link OidcGrantConfig}. Safe for concurrent use.
 *
 * <p>In {@code web.xml} it should have {@code async-supported}, as should what stands behind it:
 * then a request that waits for the issuer holds no thread; see {@link #setAsyncDispatch}.
 */
public final class OidcGrantFilter extends TokenFilter {
  /**
   * Request attribute that an application may set: the id of the request, a text of its own making
   * or checking. Log lines about requests that are refused name it.
   */
  public static final String REQUEST_ID = "io.oidcgrant.request_id";

  private static final String FORWARDED = OidcGrantFilter.class.getName() + ".forwarded";

  private final @Nullable TokenEndpointClient client;
  private final @Nullable OidcGrantConfig config;

  /** To be configured by init-params: see {@link #init}. */
  public OidcGrantFilter() {
    this.config = null;
    this.client = null;
  }

  /** Configured in Java; init-params are not read. */
  public OidcGrantFilter(OidcGrantConfig config) {
    this.config = Objects.requireNonNull(config);
    this.client = null;
  }

  /**
   * With another way to the token endpoint. Discovery and keys do not go through {@code client},
   * which is not closed with the filter.
   */
  public OidcGrantFilter(OidcGrantConfig config, TokenEndpointClient client) {
    this.config = Objects.requireNonNull(config);
    this.client = Objects.requireNonNull(client);
  }

  /**
   * One of several filters that share a runtime; ready without {@link #init}. The runtime is not
   * closed with it.
   *
   * @throws io.oidcgrant.config.ConfigException if a file that the configuration names cannot be
   *     used
   */
  public OidcGrantFilter(OidcGrantConfig config, GrantRuntime runtime) {
    this(config, runtime, UUID.randomUUID().toString());
  }

  /**
   * The same in place of an earlier one.
   *
   * @param identity filters with the same, one after the other, go on with the tokens that were
   *     remembered, unless what they would ask the issuer for is different
   */
  public OidcGrantFilter(OidcGrantConfig config, GrantRuntime runtime, String identity) {
    this.config = Objects.requireNonNull(config);
    this.client = null;
    GrantFlow.prepare(config, runtime);
    startLater(() -> handler(config, runtime, identity));
  }

  /**
   * Reads the configuration where none was given: every init-param is a field by its own name,
   * lists separated by commas or white space; or {@code config} alone, a path or a
   * {@code classpath:} resource of a file.
   *
   * @throws ServletException naming every problem, if anything is wrong
   */
  @Override
  public void init(FilterConfig filterConfig) throws ServletException {
    super.init(filterConfig);
  }

  @Override
  Handler configured(FilterConfig filterConfig, GrantRuntime runtime) {
    OidcGrantConfig settings = config == null ? InitParams.read(filterConfig) : config;
    GrantFlow.prepare(settings, runtime);
    return handler(settings, runtime, UUID.randomUUID().toString());
  }

  private Handler handler(OidcGrantConfig settings, GrantRuntime runtime, String identity) {
    GrantFlow flow = GrantFlow.create(settings, runtime, client, identity);
    return new Exchange(flow, settings, decided())::handle;
  }

  /**
   * The headers that a filter has set on this request for the upstream, by name. For relays, which
   * must set them after the removal of hop-by-hop headers. Empty where no filter let it pass.
   */
  public static Map<String, String> managedHeaders(ServletRequest request) {
    if (!(request.getAttribute(FORWARDED) instanceof ForwardedRequest forwarded)) {
      return Map.of();
    }
    Map<String, String> headers = new LinkedHashMap<>();
    for (int i = 0; i < forwarded.added().size(); i += 2) {
      headers.put(forwarded.added().get(i), forwarded.added().get(i + 1));
    }
    return Collections.unmodifiableMap(headers);
  }

  /**
   * What proves the access token of this request to the upstream ({@code upstream_dpop}); null
   * where it goes without. For relays, which know the upstream's address: they set a proof of their
   * own making as header {@code DPoP}.
   */
  public static @Nullable UpstreamProof upstreamProof(ServletRequest request) {
    return request.getAttribute(FORWARDED) instanceof ForwardedRequest forwarded
        ? forwarded.proof()
        : null;
  }

  /**
   * The body of this request as it goes on, where a filter has read it; null where it is still to
   * come. For relays that may have to send it a second time; not to be changed.
   */
  public static byte @Nullable [] readBody(ServletRequest request) {
    return request.getAttribute(FORWARDED) instanceof ForwardedRequest forwarded
        ? forwarded.readBody()
        : null;
  }

  /**
   * When a WebSocket or a stream that this request opens is to be closed, for its token ends
   * ({@code stream_until_expiry}, {@code stream_grace}); null for never. For relays.
   */
  public static @Nullable Instant streamEnd(ServletRequest request) {
    return request.getAttribute(FORWARDED) instanceof ForwardedRequest forwarded
        ? forwarded.streamEnd()
        : null;
  }

  /**
   * Ends at the issuer the tokens with which this request passed the filter, for a logout: the
   * refresh token where there is one (RFC 7009); and forgets them. Completes at once where no
   * filter let it pass; fails with a {@link io.oidcgrant.protocol.GrantException}.
   */
  public static CompletionStage<@Nullable Void> revoke(ServletRequest request) {
    return request.getAttribute(FORWARDED) instanceof ForwardedRequest forwarded
        ? forwarded.revoke()
        : CompletableFuture.completedFuture(null);
  }

  /** Whether what the caller sent under this name, folded, must not reach the upstream. */
  public static boolean isManaged(ServletRequest request, String headerName) {
    return request.getAttribute(FORWARDED) instanceof ForwardedRequest forwarded
        && forwarded.withholds(headerName);
  }

  /**
   * Whether the answer has a header of this name, folded, from the filter: the upstream's is not
   * it.
   */
  public static boolean isManagedAnswer(ServletRequest request, String headerName) {
    return request.getAttribute(FORWARDED) instanceof ForwardedRequest forwarded
        && forwarded.tells(headerName);
  }

  static void markForwarded(HttpServletRequest request, ForwardedRequest forwarded) {
    request.setAttribute(FORWARDED, forwarded);
  }
}
