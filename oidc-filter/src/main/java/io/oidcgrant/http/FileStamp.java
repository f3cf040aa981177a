package io.oidcgrant.http;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What tells that files have changed. */
public final class FileStamp {
  private FileStamp() {}

  /**
   * Changes when one of the files does: its real name, time and length, or whether it may be read.
   */
  public static String of(List<Path> files) {
    StringBuilder stamp = new StringBuilder();
    for (Path file : files) {
      try {
        // Kubernetes renews a mounted secret by pointing a link elsewhere.
        Path real = file.toRealPath();
        stamp
            .append(real)
            .append(' ')
            .append(Files.getLastModifiedTime(real))
            .append(' ')
            .append(Files.size(real))
            .append(Files.isReadable(real) ? "" : " unreadable")
            .append('\n');
      } catch (IOException e) {
        stamp.append("missing\n");
      }
    }
    return stamp.toString();
  }
}
