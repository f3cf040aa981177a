package io.oidcgrant.observe;

import io.oidcgrant.protocol.Failure;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps what an observer throws away from what it observes. Safe for concurrent use. */
final class FencedObserver implements GrantObserver {
  private static final Logger LOG = LoggerFactory.getLogger(GrantObserver.class);

  private final GrantObserver observer;
  private final AtomicBoolean logged = new AtomicBoolean();

  FencedObserver(GrantObserver observer) {
    this.observer = observer;
  }

  @Override
  public void called(Endpoint endpoint, Outcome outcome, long nanos) {
    try {
      observer.called(endpoint, outcome, nanos);
    } catch (RuntimeException | Error e) {
      caught(e);
    }
  }

  @Override
  public void lookedUp(Lookup result) {
    try {
      observer.lookedUp(result);
    } catch (RuntimeException | Error e) {
      caught(e);
    }
  }

  @Override
  public void renewed(Renewal outcome) {
    try {
      observer.renewed(outcome);
    } catch (RuntimeException | Error e) {
      caught(e);
    }
  }

  @Override
  public void keysFetched(String issuer) {
    try {
      observer.keysFetched(issuer);
    } catch (RuntimeException | Error e) {
      caught(e);
    }
  }

  @Override
  public void refused(Failure.Kind reason) {
    try {
      observer.refused(reason);
    } catch (RuntimeException | Error e) {
      caught(e);
    }
  }

  private void caught(Throwable error) {
    if (!logged.getAndSet(true)) {
      LOG.error("an observer throws, which is logged this once", error);
    }
  }
}
