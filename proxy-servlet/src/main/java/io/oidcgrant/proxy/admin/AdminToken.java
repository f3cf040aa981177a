package io.oidcgrant.proxy.admin;

import io.oidcgrant.http.FileStamp;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What whoever changes the configuration must know. Read again when its file changes, within a
 * second; a file that cannot be read leaves the token as it was. Only its hash is kept. Safe for
 * concurrent use.
 */
public final class AdminToken {
  private static final Logger LOG = LoggerFactory.getLogger(AdminToken.class);
  private static final long LONGEST_FILE = 64 * 1024;
  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Path file;
  private String stamp;
  private byte[] hash;
  private long looked;

  private AdminToken(Path file) throws IOException {
    this.file = file;
    this.stamp = FileStamp.of(List.of(file));
    this.hash = hash(read(file));
    this.looked = System.nanoTime();
  }

  /**
   * The token in a file; white space around it does not count.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static AdminToken at(Path file) {
    try {
      return new AdminToken(file);
    } catch (IOException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  private static String read(Path file) throws IOException {
    if (!Files.isReadable(file) || Files.isDirectory(file)) {
      throw new IOException(file + " cannot be read");
    }
    if (Files.size(file) > LONGEST_FILE) {
      throw new IOException(file + " is too long for a token");
    }
    String token = Files.readString(file, StandardCharsets.ISO_8859_1).strip();
    if (!token.matches("[\\x21-\\x7e]+")) {
      throw new IOException(file + " must hold one token, of visible ASCII characters");
    }
    return token;
  }

  private static byte[] hash(String token) {
    try {
      return MessageDigest.getInstance("SHA-256")
          .digest(token.getBytes(StandardCharsets.ISO_8859_1));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Whether this is the token; how long that takes tells nothing of it. */
  public boolean is(@Nullable String presented) {
    return presented != null && MessageDigest.isEqual(hash(presented), current());
  }

  private synchronized byte[] current() {
    long now = System.nanoTime();
    if (now - looked > LOOK_NANOS) {
      looked = now;
      String found = FileStamp.of(List.of(file));
      if (!found.equals(stamp)) {
        stamp = found;
        try {
          hash = hash(read(file));
        } catch (IOException e) {
          LOG.warn("the admin token stays as it was: {}", e.getMessage());
        }
      }
    }
    return hash;
  }
}
