package io.oidcgrant.examples.identity;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Key stores by the JDK's keytool: {@code server}, {@code client} (of the authority {@code ca}) and
 * {@code rogue} (of nobody, with the client's name).
 */
record Certificates(Path folder) {
  static final String PASSWORD = "changeit";
  static final String CLIENT = "CN=gateway,O=example";

  static Certificates create(Path folder) throws IOException {
    Certificates made = new Certificates(folder);
    Files.writeString(folder.resolve("password"), PASSWORD + "\n");
    made.generate("ca", "CN=ca", "bc:c");
    made.generate("server", "CN=127.0.0.1", "san=ip:127.0.0.1");
    made.generate("client", CLIENT, "eku=clientAuth");
    made.generate("rogue", CLIENT, "eku=clientAuth");
    for (String name : List.of("ca", "server")) {
      made.keytool(name, "-exportcert", "-rfc", "-file", name + ".pem");
    }
    made.keytool("client", "-certreq", "-file", "client.csr");
    made.keytool("ca", "-gencert", "-rfc", "-infile", "client.csr", "-outfile", "client.pem");
    Files.writeString(
        folder.resolve("client.pem"),
        Files.readString(folder.resolve("client.pem"))
            + Files.readString(folder.resolve("ca.pem")));
    made.keytool("client", "-importcert", "-noprompt", "-file", "client.pem");
    return made;
  }

  private void generate(String name, String subject, String extension) throws IOException {
    keytool(name, "-genkeypair", "-keyalg", "EC", "-dname", subject, "-ext", extension);
  }

  private void keytool(String name, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(
        List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
    command.addAll(List.of(arguments));
    command.addAll(List.of(
        "-alias",
        name,
        "-keystore",
        name + ".p12",
        "-storetype",
        "PKCS12",
        "-storepass",
        PASSWORD));
    Path output = folder.resolve("keytool.log");
    Process keytool = new ProcessBuilder(command)
        .directory(folder.toFile())
        .redirectErrorStream(true)
        .redirectOutput(output.toFile())
        .start();
    try {
      if (!keytool.waitFor(30, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
        throw new IOException(Files.readString(output));
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    } finally {
      keytool.destroyForcibly();
    }
  }

  Path file(String name) {
    return folder.resolve(name);
  }

  X509Certificate certificate(String name) throws IOException, GeneralSecurityException {
    return (X509Certificate)
        KeyStore.getInstance(file(name + ".p12").toFile(), PASSWORD.toCharArray())
            .getCertificate(name);
  }

  SSLContext server() throws IOException, GeneralSecurityException {
    return TlsFiles.read(file("server.p12"), file("password"), file("ca.pem"));
  }

  /** A client's that trusts the server, with the certificate of this name; empty for none. */
  SSLContext client(String name) throws IOException, GeneralSecurityException {
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    if (!name.isEmpty()) {
      char[] password = PASSWORD.toCharArray();
      keys.init(KeyStore.getInstance(file(name + ".p12").toFile(), password), password);
    }
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    try (InputStream in = Files.newInputStream(file("server.pem"))) {
      trusted.setCertificateEntry(
          "server", CertificateFactory.getInstance("X.509").generateCertificate(in));
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(name.isEmpty() ? null : keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }
}
