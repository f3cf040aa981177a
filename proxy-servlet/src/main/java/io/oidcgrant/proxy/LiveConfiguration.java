package io.oidcgrant.proxy;

import io.oidcgrant.config.ConfigException;
import io.oidcgrant.config.ConfigNode;
import io.oidcgrant.config.ConfigProblem;
import io.oidcgrant.config.Reading;
import io.oidcgrant.proxy.admin.api.Changes;
import io.oidcgrant.proxy.config.Entities;
import io.oidcgrant.proxy.config.Gateway;
import io.oidcgrant.proxy.config.StateFile;
import io.oidcgrant.proxy.config.Written;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What is in force, made of the files and of what the Admin API keeps, and how either changes it:
 * one after the other, each as a whole or not at all. Safe for concurrent use.
 */
final class LiveConfiguration implements Changes {
  /** A configuration that has been read. */
  record Read(Gateway gateway, Reading reading) {}

  /** Puts a configuration in force. */
  interface Use {
    void apply(Gateway gateway) throws Exception;
  }

  private final Function<List<ConfigNode>, Read> read;
  private final Optional<StateFile> file;
  private volatile Entities kept;
  private volatile Read current;
  private @Nullable Use use;
  private boolean changedBefore;

  /**
   * That of the start, not in force yet.
   *
   * @param read reads the files, with these documents beside them
   * @param file where the Admin API's part is kept; empty where there is none
   * @param kept what the file holds
   * @param first the whole
   */
  private LiveConfiguration(
      Function<List<ConfigNode>, Read> read, Optional<StateFile> file, Entities kept, Read first) {
    this.read = read;
    this.file = file;
    this.kept = kept;
    this.current = first;
  }

  /** Reads all of it; problems are those of {@link #reading}. */
  static LiveConfiguration read(
      Function<List<ConfigNode>, Read> read, Optional<StateFile> file, Reading ofFile) {
    Entities kept = file.map(state -> state.read(ofFile)).orElseGet(() -> Entities.none("state"));
    Read first = read.apply(documents(file.isPresent(), kept));
    ofFile.problems().forEach(problem -> first.reading().problem(problem));
    return new LiveConfiguration(read, file, kept, first);
  }

  private static List<ConfigNode> documents(boolean any, Entities kept) {
    return any ? List.of(kept.document()) : List.of();
  }

  Gateway gateway() {
    return current.gateway();
  }

  /** What it was read from. */
  Reading reading() {
    return current.reading();
  }

  /** From now on changes go there, with what has changed since the start. */
  synchronized void use(Use target) throws Exception {
    use = target;
    if (changedBefore) {
      target.apply(current.gateway());
    }
  }

  /**
   * Reads the files again.
   *
   * @throws ConfigException if what they say now cannot be in force
   */
  synchronized void reload() throws Exception {
    take(kept, null);
  }

  @Override
  public boolean allowed() {
    return file.isPresent();
  }

  @Override
  public Entities kept() {
    return kept;
  }

  @Override
  public List<Written> inForce() {
    return current.gateway().written().get();
  }

  @Override
  public synchronized void change(Entities next) {
    StateFile state = file.orElseThrow();
    try {
      take(next, state);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private void take(Entities next, @Nullable StateFile state) throws Exception {
    Read found = read.apply(documents(file.isPresent(), next));
    List<ConfigProblem> problems = found.reading().problems();
    if (!problems.isEmpty()) {
      throw new ConfigException(problems);
    }
    Path prepared = state == null ? null : state.prepare(next);
    if (use != null) {
      use.apply(found.gateway());
    }
    if (state != null && prepared != null) {
      take(prepared, state);
    }
    kept = next;
    current = found;
    changedBefore |= use == null;
  }

  private void take(Path prepared, StateFile state) throws Exception {
    try {
      state.take(prepared);
    } catch (IOException e) {
      // What cannot be kept must not be in force either.
      if (use != null) {
        use.apply(current.gateway());
      }
      throw e;
    }
  }
}
