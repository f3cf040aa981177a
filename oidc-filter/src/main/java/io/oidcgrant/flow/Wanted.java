package io.oidcgrant.flow;

import io.oidcgrant.cache.CacheKey;
import io.oidcgrant.credential.RequestView;
import io.oidcgrant.observe.TraceContext;

/** Tokens for one credential of one request, and the key under which they are remembered. */
public final class Wanted {
  private final CacheKey key;
  private final GrantRequest request;

  Wanted(CacheKey key, GrantRequest request) {
    this.key = key;
    this.request = request;
  }

  /** The same, with the trace of the request that waits for it. */
  Wanted by(RequestView waiting) {
    TraceContext trace =
        TraceContext.current(waiting.headers("traceparent"), waiting.headers("tracestate"));
    return trace == null ? this : new Wanted(key, request.causedBy(trace));
  }

  CacheKey key() {
    return key;
  }

  GrantRequest request() {
    return request;
  }
}
