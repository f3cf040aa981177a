package io.oidcgrant.proxy.config;

import io.oidcgrant.config.Reading;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.EnumSet;
import java.util.HexFormat;

/**
 * Keeps what the Admin API has made, as a declarative file in JSON that its owner alone can read:
 * it holds secrets. Not thread-safe.
 */
public final class StateFile {
  private static final int MOST_LINKS = 40;

  /** As it was named. */
  private final Path file;
  /** Where links lead: they stay as they are. */
  private final Path real;
  /** The hash of what it held when it was last read or written. */
  private String seen;
  /** That of what was last written beside it. */
  private String prepared = "";

  /** The file holds what somebody else has written. */
  public static final class ChangedException extends IOException {
    private static final long serialVersionUID = 1L;

    ChangedException(Path file) {
      super(file + " has been changed by somebody else, perhaps by another proxy; what it says now"
          + " is taken up by the next start");
    }
  }

  /**
   * The file; it need not be there yet.
   *
   * @throws IllegalArgumentException if it could not be written
   */
  public StateFile(Path file) {
    this.file = file.toAbsolutePath();
    this.real = followed(this.file);
    this.seen = now();
    if (Files.isDirectory(real) || !Files.isDirectory(directory())) {
      throw new IllegalArgumentException(
          file + (Files.isDirectory(real) ? " is a directory" : " is in no directory"));
    }
    if (!Files.isWritable(directory())) {
      throw new IllegalArgumentException(file + " is in a directory that cannot be written to");
    }
  }

  private static Path followed(Path file) {
    Path real = file;
    try {
      for (int i = 0; i < MOST_LINKS && Files.isSymbolicLink(real); i++) {
        real = real.resolveSibling(Files.readSymbolicLink(real));
      }
    } catch (IOException e) {
      throw new IllegalArgumentException(file + " is a link that cannot be read", e);
    }
    return real;
  }

  /** The hash of what it holds; empty where it is not there. */
  private String now() {
    try {
      return hash(Files.readAllBytes(real));
    } catch (NoSuchFileException e) {
      return "";
    } catch (IOException e) {
      return "unreadable";
    }
  }

  private static String hash(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }

  private Path directory() {
    return real.resolveSibling("");
  }

  /**
   * Puts its own copy in its place, as every change does.
   *
   * @throws IllegalArgumentException if that cannot be
   */
  public void tryToReplace() {
    try {
      if (Files.exists(real)) {
        take(write(Files.readAllBytes(real)));
      }
    } catch (IOException e) {
      throw new IllegalArgumentException(
          file + " cannot be replaced (" + e.getClass().getSimpleName()
              + "): where it is a mount of its own, mount its directory",
          e);
    }
  }

  /** What it holds; none where it is not there. Problems go to {@code reading}. */
  public Entities read(Reading reading) {
    Entities none = Entities.none(file.toString());
    if (!Files.exists(real)) {
      return none;
    }
    try {
      // Not as YAML, which refuses characters that JSON may hold.
      byte[] text = Files.readAllBytes(real);
      seen = hash(text);
      return text.length == 0
          ? none
          : Entities.of(JsonNodes.readKept(file.toString(), text), reading);
    } catch (IOException e) {
      reading.problem(
          file.toString(), 0, "file", "cannot be read: " + e.getClass().getSimpleName());
    } catch (IllegalArgumentException e) {
      reading.problem(file.toString(), 0, "file", String.valueOf(e.getMessage()));
    }
    return none;
  }

  /**
   * A file beside it, whole on the disk, that {@link #take} puts in its place.
   *
   * @throws ChangedException if the file is not as it was left: that would be lost
   * @throws IOException if it cannot be written
   */
  public Path prepare(Entities entities) throws IOException {
    if (!now().equals(seen)) {
      throw new ChangedException(file);
    }
    return write((JsonNodes.write(entities.document()) + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private Path write(byte[] bytes) throws IOException {
    Path next = real.resolveSibling(real.getFileName() + ".next");
    Files.deleteIfExists(next);
    prepared = hash(bytes);
    ByteBuffer text = ByteBuffer.wrap(bytes);
    try (FileChannel channel = FileChannel.open(
        next, EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), ownerOnly())) {
      while (text.hasRemaining()) {
        channel.write(text);
      }
      channel.force(true);
    } catch (IOException e) {
      discard(next);
      throw e;
    }
    return next;
  }

  /** Leaves nothing of a prepared file: it holds secrets. */
  public void discard(Path next) throws IOException {
    Files.deleteIfExists(next);
  }

  private static FileAttribute<?>[] ownerOnly() {
    return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        }
        : new FileAttribute<?>[0];
  }

  /** Puts a prepared file in place: whoever reads it sees the old one or the new one. */
  public void take(Path next) throws IOException {
    try {
      if (!now().equals(seen) || !hash(Files.readAllBytes(next)).equals(prepared)) {
        throw new ChangedException(file);
      }
      Files.move(next, real, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      seen = prepared;
    } catch (IOException e) {
      discard(next);
      throw e;
    }
    try (FileChannel directory = FileChannel.open(directory(), StandardOpenOption.READ)) {
      directory.force(true);
    } catch (IOException e) {
      // Not every system can do that with a directory; the file itself is safe.
      return;
    }
  }
}
