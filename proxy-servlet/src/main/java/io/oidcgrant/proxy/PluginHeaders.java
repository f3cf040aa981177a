package io.oidcgrant.proxy;

import io.oidcgrant.OidcGrantFilter;
import io.oidcgrant.ServiceToken;
import io.oidcgrant.UpstreamOAuthFilter;
import io.oidcgrant.UpstreamProof;
import io.oidcgrant.proxy.relay.ManagedHeaders;
import jakarta.servlet.ServletRequest;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What both filters set; the later one goes before the earlier. Safe for concurrent use. */
final class PluginHeaders implements ManagedHeaders {
  @Override
  public @Nullable UpstreamProof proof(ServletRequest request) {
    return isAuthorizationOfService(request)
        ? UpstreamOAuthFilter.upstreamProof(request)
        : OidcGrantFilter.upstreamProof(request);
  }

  /** Then a proof for the other token would be wrong beside it. */
  private static boolean isAuthorizationOfService(ServletRequest request) {
    return UpstreamOAuthFilter.isManaged(request, "Authorization");
  }

  @Override
  public @Nullable ServiceToken serviceToken(ServletRequest request) {
    return UpstreamOAuthFilter.token(request);
  }

  @Override
  public @Nullable Instant streamEnd(ServletRequest request) {
    return OidcGrantFilter.streamEnd(request);
  }

  @Override
  public byte @Nullable [] readBody(ServletRequest request) {
    return OidcGrantFilter.readBody(request);
  }

  @Override
  public Map<String, String> of(ServletRequest request) {
    Map<String, String> later = UpstreamOAuthFilter.managedHeaders(request);
    if (later.isEmpty()) {
      return OidcGrantFilter.managedHeaders(request);
    }
    Map<String, String> both = new LinkedHashMap<>(OidcGrantFilter.managedHeaders(request));
    both.keySet().removeIf(name -> UpstreamOAuthFilter.isManaged(request, name));
    both.putAll(later);
    return both;
  }

  @Override
  public boolean isManagedAnswer(ServletRequest request, String name) {
    return OidcGrantFilter.isManagedAnswer(request, name);
  }

  @Override
  public boolean isManaged(ServletRequest request, String name) {
    return OidcGrantFilter.isManaged(request, name) || UpstreamOAuthFilter.isManaged(request, name);
  }
}
