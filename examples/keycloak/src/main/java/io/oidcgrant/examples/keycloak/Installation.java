package io.oidcgrant.examples.keycloak;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Keycloak on disk: unpacked and built once, the realms imported once into a database (the seed) of
 * which every started server gets its own copy. It lives in {@code ~/.cache/oidc-grant}, or in the
 * folder that the system property {@code oidcgrant.keycloak.work} names, and is shared by all
 * builds of a user. Safe for concurrent use, by several JVMs too.
 */
final class Installation {
  private static final List<String> REALMS =
      List.of("example-realm", "other-realm", "rotation-realm", "rotation-reuse-realm");
  private static final String VERSION = new String(resource("version.txt"), UTF_8).strip();
  private static final List<String> BUILD =
      List.of("build", "--db=dev-file", "--https-client-auth=request");

  /**
   * Where Keycloak asks for the public keys of client {@code kong}: the proxy's admin listener on
   * its default port.
   */
  private static final String KONG_JWKS_URL = "http://localhost:8001/openid-connect/jwks";

  private static final String PASSWORD = "changeit";
  private static final String SIGNING_KEYS = "kong-signing.p12";
  private static final String CERTIFICATES = "certificates";
  private static final Path DATABASE = Path.of("data", "h2", "keycloakdb.mv.db");

  private static final Path JAVA_BIN = Path.of(System.getProperty("java.home"), "bin");

  /**
   * The serial collector and the first-tier compiler start Keycloak with a third less processor
   * time.
   */
  private static final List<String> JVM_OPTIONS = List.of(
      "-Xms64m",
      "-Xmx512m",
      "-XX:MaxMetaspaceSize=256m",
      "-XX:+UseSerialGC",
      "-XX:TieredStopAtLevel=1",
      "-XX:+ExitOnOutOfMemoryError",
      "-Dfile.encoding=UTF-8",
      "-Djava.net.preferIPv4Stack=true");

  /**
   * What Keycloak's own {@code kc.sh} passes, which would put a shell between us and the server.
   */
  private static final List<String> KC_OPTIONS = List.of(
      "--add-opens=java.base/java.util=ALL-UNNAMED",
      "--add-opens=java.base/java.util.concurrent=ALL-UNNAMED",
      "--add-opens=java.base/java.security=ALL-UNNAMED",
      "--add-opens=java.base/java.lang=ALL-UNNAMED",
      "--enable-native-access=ALL-UNNAMED",
      "-Duser.language=en",
      "-Duser.country=US",
      "-Djava.util.concurrent.ForkJoinPool.common.threadFactory="
          + "io.quarkus.bootstrap.forkjoin.QuarkusForkJoinWorkerThreadFactory",
      "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
      "-Dpicocli.disable.closures=true");

  private final Path distribution;
  private final Path seed;

  private Installation(Path distribution, Path seed) {
    this.distribution = distribution;
    this.seed = seed;
  }

  /** Makes what is not there yet; about a minute the first time, no time later. */
  static synchronized Installation prepare() throws IOException, InterruptedException {
    Path work = Files.createDirectories(work());
    MessageDigest digest = sha256();
    BUILD.forEach(option -> digest.update(option.getBytes(UTF_8)));
    Path distribution = work.resolve("keycloak-" + VERSION + "-" + name(digest));
    digest.update(distribution.getFileName().toString().getBytes(UTF_8));
    digest.update((KONG_JWKS_URL + " with certificates").getBytes(UTF_8));
    REALMS.forEach(realm -> digest.update(resource(realm + ".json")));
    Installation installation =
        new Installation(distribution, work.resolve("realms-" + name(digest)));
    try (FileChannel file = FileChannel.open(work.resolve("lock"), CREATE, WRITE)) {
      file.lock(); // until the file is closed
      installation.unpackAndBuild();
      installation.importRealms();
    }
    return installation;
  }

  /**
   * A new Keycloak home in the temporary folder: the unpacked files by link, and data of its own.
   */
  Path newHome() throws IOException {
    Path home = newEmptyHome();
    Path database = home.resolve(DATABASE);
    Files.createDirectories(database.getParent());
    Files.copy(seed.resolve(database.getFileName()), database);
    return home;
  }

  /** PKCS#12, alias {@code kong-signing}, password {@code changeit}. */
  Path signingKeys() {
    return seed.resolve(SIGNING_KEYS);
  }

  /** The folder that {@link Pki#make} filled. */
  Path certificates() {
    return seed.resolve(CERTIFICATES);
  }

  /** Starts a command of Keycloak that ends with this JVM and writes to {@link #log}. */
  Process launch(Path home, List<String> command) throws IOException {
    List<String> line = new ArrayList<>();
    line.add(JAVA_BIN.resolve("java").toString());
    line.addAll(JVM_OPTIONS);
    line.addAll(KC_OPTIONS);
    line.add("-Djava.io.tmpdir=" + home.resolve("tmp"));
    line.add("-Dkc.home.dir=" + home);
    line.add("-Djboss.server.config.dir=" + home.resolve("conf"));
    line.add("-cp");
    line.add(ownClasses() + File.pathSeparator + distribution.resolve("lib/quarkus-run.jar"));
    line.add(EndsWithParent.class.getName());
    line.add("io.quarkus.bootstrap.runner.QuarkusEntryPoint");
    line.addAll(command);
    ProcessBuilder builder = new ProcessBuilder(line)
        .redirectErrorStream(true)
        .redirectOutput(log(home).toFile());
    Map<String, String> environment = builder.environment();
    // Keycloak takes every KC_… variable for an option of its own.
    environment.keySet().removeIf(name -> name.startsWith("KC_") || name.startsWith("QUARKUS_"));
    environment.put("KC_BOOTSTRAP_ADMIN_USERNAME", "admin");
    environment.put("KC_BOOTSTRAP_ADMIN_PASSWORD", "admin");
    return builder.start();
  }

  static Path log(Path home) {
    return home.resolve("keycloak.log");
  }

  static IOException failure(String what, Path log) {
    try {
      List<String> lines = Files.readAllLines(log, UTF_8);
      return new IOException("Keycloak " + what + "; the end of its log:\n"
          + String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size())));
    } catch (IOException e) {
      return new IOException("Keycloak " + what + ", and its log cannot be read", e);
    }
  }

  static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    List<Path> paths;
    try (Stream<Path> walk = Files.walk(folder)) {
      paths = new ArrayList<>(walk.toList());
    }
    for (int i = paths.size() - 1; i >= 0; i--) {
      Files.deleteIfExists(paths.get(i));
    }
  }

  private void unpackAndBuild() throws IOException, InterruptedException {
    Path built = distribution.resolve(".built");
    if (Files.exists(built)) {
      return;
    }
    say("unpacking and building " + VERSION + ", once: half a minute");
    delete(distribution);
    unpack(ownClasses().resolveSibling("keycloak-quarkus-dist-" + VERSION + ".zip"));
    Files.createDirectories(distribution.resolve("tmp"));
    run(distribution, BUILD);
    delete(distribution.resolve("tmp"));
    Files.createFile(built);
  }

  private void unpack(Path zip) throws IOException {
    if (!Files.exists(zip)) {
      throw new IOException("No " + zip.getFileName() + " in " + zip.getParent()
          + ": the Maven phase generate-resources of the module examples/keycloak puts it there");
    }
    Path top = Path.of("keycloak-" + VERSION);
    try (ZipFile file = new ZipFile(zip.toFile())) {
      for (ZipEntry entry :
          (Iterable<ZipEntry>) file.stream().map(ZipEntry.class::cast)::iterator) {
        Path target =
            distribution.resolve(top.relativize(Path.of(entry.getName())).normalize());
        if (entry.isDirectory()) {
          Files.createDirectories(target);
        } else {
          try (InputStream in = file.getInputStream(entry)) {
            Files.createDirectories(target.getParent());
            Files.copy(in, target);
          }
        }
      }
    }
  }

  private void importRealms() throws IOException, InterruptedException {
    if (Files.exists(seed)) {
      return;
    }
    say("importing the realms, once: half a minute");
    Path home = newEmptyHome();
    try {
      String certificate = makeSigningKeys(home);
      Path realms = Files.createDirectory(home.resolve("realms"));
      for (String realm : REALMS) {
        String text = new String(resource(realm + ".json"), UTF_8)
            .replace("${KONG_JWKS_URL}", KONG_JWKS_URL)
            .replace("${KONG_SIGNING_CERT}", certificate);
        Files.writeString(
            realms.resolve(realm + "-realm.json"), text); // the name that Keycloak looks for
      }
      run(home, List.of("import", "--optimized", "--dir=" + realms));
      Path part = seed.resolveSibling(seed.getFileName() + ".part");
      delete(part);
      Files.createDirectory(part);
      Files.copy(home.resolve(DATABASE), part.resolve(DATABASE.getFileName()));
      Files.copy(home.resolve(SIGNING_KEYS), part.resolve(SIGNING_KEYS));
      Pki.make(part.resolve(CERTIFICATES));
      Files.move(part, seed);
    } finally {
      delete(home);
    }
  }

  /**
   * Makes the key with which client {@code kong-static} signs; returns its certificate, DER in
   * base64.
   */
  private static String makeSigningKeys(Path home) throws IOException, InterruptedException {
    Path file = home.resolve(SIGNING_KEYS);
    ProcessBuilder keytool = new ProcessBuilder(
        JAVA_BIN.resolve("keytool").toString(),
        "-genkeypair",
        "-alias",
        "kong-signing",
        "-keyalg",
        "RSA",
        "-keysize",
        "2048",
        "-dname",
        "CN=kong-signing",
        "-validity",
        "3650",
        "-storetype",
        "PKCS12",
        "-keystore",
        file.toString(),
        "-storepass",
        PASSWORD);
    await(
        keytool.redirectErrorStream(true).redirectOutput(log(home).toFile()).start(),
        "keytool",
        log(home));
    try {
      KeyStore keys = KeyStore.getInstance(file.toFile(), PASSWORD.toCharArray());
      return Base64.getEncoder()
          .encodeToString(keys.getCertificate("kong-signing").getEncoded());
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  private void run(Path home, List<String> command) throws IOException, InterruptedException {
    await(launch(home, command), command.get(0), log(home));
  }

  private static void await(Process process, String name, Path log)
      throws IOException, InterruptedException {
    try {
      if (!process.waitFor(10, TimeUnit.MINUTES)) {
        throw failure(name + " has not ended after 10 minutes", log);
      }
    } finally {
      process.destroyForcibly();
    }
    if (process.exitValue() != 0) {
      throw failure(name + " failed with status " + process.exitValue(), log);
    }
  }

  private Path newEmptyHome() throws IOException {
    Path home = Files.createTempDirectory("oidc-grant-keycloak-");
    for (String name : List.of("conf", "lib", "providers", "themes")) {
      Files.createSymbolicLink(home.resolve(name), distribution.resolve(name));
    }
    Files.createDirectory(home.resolve("tmp"));
    return home;
  }

  private static Path work() {
    String configured = System.getProperty("oidcgrant.keycloak.work");
    return configured == null
        ? Path.of(System.getProperty("user.home"), ".cache", "oidc-grant")
        : Path.of(configured).toAbsolutePath();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A name for what was digested; resets the digest. */
  private static String name(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest(), 0, 8);
  }

  /** The folder or jar that this class was loaded from. */
  private static Path ownClasses() {
    try {
      return Path.of(
          Installation.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] resource(String name) {
    try (InputStream in =
        Objects.requireNonNull(Installation.class.getResourceAsStream(name), name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new IllegalStateException(name, e);
    }
  }

  private static void say(String what) {
    System.err.println("keycloak: " + what);
  }
}
