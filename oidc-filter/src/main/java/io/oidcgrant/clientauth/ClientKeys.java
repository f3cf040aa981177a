package io.oidcgrant.clientauth;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWKSet;
import io.oidcgrant.jose.SigningKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The client's own key pairs, one for each algorithm, made when first needed; kept in memory or in
 * a file that several processes may share. The issuer gets {@link #publicKeys}. Safe for concurrent
 * use.
 */
public final class ClientKeys {
  private static final Logger LOG = LoggerFactory.getLogger(ClientKeys.class);
  private static final long CHECK_MILLIS = 1_000;

  /** What was last looked at: the keys in use, and the file at that time. */
  private record State(ClientKeySet keys, Optional<ClientKeyFile.Stamp> stamp) {}

  private final @Nullable ClientKeyFile file;
  private final InstantSource clock;
  private final ReentrantLock changing = new ReentrantLock();
  private final AtomicLong checked;
  private volatile State state;

  private ClientKeys(@Nullable ClientKeyFile file, InstantSource clock, State state) {
    this.file = file;
    this.clock = clock;
    this.checked = new AtomicLong(clock.millis());
    this.state = state;
  }

  /** Keys that end with this process. */
  public static ClientKeys inMemory() {
    return new ClientKeys(
        null, InstantSource.system(), new State(ClientKeySet.EMPTY, Optional.empty()));
  }

  /**
   * The keys of a file, which is made with the first key: a JSON object whose {@code keys} are
   * private JSON Web Keys and whose {@code previous} are the ones before the last rotation. A file
   * that another process changes is taken up within a second of the next use; while it cannot be
   * used, the last good keys are.
   *
   * @throws IllegalArgumentException naming the file, if it cannot be read, is no such file, or is
   *     open to others than its owner
   */
  public static ClientKeys at(Path file) {
    return at(file, InstantSource.system());
  }

  /** With another clock, for tests. */
  static ClientKeys at(Path path, InstantSource clock) {
    ClientKeyFile file = new ClientKeyFile(path);
    Optional<ClientKeyFile.Stamp> stamp = file.stamp();
    if (stamp.isEmpty() && !file.hasDirectory()) {
      throw new IllegalArgumentException(
          file + " cannot be made: its directory does not exist, or may not be entered");
    }
    try {
      return new ClientKeys(
          file, clock, new State(stamp.isEmpty() ? ClientKeySet.EMPTY : file.read(), stamp));
    } catch (IOException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /**
   * The key that signs now. The first time it is made, which takes a good part of a second for RSA,
   * and stored.
   *
   * @param algorithm one of {@link SigningKey#ASYMMETRIC}
   * @throws UncheckedIOException naming the file, if a new key cannot be stored
   */
  public SigningKey current(JWSAlgorithm algorithm) {
    if (!SigningKey.ASYMMETRIC.contains(algorithm)) {
      throw new IllegalArgumentException("no key pair of our own serves " + algorithm);
    }
    return latest()
        .current(algorithm)
        .or(() -> change(keys -> keys.with(algorithm)).current(algorithm))
        .orElseThrow();
  }

  /** The public halves of the keys that sign now and of those before the last rotation. */
  public JWKSet publicKeys() {
    return latest().published();
  }

  /**
   * New keys for all algorithms in use. The keys until now sign no more and stay published until
   * the next rotation; those before them are dropped.
   *
   * @return the ids of the new keys
   * @throws UncheckedIOException naming the file, if they cannot be stored; nothing changes then
   */
  public List<String> rotate() {
    List<String> ids = change(ClientKeySet::rotated).keys().stream()
        .map(key -> key.key().getKeyID())
        .toList();
    LOG.info("client keys rotated, the new ones are {}", ids);
    return ids;
  }

  private ClientKeySet change(UnaryOperator<ClientKeySet> change) {
    changing.lock();
    try {
      State now = state;
      ClientKeyFile kept = file;
      state = kept == null
          ? new State(change.apply(now.keys()), Optional.empty())
          // A stamp taken now could be that of somebody's later change.
          : new State(kept.change(now.keys(), change), ClientKeyFile.Stamp.UNKNOWN);
      return state.keys();
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    } finally {
      changing.unlock();
    }
  }

  /** The keys, after a look at the file where the last one is a second ago. */
  private ClientKeySet latest() {
    ClientKeyFile kept = file;
    if (kept != null) {
      long now = clock.millis();
      long before = checked.get();
      if (Math.abs(now - before) >= CHECK_MILLIS
          && checked.compareAndSet(before, now)
          && changing.tryLock()) {
        try {
          reload(kept);
        } finally {
          changing.unlock();
        }
      }
    }
    return state.keys();
  }

  private void reload(ClientKeyFile kept) {
    State before = state;
    Optional<ClientKeyFile.Stamp> stamp = kept.stamp();
    if (stamp.equals(before.stamp())) {
      return;
    }
    ClientKeySet keys = before.keys();
    try {
      keys = kept.read();
    } catch (IOException e) {
      LOG.error("the last good client keys stay in use: {}", e.getMessage());
    }
    state = new State(keys, stamp);
  }

  /** Without a key. */
  @Override
  public String toString() {
    return "ClientKeys[" + (file == null ? "in memory" : file) + ", " + state.keys() + "]";
  }
}
