package io.oidcgrant.http;

import java.net.http.HttpClient;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The JDK's client, made anew when the files behind its TLS change: connections and sessions of the
 * old identity stay with the old client, which ends with what it still carries. A renewal that
 * cannot be used leaves the old one. Safe for concurrent use.
 */
final class RenewedClient {
  private static final Logger LOG = LoggerFactory.getLogger(RenewedClient.class);
  private static final Duration CHECK = Duration.ofSeconds(5);
  private static final Duration WARNING = Duration.ofDays(7);

  /** The client of now. */
  private record State(HttpClient client, Optional<TlsIdentity> identity) {}

  private final TlsSettings settings;
  private final Function<@Nullable SSLContext, HttpClient> make;
  private final InstantSource clock;
  private final ReentrantLock looking = new ReentrantLock();
  private volatile State state;
  private volatile Instant nextCheck;

  // Under the lock.
  private String stamp;
  private String refusal = "";
  private boolean warned;

  /**
   * Makes the first client.
   *
   * @throws IllegalArgumentException if its files cannot be used
   */
  RenewedClient(
      TlsSettings settings, Function<@Nullable SSLContext, HttpClient> make, InstantSource clock) {
    this.settings = settings;
    this.make = make;
    this.clock = clock;
    this.stamp = settings.stamp();
    Instant now = clock.instant();
    TlsSettings.Loaded loaded = settings.load(now);
    this.state = new State(make.apply(loaded.context()), loaded.identity());
    this.nextCheck = now.plus(CHECK);
    warn(state, now);
  }

  HttpClient client() {
    Instant now = clock.instant();
    Instant next = nextCheck;
    // A clock that was set back must not put off the next look for hours.
    boolean due = !now.isBefore(next) || next.minus(CHECK).isAfter(now);
    // Whoever comes at the time looks, and nobody waits.
    if (due && looking.tryLock()) {
      try {
        nextCheck = now.plus(CHECK);
        renew(now);
        warn(state, now);
      } finally {
        looking.unlock();
      }
    }
    return state.client();
  }

  Optional<TlsIdentity> identity() {
    return state.identity();
  }

  /** What was refused is tried again: the time of a certificate may come, or a right be given. */
  private void renew(Instant now) {
    String found = settings.stamp();
    boolean changed = !found.equals(stamp);
    if (!changed && refusal.isEmpty()) {
      return;
    }
    stamp = found;
    try {
      TlsSettings.Loaded loaded = settings.load(now);
      state = new State(make.apply(loaded.context()), loaded.identity());
      refusal = "";
      warned = false;
      LOG.info("changed TLS files for the issuer are in use: {}", settings.files());
    } catch (RuntimeException e) {
      String reason = String.valueOf(e.getMessage());
      if (changed || !reason.equals(refusal)) {
        LOG.error(
            "changed TLS files for the issuer are not used: {}, of {}", reason, settings.files());
      }
      refusal = reason;
    }
  }

  private void warn(State used, Instant now) {
    if (warned || used.identity().isEmpty()) {
      return;
    }
    TlsIdentity identity = used.identity().get();
    Instant end = identity.certificate().getNotAfter().toInstant();
    if (!end.isAfter(now.plus(WARNING))) {
      warned = true;
      LOG.warn("the client certificate of {} expires at {}", identity.subject(), end);
    }
  }
}
