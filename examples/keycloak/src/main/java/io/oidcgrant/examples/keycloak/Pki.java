package io.oidcgrant.examples.keycloak;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Certificates for trying out, made with the JDK's keytool: an authority, Keycloak's own, and those
 * of clients. Every password is {@code changeit}. Not to be used for anything else.
 */
final class Pki {
  static final String PASSWORD = "changeit";
  private static final String AUTHORITY = "ca";

  private final Path folder;

  private Pki(Path folder) {
    this.folder = folder;
  }

  /**
   * Fills a folder: {@code NAME.p12} and {@code NAME.pem} (key and chain) of {@code server},
   * {@code client-johndoe}, {@code client-johndoe-renewed} (another key, the same subject) and
   * {@code client-other}; {@code ca.pem}; {@code truststore.p12}.
   */
  static void make(Path folder) throws IOException, InterruptedException {
    Files.createDirectories(folder);
    Pki pki = new Pki(folder);
    pki.pair(AUTHORITY, "CN=Test-CA, O=OidcGrantFilter", "bc:critical=ca:true");
    pki.keytool("-exportcert", "-rfc", "-alias", AUTHORITY, "-file", pki.file("ca.pem"), AUTHORITY);
    pki.keytool(
        "-importcert", "-noprompt", "-alias", AUTHORITY, "-file", pki.file("ca.pem"), "truststore");
    pki.issue("server", "CN=localhost", "san=dns:localhost,ip:127.0.0.1");
    pki.issue("client-johndoe", "CN=JohnDoe, OU=IT", "eku=clientAuth");
    pki.issue("client-johndoe-renewed", "CN=JohnDoe, OU=IT", "eku=clientAuth");
    pki.issue("client-other", "CN=MaryRoe, OU=HR", "eku=clientAuth");
  }

  private void pair(String name, String subject, String extension)
      throws IOException, InterruptedException {
    keytool(
        "-genkeypair",
        "-alias",
        name,
        "-keyalg",
        "RSA",
        "-keysize",
        "2048",
        "-validity",
        "3650",
        "-dname",
        subject,
        "-ext",
        extension,
        name);
  }

  private void issue(String name, String subject, String extension)
      throws IOException, InterruptedException {
    pair(name, subject, extension);
    keytool("-certreq", "-alias", name, "-file", file(name + ".csr"), name);
    keytool(
        "-gencert",
        "-rfc",
        "-alias",
        AUTHORITY,
        "-validity",
        "3650",
        "-ext",
        extension,
        "-infile",
        file(name + ".csr"),
        "-outfile",
        file(name + ".crt"),
        AUTHORITY);
    keytool("-importcert", "-noprompt", "-alias", AUTHORITY, "-file", file("ca.pem"), name);
    keytool("-importcert", "-noprompt", "-alias", name, "-file", file(name + ".crt"), name);
    writePem(name);
  }

  private void writePem(String name) throws IOException {
    try {
      KeyStore store = KeyStore.getInstance(folder.resolve(name + ".p12").toFile(), password());
      Key key = store.getKey(name, password());
      StringBuilder pem = new StringBuilder(block("PRIVATE KEY", key.getEncoded()));
      for (Certificate certificate : store.getCertificateChain(name)) {
        pem.append(block("CERTIFICATE", certificate.getEncoded()));
      }
      Path part = folder.resolve(name + ".part");
      Files.writeString(part, pem, StandardCharsets.US_ASCII);
      Files.move(part, folder.resolve(name + ".pem"), StandardCopyOption.ATOMIC_MOVE);
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  private static String block(String type, byte[] der) {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return "-----BEGIN " + type + "-----\n" + body + "\n-----END " + type + "-----\n";
  }

  private static char[] password() {
    return PASSWORD.toCharArray();
  }

  private String file(String name) {
    return folder.resolve(name).toString();
  }

  /** The last argument names the key store. */
  private void keytool(String... arguments) throws IOException, InterruptedException {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    Collections.addAll(line, arguments);
    String store = line.remove(line.size() - 1);
    line.addAll(
        List.of("-keystore", file(store + ".p12"), "-storetype", "PKCS12", "-storepass", PASSWORD));
    Path log = folder.resolve("keytool.log");
    Process process = new ProcessBuilder(line)
        .redirectErrorStream(true)
        .redirectOutput(log.toFile())
        .start();
    try {
      if (!process.waitFor(1, TimeUnit.MINUTES) || process.exitValue() != 0) {
        throw Installation.failure("keytool " + arguments[0] + " failed", log);
      }
    } finally {
      process.destroyForcibly();
    }
  }
}
