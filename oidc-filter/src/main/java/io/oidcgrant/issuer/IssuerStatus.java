package io.oidcgrant.issuer;

import java.time.Duration;
import java.util.Optional;

/**
 * How it stands with an issuer.
 *
 * @param everDiscovered its metadata have been read at least once
 * @param reachable the last call of it succeeded
 * @param detail why not, in one line; empty if it is reachable
 * @param keysAge since its keys were last fetched; empty where they never were
 */
public record IssuerStatus(
    String issuer,
    boolean everDiscovered,
    boolean reachable,
    String detail,
    Optional<Duration> keysAge) {
  /** The same of one that was discovered under another configuration. */
  public IssuerStatus discoveredBefore() {
    return new IssuerStatus(issuer, true, reachable, detail, keysAge);
  }
}
