package io.oidcgrant.observe;

import io.oidcgrant.observe.GrantObserver.Endpoint;
import org.jspecify.annotations.Nullable;

/** Has calls of issuers seen: by an observer, and as spans. Safe for concurrent use. */
public final class IssuerCalls {
  private final GrantObserver observer;

  public IssuerCalls(GrantObserver observer) {
    this.observer = observer;
  }

  /**
   * A call that is to be made.
   *
   * @param cause the trace of the request that it is made for; null where it is made for none
   */
  public IssuerCall begin(Endpoint endpoint, @Nullable TraceContext cause) {
    return new IssuerCall(observer, endpoint, cause);
  }

  public GrantObserver observer() {
    return observer;
  }
}
