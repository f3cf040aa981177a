package io.oidcgrant.proxy.relay;

import io.oidcgrant.UpstreamProof;
import jakarta.servlet.ServletRequest;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The headers that the grant filter sets for the upstream of a request. */
public interface ManagedHeaders {
  /** The headers by the name they are sent under. */
  Map<String, String> of(ServletRequest request);

  /** What proves the access token to the upstream; null where it goes without a proof. */
  @Nullable UpstreamProof proof(ServletRequest request);

  /** The body where the filter has read it; null where it is still to come. */
  byte @Nullable [] readBody(ServletRequest request);

  /** Whether a header of this name is the filter's, so that the caller's must not pass. */
  boolean isManaged(ServletRequest request, String name);
}
