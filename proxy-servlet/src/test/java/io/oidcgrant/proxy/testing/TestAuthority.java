package io.oidcgrant.proxy.testing;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.security.auth.x500.X500Principal;

/** A certification authority in memory (RFC 5280) and certificates by it: EC keys, a day's life. */
public final class TestAuthority {
  private static final byte[] ECDSA_SHA256 = HexFormat.of().parseHex("300a06082a8648ce3d040302");
  private static final byte[] BASIC_CONSTRAINTS = HexFormat.of().parseHex("0603551d13");
  private static final byte[] ALTERNATIVE_NAMES = HexFormat.of().parseHex("0603551d11");
  private static final DateTimeFormatter UTC =
      DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);
  private static final AtomicInteger SERIAL = new AtomicInteger();

  private final KeyPair keys;
  private final List<X509Certificate> chain;

  private TestAuthority(KeyPair keys, List<X509Certificate> chain) {
    this.keys = keys;
    this.chain = chain;
  }

  /** A private key with its certificate and those above it, without the root. */
  public record Identity(PrivateKey key, List<X509Certificate> chain) {
    public String certificate() {
      StringBuilder pem = new StringBuilder();
      chain.forEach(certificate -> pem.append(encoded(certificate)));
      return pem.toString();
    }

    public String privateKey() {
      return pem("PRIVATE KEY", key.getEncoded());
    }

    /** For a server; it believes clients that {@code clients} has certified, if any. */
    public SSLContext server(TestAuthority... clients) {
      try {
        KeyStore own = KeyStore.getInstance("PKCS12");
        own.load(null, null);
        own.setKeyEntry("own", key, new char[0], chain.toArray(Certificate[]::new));
        KeyManagerFactory managers =
            KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(own, new char[0]);
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        for (TestAuthority authority : clients) {
          trusted.setCertificateEntry("ca", authority.chain.get(0));
        }
        TrustManagerFactory trust =
            TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(
            managers.getKeyManagers(), clients.length == 0 ? null : trust.getTrustManagers(), null);
        return context;
      } catch (GeneralSecurityException | java.io.IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  public static TestAuthority create() {
    KeyPair keys = keyPair();
    X500Principal name = new X500Principal("CN=root");
    Instant now = Instant.now();
    return new TestAuthority(
        keys, List.of(certificate(name, keys, name, keys, now.plus(Duration.ofDays(1)), true)));
  }

  /** An authority below this one. */
  public TestAuthority intermediate(String name) {
    KeyPair own = keyPair();
    List<X509Certificate> longer = new ArrayList<>(chain);
    longer.add(0, issued(name, own, Instant.now().plus(Duration.ofDays(1)), true));
    return new TestAuthority(own, longer);
  }

  /** For {@code CN=name}, valid for a day, with these names ({@code 127.0.0.1} is an address). */
  public Identity issue(String name, String... names) {
    return issue(name, Instant.now().plus(Duration.ofDays(1)), names);
  }

  public Identity issue(String name, Instant end, String... names) {
    KeyPair own = keyPair();
    List<X509Certificate> all = new ArrayList<>(chain.subList(0, chain.size() - 1));
    all.add(0, issued(name, own, end, false, names));
    return new Identity(own.getPrivate(), all);
  }

  /** Its own certificate. */
  public String pem() {
    return encoded(chain.get(0));
  }

  private X509Certificate issued(
      String name, KeyPair own, Instant end, boolean authority, String... names) {
    return certificate(
        chain.get(0).getSubjectX500Principal(),
        keys,
        new X500Principal("CN=" + name),
        own,
        end,
        authority,
        names);
  }

  private static X509Certificate certificate(
      X500Principal issuer,
      KeyPair signer,
      X500Principal subject,
      KeyPair own,
      Instant end,
      boolean authority,
      String... names) {
    byte[] alternative = {};
    for (String name : names) {
      alternative = joined(
          alternative,
          name.equals("127.0.0.1")
              ? der(0x87, new byte[] {127, 0, 0, 1})
              : der(0x82, name.getBytes(StandardCharsets.US_ASCII)));
    }
    byte[] constraints = der(0x30, authority ? new byte[] {1, 1, -1} : new byte[0]);
    byte[] extensions = der(0x30, BASIC_CONSTRAINTS, der(0x04, constraints));
    if (names.length > 0) {
      extensions =
          joined(extensions, der(0x30, ALTERNATIVE_NAMES, der(0x04, der(0x30, alternative))));
    }
    byte[] body = der(
        0x30,
        der(0xa0, new byte[] {2, 1, 2}),
        der(0x02, new byte[] {1, (byte) SERIAL.incrementAndGet()}),
        ECDSA_SHA256,
        issuer.getEncoded(),
        der(0x30, time(end.minus(Duration.ofDays(2))), time(end)),
        subject.getEncoded(),
        own.getPublic().getEncoded(),
        der(0xa3, der(0x30, extensions)));
    try {
      Signature signature = Signature.getInstance("SHA256withECDSA");
      signature.initSign(signer.getPrivate());
      signature.update(body);
      byte[] bits = der(0x03, new byte[1], signature.sign());
      return (X509Certificate) CertificateFactory.getInstance("X.509")
          .generateCertificate(new ByteArrayInputStream(der(0x30, body, ECDSA_SHA256, bits)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] time(Instant time) {
    return der(0x17, UTC.format(time).getBytes(StandardCharsets.US_ASCII));
  }

  private static KeyPair keyPair() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String encoded(X509Certificate certificate) {
    try {
      return pem("CERTIFICATE", certificate.getEncoded());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String pem(String kind, byte[] der) {
    return "-----BEGIN " + kind + "-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END " + kind
        + "-----\n";
  }

  private static byte[] der(int tag, byte[]... parts) {
    byte[] content = joined(parts);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(tag);
    if (content.length >= 0x100) {
      out.write(0x82);
      out.write(content.length >> 8);
    } else if (content.length >= 0x80) {
      out.write(0x81);
    }
    out.write(content.length);
    out.writeBytes(content);
    return out.toByteArray();
  }

  private static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
