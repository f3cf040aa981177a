package io.oidcgrant.proxy.testing;

import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * What makes a JVM with the proxy's jar start in half the time: an archive of its classes, made
 * once for each build and JDK, and the compiler that is quick rather than good.
 */
final class QuickStart {
  private static final List<String> OPTIONS = options();

  private QuickStart() {}

  /** For the JDK of this JVM only. */
  static List<String> jvmOptions() {
    return OPTIONS;
  }

  private static List<String> options() {
    Path archive = ProxyProcess.JAR.resolveSibling(
        "oidc-proxy-" + System.getProperty("java.version") + ".jsa");
    try {
      if (!Files.exists(archive)
          || Files.getLastModifiedTime(archive)
                  .compareTo(Files.getLastModifiedTime(ProxyProcess.JAR))
              < 0) {
        make(archive);
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return List.of("-XX:TieredStopAtLevel=1", "-XX:SharedArchiveFile=" + archive);
  }

  private static void make(Path archive) throws IOException {
    Path directory = Files.createTempDirectory("oidc-proxy");
    Path made = directory.resolve("archive");
    Path config = Configs.file(
        directory,
        "services:\n"
            + Configs.service("a", "http://127.0.0.1:1", Configs.grant("http://127.0.0.1:1")));
    // What cannot be archived is said on standard output otherwise.
    List<String> options =
        List.of("-XX:ArchiveClassesAtExit=" + made, "-Xlog:disable", "-Xlog:all=error:stderr");
    try (ProxyProcess proxy = ProxyProcess.run(options, config)) {
      proxy.get("/a", "Authorization: Basic Y2xpZW50OnNlY3JldA==");
      proxy.admin("/health/ready");
      proxy.terminate();
      if (proxy.exitStatus() != 0) {
        throw new IllegalStateException(proxy.log());
      }
    }
    try {
      // Tests may be doing the same in another JVM.
      Files.move(made, archive, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(made, archive, StandardCopyOption.REPLACE_EXISTING);
    }
    Files.delete(config);
    Files.delete(directory);
  }
}
