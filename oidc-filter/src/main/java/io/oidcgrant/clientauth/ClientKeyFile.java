package io.oidcgrant.clientauth;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.text.ParseException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The file that keeps client keys, for its owner alone. Every message is a sentence that names the
 * file and holds nothing of its content. Safe for concurrent use, by several processes too.
 */
final class ClientKeyFile {
  private static final int MAX_BYTES = 1 << 20;
  private static final Set<PosixFilePermission> OWNER =
      Set.copyOf(PosixFilePermissions.fromString("rwx------"));
  private static final Duration LOCK_PATIENCE = Duration.ofSeconds(30);
  private static final Duration LOCK_PAUSE = Duration.ofMillis(10);

  /** Differs where the file does. */
  record Stamp(FileTime modified, long size, @Nullable Object id) {
    /** Of no file, so that the next look is followed by a reading. */
    static final Optional<Stamp> UNKNOWN = Optional.of(new Stamp(FileTime.fromMillis(0), -1, null));
  }

  private final Path file;

  ClientKeyFile(Path file) {
    this.file = file.toAbsolutePath();
  }

  /** Of the file as it is now; empty where there is none that can be looked at. */
  Optional<Stamp> stamp() {
    try {
      BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
      return Optional.of(new Stamp(now.lastModifiedTime(), now.size(), now.fileKey()));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** What it holds. */
  ClientKeySet read() throws IOException {
    byte[] content;
    try (InputStream in = Files.newInputStream(file)) {
      PosixFileAttributeView posix = Files.getFileAttributeView(file, PosixFileAttributeView.class);
      if (posix != null && !OWNER.containsAll(posix.readAttributes().permissions())) {
        throw new IOException(
            file + " may be read or written by others than its owner; it must have mode 600");
      }
      content = in.readNBytes(MAX_BYTES + 1);
    } catch (FileSystemException e) {
      throw new IOException(file + " cannot be read" + reason(e), e);
    }
    if (content.length > MAX_BYTES) {
      throw new IOException(file + " is larger than " + MAX_BYTES + " bytes, it is no key file");
    }
    try {
      return ClientKeySet.parse(new String(content, StandardCharsets.UTF_8));
    } catch (ParseException e) {
      throw new IOException(file + " " + e.getMessage());
    }
  }

  /** Whether it may be made where it is to be. */
  boolean hasDirectory() {
    return Files.isDirectory(directory(file));
  }

  private static Path directory(Path file) {
    Path parent = file.getParent();
    return parent == null ? file : parent;
  }

  /**
   * Changes what the file holds now, while nobody else does.
   *
   * @param known what to change where there is no file
   * @param change the same instance for nothing to change
   */
  ClientKeySet change(ClientKeySet known, UnaryOperator<ClientKeySet> change) throws IOException {
    try {
      // A link stays a link; and all who use the file by any of its names meet at one lock.
      Path real = Files.exists(file)
          ? file.toRealPath()
          : directory(file).toRealPath().resolve(file.getFileName());
      Path beside = real.resolveSibling(real.getFileName() + ".lock");
      try (FileChannel channel =
          FileChannel.open(beside, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        lock(channel, beside);
        ownedAs(real, beside);
        ClientKeySet before = Files.exists(real) ? read() : known;
        ClientKeySet after = change.apply(before);
        if (after != before || !Files.exists(real)) {
          write(after, real);
        }
        return after;
      }
    } catch (FileSystemException e) {
      throw new IOException(file + " cannot be written" + reason(e), e);
    }
  }

  /**
   * Until the channel is closed. The JDK waits for other processes but not for other channels of
   * this one.
   */
  private static void lock(FileChannel channel, Path path) throws IOException {
    for (Duration waited = Duration.ZERO;
        waited.compareTo(LOCK_PATIENCE) < 0;
        waited = waited.plus(LOCK_PAUSE)) {
      try {
        if (channel.tryLock() != null) {
          return;
        }
      } catch (OverlappingFileLockException e) {
        // Somebody else in this process has it.
      }
      try {
        Thread.sleep(LOCK_PAUSE.toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while waiting for " + path, e);
      }
    }
    throw new IOException(path + " has been locked by another process for " + LOCK_PATIENCE);
  }

  private static void write(ClientKeySet keys, Path real) throws IOException {
    // Made with mode 600, as all temporary files.
    Path temporary = Files.createTempFile(directory(real), "." + real.getFileName(), ".tmp");
    try {
      ownedAs(real, temporary);
      try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
        ByteBuffer content = ByteBuffer.wrap(keys.toJson().getBytes(StandardCharsets.UTF_8));
        while (content.hasRemaining()) {
          channel.write(content);
        }
        channel.force(true);
      }
      Files.move(temporary, real, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /**
   * An administrator who rotates keys must not take the file from the account that runs with it.
   */
  private static void ownedAs(Path model, Path path) throws IOException {
    if (Files.exists(model)) {
      UserPrincipal owner = Files.getOwner(model);
      if (!owner.equals(Files.getOwner(path))) {
        Files.setOwner(path, owner);
      }
    }
  }

  private static String reason(FileSystemException e) {
    return " (" + (e.getReason() == null ? e.getClass().getSimpleName() : e.getReason()) + ")";
  }

  @Override
  public String toString() {
    return file.toString();
  }
}
