package io.oidcgrant.http;

import io.oidcgrant.jose.CertificateThumbprint;
import io.oidcgrant.protocol.Secret;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;

/**
 * A private key with its certificate chain, by which a client proves itself in TLS (RFC 8705).
 * Immutable; never prints its key.
 */
public final class TlsIdentity {
  private static final int MIN_RSA_BITS = 2048;

  private final PrivateKey key;
  private final List<X509Certificate> chain;

  private TlsIdentity(PrivateKey key, List<X509Certificate> chain) {
    this.key = key;
    this.chain = chain;
  }

  /**
   * Where an identity is kept.
   *
   * @param certificate PEM, or the name of a file of PEM or PKCS#12
   * @param key the same for the private key; empty where it stands beside the certificate
   * @param password of an encrypted key or a PKCS#12 file
   */
  public record Source(String certificate, Optional<String> key, Optional<Secret> password) {
    /** The files that are read. */
    List<Path> files() {
      return Stream.concat(Stream.of(certificate), key.stream())
          .filter(text -> !Pem.isPem(text))
          .map(Path::of)
          .toList();
    }

    /** What it holds may be secret. */
    @Override
    public String toString() {
      return "Source[***]";
    }
  }

  /**
   * Reads an identity.
   *
   * @throws IllegalArgumentException saying what is wrong, as the end of a sentence
   */
  public static TlsIdentity load(Source source, Instant now) {
    TlsIdentity identity = read(source);
    X509Certificate own = identity.certificate();
    if (now.isAfter(own.getNotAfter().toInstant())) {
      throw new IllegalArgumentException("the certificate of " + identity.subject() + " expired at "
          + own.getNotAfter().toInstant());
    }
    if (now.isBefore(own.getNotBefore().toInstant())) {
      throw new IllegalArgumentException("the certificate of " + identity.subject()
          + " is not valid before " + own.getNotBefore().toInstant());
    }
    if (own.getPublicKey() instanceof RSAPublicKey rsa
        && rsa.getModulus().bitLength() < MIN_RSA_BITS) {
      throw new IllegalArgumentException(
          "the key has " + rsa.getModulus().bitLength() + " bits, at least 2048 are needed");
    }
    identity.checkKey();
    return identity;
  }

  private static TlsIdentity read(Source source) {
    if (!Pem.isPem(source.certificate())) {
      byte[] bytes = bytes(source.certificate());
      // Of the two forms of a file, only PKCS#12 begins with a DER sequence.
      if (bytes.length > 0 && bytes[0] == 0x30) {
        return pkcs12(source);
      }
    }
    String certificate = text(source.certificate());
    String key = source.key().map(TlsIdentity::text).orElse(certificate);
    return new TlsIdentity(Pem.privateKey(key, source.password()), Pem.certificates(certificate));
  }

  private static String text(String written) {
    return Pem.isPem(written)
        ? written
        : new String(bytes(written), java.nio.charset.StandardCharsets.UTF_8);
  }

  private static byte[] bytes(String file) {
    try {
      return Files.readAllBytes(Path.of(file));
    } catch (IOException | InvalidPathException e) {
      throw new IllegalArgumentException(
          "file " + file + " cannot be read: " + e.getClass().getSimpleName());
    }
  }

  private static TlsIdentity pkcs12(Source source) {
    char[] password = source.password().map(Secret::reveal).orElse("").toCharArray();
    try (InputStream in = Files.newInputStream(Path.of(source.certificate()))) {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(in, password);
      for (String alias : Collections.list(store.aliases())) {
        if (store.getKey(alias, password) instanceof PrivateKey key) {
          List<X509Certificate> chain = new ArrayList<>();
          for (Certificate certificate : store.getCertificateChain(alias)) {
            chain.add((X509Certificate) certificate);
          }
          return new TlsIdentity(key, List.copyOf(chain));
        }
      }
      throw new IllegalArgumentException("the PKCS#12 file holds no private key");
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalArgumentException(
          "the PKCS#12 file cannot be opened: is the password right?");
    }
  }

  /** A key that does not belong to the certificate would fail in every handshake. */
  private void checkKey() {
    try {
      byte[] probe = {1, 2, 3};
      Signature signature = Signature.getInstance(algorithm());
      signature.initSign(key);
      signature.update(probe);
      byte[] signed = signature.sign();
      signature.initVerify(certificate().getPublicKey());
      signature.update(probe);
      if (signature.verify(signed)) {
        return;
      }
    } catch (GeneralSecurityException e) {
      // Keys of two kinds.
    }
    throw new IllegalArgumentException(
        "the private key does not belong to the certificate of " + subject());
  }

  private String algorithm() {
    return switch (key.getAlgorithm()) {
      case "RSA" -> "SHA256withRSA";
      case "EC" -> "SHA256withECDSA";
      default -> key.getAlgorithm();
    };
  }

  public X509Certificate certificate() {
    return chain.get(0);
  }

  /** Whom the certificate names (RFC 2253). */
  public String subject() {
    return certificate().getSubjectX500Principal().getName();
  }

  /** The certificate's {@code x5t#S256}. */
  public String thumbprint() {
    return CertificateThumbprint.of(certificate());
  }

  KeyManager[] managers() throws GeneralSecurityException, IOException {
    char[] password = "in memory only".toCharArray();
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, password);
    store.setKeyEntry("client", key, password, chain.toArray(Certificate[]::new));
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, password);
    return factory.getKeyManagers();
  }

  @Override
  public String toString() {
    return "TlsIdentity[" + subject() + "]";
  }
}
