package io.oidcgrant.flow;

import io.oidcgrant.cache.CacheKey;
import io.oidcgrant.credential.RequestView;
import io.oidcgrant.observe.GrantObserver.Lookup;
import io.oidcgrant.observe.TraceContext;
import io.oidcgrant.protocol.Printable;
import io.oidcgrant.protocol.Secret;
import org.jspecify.annotations.Nullable;

/**
 * Tokens for one credential of one request, and the key under which they are remembered. One thread
 * after the other.
 */
public final class Wanted {
  private final CacheKey key;
  private GrantRequest request;
  private @Nullable Lookup lookup;

  Wanted(CacheKey key, GrantRequest request) {
    this.key = key;
    this.request = request;
  }

  /** From now on with the trace of the request that waits for it. */
  Wanted by(RequestView waiting) {
    request = request.causedBy(
        TraceContext.current(waiting.headers("traceparent"), waiting.headers("tracestate")));
    return this;
  }

  CacheKey key() {
    return key;
  }

  GrantRequest request() {
    return request;
  }

  /** Whether a text has the credential in it, or the beginning of a long one. */
  public boolean isRepeatedBy(String text) {
    return OwnSecrets.isIn(
        text, Secret.of(Printable.of(request.credential().proof().reveal())));
  }

  void lookedUp(Lookup result) {
    lookup = result;
  }

  /** What the last look for remembered tokens came to; null before there was one. */
  public @Nullable Lookup lookup() {
    return lookup;
  }
}
