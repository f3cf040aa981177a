package io.oidcgrant.proxy.route;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What of a request decides its route. One per request. */
public interface RequestFacts {
  String method();

  /** The one that the caller asks, without port. */
  String host();

  /** The one that the caller asks. */
  int port();

  CanonicalPath path();

  /** Path and query as they were sent. */
  String target();

  /** The values of all its lines. */
  List<String> headers(String name);

  /** Whether the caller came over TLS. */
  boolean secure();

  /** Whom the TLS connection was opened to; null where that was not said. */
  @Nullable String serverName();

  boolean http2();
}
