package io.oidcgrant.flow;

import io.oidcgrant.cache.CacheKey;
import io.oidcgrant.credential.RequestView;
import io.oidcgrant.observe.GrantObserver.Lookup;
import io.oidcgrant.observe.TraceContext;
import io.oidcgrant.protocol.Printable;
import org.jspecify.annotations.Nullable;

/**
 * Tokens for one credential of one request, and the key under which they are remembered. One thread
 * after the other.
 */
public final class Wanted {
  /** So much of a credential is a part of it. */
  private static final int TELLING = 32;

  private final CacheKey key;
  private final GrantRequest request;
  private @Nullable Lookup lookup;

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

  /** Whether a text has the credential in it, or the beginning of a long one. */
  public boolean isRepeatedBy(String text) {
    String proof = Printable.of(request.credential().proof().reveal());
    return !proof.isEmpty() && text.contains(proof.substring(0, Math.min(proof.length(), TELLING)));
  }

  void lookedUp(Lookup result) {
    lookup = result;
  }

  /** What the last look for remembered tokens came to; null before there was one. */
  public @Nullable Lookup lookup() {
    return lookup;
  }
}
