package io.oidcgrant.proxy.testing;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.HexFormat;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.security.auth.x500.X500Principal;

/** A key with a certificate of its own making (RFC 5280). */
public record SelfSigned(X509Certificate certificate, PrivateKey key) {
  private static final HexFormat HEX = HexFormat.of();
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);

  /**
   * For {@code CN=name}.
   *
   * @param type RSA or EC
   * @param life from now on
   */
  public static SelfSigned of(String name, String type, Duration life) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(type);
      generator.initialize(type.equals("EC") ? 256 : 2048);
      KeyPair pair = generator.generateKeyPair();
      byte[] algorithm = HEX.parseHex(
          type.equals("EC") ? "300a06082a8648ce3d040302" : "300d06092a864886f70d01010b0500");
      byte[] who = new X500Principal("CN=" + name).getEncoded();
      Instant now = Instant.now();
      byte[] content = der(
          0x30,
          HEX.parseHex("a003020102"),
          der(0x02, BigInteger.valueOf(System.nanoTime()).toByteArray()),
          algorithm,
          who,
          der(0x30, time(now.minusSeconds(60)), time(now.plus(life))),
          who,
          pair.getPublic().getEncoded());
      Signature signature =
          Signature.getInstance(type.equals("EC") ? "SHA256withECDSA" : "SHA256withRSA");
      signature.initSign(pair.getPrivate());
      signature.update(content);
      byte[] signed = der(0x30, content, algorithm, der(0x03, new byte[1], signature.sign()));
      return new SelfSigned(
          (X509Certificate) CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(signed)),
          pair.getPrivate());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] time(Instant time) {
    return der(0x17, TIME.format(time).getBytes(StandardCharsets.US_ASCII));
  }

  private static byte[] der(int tag, byte[]... parts) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      content.writeBytes(part);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(tag);
    if (content.size() >= 0x80) {
      out.write(content.size() >= 0x100 ? 0x82 : 0x81);
    }
    if (content.size() >= 0x100) {
      out.write(content.size() >> 8);
    }
    out.write(content.size());
    out.writeBytes(content.toByteArray());
    return out.toByteArray();
  }

  /** Writes {@code name.pem} and {@code name.key}. */
  public void write(Path directory, String name) {
    try {
      Files.writeString(directory.resolve(name + ".key"), pem("PRIVATE KEY", key.getEncoded()));
      Files.writeString(
          directory.resolve(name + ".pem"), pem("CERTIFICATE", certificate.getEncoded()));
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String pem(String what, byte[] der) {
    return "-----BEGIN " + what + "-----\n" + Base64.getMimeEncoder().encodeToString(der)
        + "\n-----END " + what + "-----\n";
  }

  private KeyStore store(String password) throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry("key", key, password.toCharArray(), new Certificate[] {certificate});
    return store;
  }

  /** Writes a file of PKCS#12. */
  public void writeStore(Path file, String password) {
    try (var out = Files.newOutputStream(file)) {
      store(password).store(out, password.toCharArray());
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** {@code x5t#S256} (RFC 8705 section 3.1). */
  public String thumbprint() {
    try {
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A client that proves itself by this. */
  public SSLContext client() {
    try {
      KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
      keys.init(store("changeit"), "changeit".toCharArray());
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), new TrustManager[] {new Everybody()}, null);
      return context;
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A client that trusts everybody, without a certificate; a new one resumes no session. */
  public static SSLContext anonymous() {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new Everybody()}, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static final class Everybody extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
