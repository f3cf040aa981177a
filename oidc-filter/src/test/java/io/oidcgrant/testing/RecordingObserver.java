package io.oidcgrant.testing;

import io.oidcgrant.observe.GrantObserver;
import io.oidcgrant.protocol.Failure;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Writes down what it hears, a line each. */
public final class RecordingObserver implements GrantObserver {
  private final List<String> heard = new CopyOnWriteArrayList<>();

  /** What has been heard since the last call. */
  public List<String> take() {
    List<String> taken = List.copyOf(heard);
    heard.clear();
    return taken;
  }

  @Override
  public void called(Endpoint endpoint, Outcome outcome, long nanos) {
    heard.add(endpoint.code() + " " + outcome.code() + (nanos > 0 ? "" : " unsent"));
  }

  @Override
  public void lookedUp(Lookup result) {
    heard.add("cache " + result.code());
  }

  @Override
  public void renewed(Renewal outcome) {
    heard.add("renewal " + outcome.code());
  }

  @Override
  public void keysFetched(String issuer) {
    heard.add("keys of " + issuer);
  }

  @Override
  public void refused(Failure.Kind reason) {
    heard.add("refused " + reason.code());
  }
}
