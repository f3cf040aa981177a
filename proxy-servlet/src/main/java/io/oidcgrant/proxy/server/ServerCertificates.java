package io.oidcgrant.proxy.server;

import io.oidcgrant.config.Certificates;
import io.oidcgrant.http.FileStamp;
import io.oidcgrant.http.TlsIdentity;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificates of the TLS listener, read again when their files change: what cannot be used
 * leaves the old. Not thread-safe.
 */
final class ServerCertificates {
  private static final Logger LOG = LoggerFactory.getLogger(ServerCertificates.class);
  private static final Duration WARNING = Duration.ofDays(7);

  private final List<Kept> kept = new ArrayList<>();
  private final InstantSource clock;

  /** An entry, with what was last read of it. */
  private static final class Kept {
    private final Certificates.Entry entry;
    private final List<TlsIdentity.Source> sources;
    private final List<Path> files;
    private List<TlsIdentity> identities;
    private String stamp;
    private String refusal = "";
    private boolean warned;

    Kept(Certificates.Entry entry, Instant now) {
      this.entry = entry;
      this.sources =
          Stream.concat(Stream.of(entry.source()), entry.alternative().stream()).toList();
      this.files = sources.stream().flatMap(source -> source.files().stream()).toList();
      this.stamp = FileStamp.of(files);
      this.identities = load(now);
    }

    private List<TlsIdentity> load(Instant now) {
      return sources.stream().map(source -> TlsIdentity.load(source, now)).toList();
    }

    /** What was refused is tried again: the time of a certificate may come. */
    boolean renew(Instant now) {
      String found = FileStamp.of(files);
      boolean changed = !found.equals(stamp);
      if (!changed && refusal.isEmpty()) {
        return false;
      }
      stamp = found;
      try {
        identities = load(now);
        refusal = "";
        warned = false;
        LOG.info("changed certificate files are in use: {}", files);
        return true;
      } catch (IllegalArgumentException e) {
        String reason = String.valueOf(e.getMessage());
        if (changed || !reason.equals(refusal)) {
          LOG.error("changed certificate files are not used: {}, of {}", reason, files);
        }
        refusal = reason;
        return false;
      }
    }

    void warn(Instant now) {
      if (warned) {
        return;
      }
      for (TlsIdentity identity : identities) {
        Instant end = identity.certificate().getNotAfter().toInstant();
        if (!end.isAfter(now.plus(WARNING))) {
          warned = true;
          LOG.warn("the listener's certificate of {} expires at {}", identity.subject(), end);
        }
      }
    }
  }

  /**
   * Reads them for the first time.
   *
   * @param entries at least one; the first is the default
   * @throws IllegalArgumentException if one cannot be used
   */
  ServerCertificates(List<Certificates.Entry> entries, InstantSource clock) {
    this.clock = clock;
    Instant now = clock.instant();
    entries.forEach(entry -> kept.add(new Kept(entry, now)));
    kept.forEach(one -> one.warn(now));
  }

  /** Looks at the files; whether there is anything new. */
  boolean renew() {
    Instant now = clock.instant();
    boolean renewed = false;
    for (Kept one : kept) {
      renewed |= one.renew(now);
      one.warn(now);
    }
    return renewed;
  }

  /** What is presented now. */
  PresentedIdentities presented() {
    Map<String, List<TlsIdentity>> named = new HashMap<>();
    for (Kept one : kept) {
      one.entry.names().forEach(name -> named.put(name, one.identities));
    }
    return new PresentedIdentities(kept.get(0).identities, named);
  }
}
