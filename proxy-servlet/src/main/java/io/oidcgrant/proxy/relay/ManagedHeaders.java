package io.oidcgrant.proxy.relay;

import io.oidcgrant.ServiceToken;
import io.oidcgrant.UpstreamProof;
import jakarta.servlet.ServletRequest;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the filters set for the upstream of a request. */
public interface ManagedHeaders {
  /** The headers by the name they are sent under. */
  Map<String, String> of(ServletRequest request);

  /** What proves the access token to the upstream; null where it goes without a proof. */
  @Nullable UpstreamProof proof(ServletRequest request);

  /** When a stream that the request opens is to end; null for never. */
  @Nullable Instant streamEnd(ServletRequest request);

  /** The body where the filter has read it; null where it is still to come. */
  byte @Nullable [] readBody(ServletRequest request);

  /** The token of ours with which the request goes; null where it has none. */
  @Nullable ServiceToken serviceToken(ServletRequest request);

  /** Whether the answer has a header of this name from a filter. */
  boolean isManagedAnswer(ServletRequest request, String name);

  /** Whether a header of this name is a filter's, so that the caller's must not pass. */
  boolean isManaged(ServletRequest request, String name);
}
