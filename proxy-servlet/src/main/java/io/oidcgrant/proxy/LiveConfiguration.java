package io.oidcgrant.proxy;

import io.oidcgrant.config.ConfigException;
import io.oidcgrant.config.ConfigNode;
import io.oidcgrant.config.ConfigProblem;
import io.oidcgrant.config.Reading;
import io.oidcgrant.protocol.TrustedPeers;
import io.oidcgrant.proxy.admin.api.Changes;
import io.oidcgrant.proxy.config.Entities;
import io.oidcgrant.proxy.config.Gateway;
import io.oidcgrant.proxy.config.GatewayFiles;
import io.oidcgrant.proxy.config.StateFile;
import io.oidcgrant.proxy.config.Written;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is in force, made of the files and of what the Admin API keeps, and how either changes it:
 * one after the other, each as a whole or not at all. Safe for concurrent use.
 */
final class LiveConfiguration implements Changes {
  private static final Logger LOG = LoggerFactory.getLogger(LiveConfiguration.class);

  /** The files. */
  interface Source {
    List<Path> files();

    /** A reading with nothing in it. */
    Reading reading();

    /** Those beside the ones that a plugin names. */
    TrustedPeers trustedPeers();
  }

  /**
   * A configuration that has been read.
   *
   * @param documents of the files
   */
  private record Read(Gateway gateway, Reading reading, List<ConfigNode> documents) {}

  /** Puts a configuration in force. */
  interface Use {
    void apply(Gateway gateway) throws Exception;
  }

  private final Source source;
  private final Optional<StateFile> file;
  private volatile Entities kept;
  private volatile Read current;
  private volatile Reading tried;
  private @Nullable Use use;
  private boolean changedBefore;

  /**
   * That of the start, not in force yet.
   *
   * @param file where the Admin API's part is kept; empty where there is none
   * @param kept what the file holds
   * @param first the whole
   */
  private LiveConfiguration(Source source, Optional<StateFile> file, Entities kept, Read first) {
    this.source = source;
    this.file = file;
    this.kept = kept;
    this.current = first;
    this.tried = first.reading();
  }

  /** Reads all of it; problems are those of {@link #reading}. */
  static LiveConfiguration read(Source source, Optional<StateFile> file) {
    Reading reading = source.reading();
    Entities kept = file.map(state -> state.read(reading)).orElseGet(() -> Entities.none("state"));
    List<ConfigNode> documents = GatewayFiles.documents(source.files(), reading);
    List<ConfigNode> beside = documents(file.isPresent(), kept);
    return new LiveConfiguration(
        source, file, kept, read(source, documents, beside, reading, null));
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

  /** What the files were read for the last time they were, whether it is in force or not. */
  Reading tried() {
    return tried;
  }

  /**
   * Reads the files again.
   *
   * @return whether what they say is in force; false where they changed meanwhile, perhaps half
   *     written
   * @throws ConfigException if what they say now cannot be in force
   */
  synchronized boolean reload() throws Exception {
    Reading reading = source.reading();
    readable(source.files(), reading);
    List<ConfigNode> documents = GatewayFiles.documents(source.files(), reading);
    Read found = read(source, documents, documents(file.isPresent(), kept), reading, null);
    tried = reading;
    if (!reading.isSettled()) {
      return false;
    }
    take(found, kept, null);
    return true;
  }

  /** What is no file can be read at the start alone: a pipe could be waited for without end. */
  private void readable(List<Path> files, Reading reading) {
    for (Path file : files) {
      reading.isOf(file);
      if (Files.exists(file) && !Files.isRegularFile(file)) {
        reading.problem(file.toString(), 0, "file", "is no regular file");
      }
    }
    if (reading.problemCount() > 0) {
      tried = reading;
      throw new ConfigException(reading.problems());
    }
  }

  /** @param accepted whose plugins need not be looked at again; null for none */
  private static Read read(
      Source source,
      List<ConfigNode> documents,
      List<ConfigNode> beside,
      Reading reading,
      @Nullable Gateway accepted) {
    Gateway gateway = GatewayFiles.of(documents, beside, reading);
    if (reading.problemCount() == 0) {
      PluginNeeds.check(gateway, accepted, source.trustedPeers(), reading);
    }
    reading.forgetEarlier();
    return new Read(gateway, reading, documents);
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
    // The files as they were accepted: one that is being written is the watch's.
    Reading reading = current.reading().again();
    try {
      take(
          read(source, current.documents(), documents(true, next), reading, current.gateway()),
          next,
          state);
      tried = reading;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private void take(Read found, Entities next, @Nullable StateFile state) throws Exception {
    List<ConfigProblem> problems = found.reading().problems();
    if (!problems.isEmpty()) {
      throw new ConfigException(problems);
    }
    Path prepared = state == null ? null : state.prepare(next);
    if (state == null || prepared == null) {
      apply(found);
    } else {
      try {
        apply(found);
      } catch (Exception e) {
        state.discard(prepared);
        throw e;
      }
      take(prepared, state);
    }
    List<ConfigProblem> before = current.reading().warnings();
    found.reading().warnings().stream()
        .filter(warning -> !before.contains(warning))
        .forEach(warning -> LOG.warn("{}", warning));
    kept = next;
    current = found;
    changedBefore |= use == null;
  }

  private void apply(Read read) throws Exception {
    if (use != null) {
      use.apply(read.gateway());
    }
  }

  private void take(Path prepared, StateFile state) throws Exception {
    try {
      state.take(prepared);
    } catch (IOException e) {
      // What cannot be kept must not be in force either.
      apply(current);
      throw e;
    }
  }
}
