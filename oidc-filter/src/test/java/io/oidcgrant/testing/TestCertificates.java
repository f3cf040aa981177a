package io.oidcgrant.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/** A certification authority of the test's own, by the JDK's keytool, and servers' certificates. */
public final class TestCertificates {
  private static final String PASSWORD = "changeit";
  private static final String LOOPBACK = "san=ip:127.0.0.1";

  private final Path directory;
  private final Map<String, SSLContext> made = new ConcurrentHashMap<>();

  /** Makes the authority. */
  public TestCertificates(Path directory) {
    this.directory = directory;
    generate("ca", "bc:c");
    try {
      Files.writeString(
          anchor(), pem("CERTIFICATE", keys("ca").getCertificate("ca").getEncoded()));
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The authority's certificate as PEM. */
  public Path anchor() {
    return directory.resolve("ca.pem");
  }

  /** For 127.0.0.1, by the authority. */
  public SSLContext valid() {
    return issued("valid", LOOPBACK);
  }

  /** The same, and {@code clients} judges the certificates of clients. */
  public SSLContext valid(TrustManager clients) {
    valid();
    return context("valid", clients);
  }

  /** A client's key with its certificate for {@code CN=name}, by the authority. */
  public KeyStore.PrivateKeyEntry issuedClient(String name) {
    issued(name, "eku=clientAuth");
    return entry(name);
  }

  /**
   * The same, by an intermediate authority, whose certificate is the second of the chain.
   *
   * @param life keytool's options, such as {@code -startdate}
   */
  public KeyStore.PrivateKeyEntry issuedByIntermediate(String name, String... life) {
    made.computeIfAbsent("intermediate", absent -> issue("ca", absent, "bc:c", life("3650")));
    made.computeIfAbsent(name, absent -> issue("intermediate", absent, "eku=clientAuth", life));
    return entry(name);
  }

  private static String[] life(String days) {
    return new String[] {"-startdate", "-30d", "-validity", days};
  }

  /** A client's key with its certificate for {@code CN=name}, by nobody but itself. */
  public KeyStore.PrivateKeyEntry selfSignedClient(String name) {
    generate(name, "eku=clientAuth");
    return entry(name);
  }

  /**
   * The same, valid for 89 days unless told otherwise.
   *
   * @param algorithm keytool's name of the key's algorithm
   * @param options of keytool
   */
  public KeyStore.PrivateKeyEntry selfSignedClient(
      String name, String algorithm, String... options) {
    keytool(Stream.concat(
            Stream.of(
                "-genkeypair",
                "-keystore",
                store(name),
                "-alias",
                name,
                "-keyalg",
                algorithm,
                "-dname",
                "CN=" + name),
            Stream.concat(
                Stream.of(options),
                List.of(options).contains("-startdate")
                    ? Stream.of()
                    : Stream.of("-startdate", "-1d")))
        .toArray(String[]::new));
    return entry(name);
  }

  /** A key with its certificate as PKCS#12; its password is {@value #PASSWORD}. */
  public Path keyStore(String name) {
    return Path.of(store(name));
  }

  /** PEM of one thing, such as a {@code PRIVATE KEY}. */
  public static String pem(String kind, byte[] der) {
    return "-----BEGIN " + kind + "-----\n" + Base64.getMimeEncoder().encodeToString(der)
        + "\n-----END " + kind + "-----\n";
  }

  /**
   * For connecting: trusts the authority alone, and presents this certificate.
   *
   * @param identity null for no certificate
   */
  public SSLContext client(KeyStore.PrivateKeyEntry identity) {
    try (InputStream in = Files.newInputStream(anchor())) {
      KeyStore trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, null);
      trusted.setCertificateEntry(
          "ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      KeyStore own = KeyStore.getInstance("PKCS12");
      own.load(null, null);
      if (identity != null) {
        own.setKeyEntry(
            "own",
            identity.getPrivateKey(),
            PASSWORD.toCharArray(),
            identity.getCertificateChain());
      }
      KeyManagerFactory keys =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(own, PASSWORD.toCharArray());
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
      return context;
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  public SSLContext expired() {
    return issued("expired", LOOPBACK, "-startdate", "-3d", "-validity", "1");
  }

  public SSLContext forAnotherHost() {
    return issued("other", "san=dns:other.example");
  }

  /** By nobody but itself. */
  public SSLContext selfSigned() {
    return made.computeIfAbsent("self", name -> {
      generate(name, LOOPBACK);
      return context(name);
    });
  }

  private SSLContext issued(String name, String names, String... life) {
    return made.computeIfAbsent(name, absent -> issue("ca", name, names, life));
  }

  private SSLContext issue(String issuer, String name, String names, String... life) {
    Path store = keyStore(name);
    try {
      Files.copy(keyStore(issuer), store);
      generate(
          name,
          names,
          Stream.concat(Stream.of("-signer", issuer), Stream.of(life)).toArray(String[]::new));
      KeyStore keys = keys(name);
      keys.deleteEntry(issuer);
      keys.setCertificateEntry("ca", keys("ca").getCertificate("ca"));
      try (OutputStream out = Files.newOutputStream(store)) {
        keys.store(out, PASSWORD.toCharArray());
      }
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
    return context(name);
  }

  private void generate(String name, String extension, String... more) {
    keytool(Stream.concat(
            Stream.of(
                "-genkeypair",
                "-keystore",
                store(name),
                "-alias",
                name,
                "-keyalg",
                "EC",
                "-dname",
                "CN=" + name,
                "-ext",
                extension),
            Stream.of(more))
        .toArray(String[]::new));
  }

  private String store(String name) {
    return directory.resolve(name + ".p12").toString();
  }

  private SSLContext context(String name, TrustManager... trust) {
    try {
      KeyManagerFactory factory =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(keys(name), PASSWORD.toCharArray());
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(factory.getKeyManagers(), trust.length == 0 ? null : trust, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private KeyStore.PrivateKeyEntry entry(String name) {
    try {
      return (KeyStore.PrivateKeyEntry)
          keys(name).getEntry(name, new KeyStore.PasswordProtection(PASSWORD.toCharArray()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private KeyStore keys(String name) throws GeneralSecurityException {
    try (InputStream in = Files.newInputStream(Path.of(store(name)))) {
      KeyStore keys = KeyStore.getInstance("PKCS12");
      keys.load(in, PASSWORD.toCharArray());
      return keys;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private void keytool(String... arguments) {
    List<String> command = Stream.concat(
            Stream.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString()),
            Stream.concat(
                Stream.of(arguments),
                Stream.of(
                    "-storetype",
                    "PKCS12",
                    "-storepass",
                    PASSWORD,
                    // Its JVM starts quicker so.
                    "-J-XX:TieredStopAtLevel=1",
                    "-J-XX:+UseSerialGC")))
        .toList();
    try {
      Process process = new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectOutput(directory.resolve("keytool.log").toFile())
          .start();
      if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new IllegalStateException(Files.readString(directory.resolve("keytool.log")));
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
