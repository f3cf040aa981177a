package io.oidcgrant.flow;

import java.util.concurrent.CompletionStage;

/**
 * Where tokens come from; each implementation is a layer over another. Never blocks. Safe for
 * concurrent use.
 */
interface TokenSource<T> {
  /** Fails with a {@link io.oidcgrant.protocol.GrantException}. */
  CompletionStage<T> tokens(GrantRequest request);
}
