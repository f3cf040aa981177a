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

  /**
   * The client of now.
   *
   * @param nextCheck when the files are looked at again
   */
  private record State(
      HttpClient client, Optional<TlsIdentity> identity, String stamp, Instant nextCheck) {}

  private final TlsSettings settings;
  private final Function<@Nullable SSLContext, HttpClient> make;
  private final InstantSource clock;
  private final boolean renewed;
  private final ReentrantLock looking = new ReentrantLock();
  private volatile State state;

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
    String stamp = settings.stamp();
    this.renewed = !stamp.isEmpty();
    Instant now = clock.instant();
    TlsSettings.Loaded loaded = settings.load(now);
    warn(loaded, now);
    this.state = new State(make.apply(loaded.context()), loaded.identity(), stamp, now.plus(CHECK));
  }

  HttpClient client() {
    if (renewed) {
      check();
    }
    return state.client();
  }

  Optional<TlsIdentity> identity() {
    return state.identity();
  }

  /** Looks at the files now and then: whoever comes at the time does it, and nobody waits. */
  private void check() {
    if (clock.instant().isBefore(state.nextCheck()) || !looking.tryLock()) {
      return;
    }
    try {
      renew(state, clock.instant());
    } finally {
      looking.unlock();
    }
  }

  private void renew(State known, Instant now) {
    String stamp = settings.stamp();
    Instant next = now.plus(CHECK);
    if (stamp.equals(known.stamp())) {
      state = new State(known.client(), known.identity(), stamp, next);
      return;
    }
    try {
      TlsSettings.Loaded loaded = settings.load(now);
      state = new State(make.apply(loaded.context()), loaded.identity(), stamp, next);
      LOG.info("the TLS files for the issuer have changed and are in use");
      warn(loaded, now);
    } catch (IllegalArgumentException e) {
      // Told once: the stamp is that of the files that were refused.
      state = new State(known.client(), known.identity(), stamp, next);
      LOG.error("changed TLS files for the issuer are not used: {}", e.getMessage());
    }
  }

  private static void warn(TlsSettings.Loaded loaded, Instant now) {
    loaded.identity().ifPresent(identity -> {
      Instant end = identity.certificate().getNotAfter().toInstant();
      if (end.isBefore(now.plus(WARNING))) {
        LOG.warn("the client certificate of {} expires at {}", identity.subject(), end);
      }
    });
  }
}
