package io.oidcgrant.http;

import io.oidcgrant.jose.CertificateThumbprint;
import io.oidcgrant.protocol.Printable;
import io.oidcgrant.protocol.Secret;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;

/**
 * A private key with its certificate chain, by which a client (RFC 8705) or a listener proves
 * itself in TLS. Immutable; never prints its key.
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
    public List<Path> files() {
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
   * @throws IllegalArgumentException saying what is wrong, in a sentence
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
    String written = source.certificate();
    String place = Pem.isPem(written) ? "the certificate's text" : "file " + Printable.of(written);
    byte[] bytes = bytes(written, place);
    // Of the two forms of a file, only PKCS#12 begins with a DER sequence.
    if (bytes.length > 0 && bytes[0] == 0x30) {
      return pkcs12(bytes, source, place);
    }
    String certificate = new String(bytes, StandardCharsets.UTF_8);
    List<X509Certificate> chain = at(place, () -> Pem.certificates(certificate));
    if (source.key().isEmpty()) {
      return new TlsIdentity(
          at(place, () -> Pem.privateKey(certificate, source.password())), chain);
    }
    // Not named: what was meant to be the name of a file may be a key.
    String keyPlace = "the private key's text or file";
    String key = new String(bytes(source.key().get(), keyPlace), StandardCharsets.UTF_8);
    return new TlsIdentity(at(keyPlace, () -> Pem.privateKey(key, source.password())), chain);
  }

  private static <T> T at(String place, Supplier<T> reader) {
    try {
      return reader.get();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(place + " " + e.getMessage(), e);
    }
  }

  private static byte[] bytes(String written, String place) {
    try {
      return Pem.isPem(written)
          ? written.getBytes(StandardCharsets.UTF_8)
          : Files.readAllBytes(Path.of(written));
    } catch (IOException | InvalidPathException e) {
      throw new IllegalArgumentException(
          place + " cannot be read: " + e.getClass().getSimpleName());
    }
  }

  private static TlsIdentity pkcs12(byte[] bytes, Source source, String place) {
    if (source.key().isPresent()) {
      throw new IllegalArgumentException(
          place + " is not PEM; PKCS#12 holds its own private key, none can stand beside it");
    }
    char[] password = source.password().map(Secret::reveal).orElse("").toCharArray();
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(new ByteArrayInputStream(bytes), password);
      for (String alias : Collections.list(store.aliases())) {
        Certificate[] chain = store.getCertificateChain(alias);
        if (chain != null && store.getKey(alias, password) instanceof PrivateKey key) {
          return new TlsIdentity(
              key, Stream.of(chain).map(X509Certificate.class::cast).toList());
        }
      }
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalArgumentException(
          place + " cannot be opened: it must be PEM, or PKCS#12 of which the password is right");
    }
    throw new IllegalArgumentException(place + " holds no private key with its certificate");
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

  /** The certificate, and those of the authorities between it and a root. */
  public List<X509Certificate> chain() {
    return chain;
  }

  public PrivateKey key() {
    return key;
  }

  /** {@code RSA}, {@code EC} or {@code EdDSA}. */
  public String keyType() {
    return key.getAlgorithm();
  }

  /** Whom the certificate names (RFC 2253), fit for a line of a log. */
  public String subject() {
    return Printable.of(certificate().getSubjectX500Principal().getName());
  }

  /** The certificate's {@code x5t#S256}. */
  public String thumbprint() {
    return CertificateThumbprint.of(certificate());
  }

  /** What presents it in a handshake. */
  public KeyManager[] managers() {
    return new KeyManager[] {new OneKey(key, chain)};
  }

  @Override
  public String toString() {
    return "TlsIdentity[" + subject() + "]";
  }
}
