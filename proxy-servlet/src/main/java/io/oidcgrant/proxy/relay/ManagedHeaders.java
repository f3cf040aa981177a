package io.oidcgrant.proxy.relay;

import jakarta.servlet.ServletRequest;
import java.util.Map;

/** The headers that the grant filter sets for the upstream of a request. */
public interface ManagedHeaders {
  /** The headers by the name they are sent under. */
  Map<String, String> of(ServletRequest request);

  /** Whether a header of this name is the filter's, so that the caller's must not pass. */
  boolean isManaged(ServletRequest request, String name);
}
