package io.oidcgrant.http;

import io.oidcgrant.protocol.Secret;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * Certificates and private keys in PEM (RFC 7468): PKCS#8, encrypted or not, and the older forms of
 * RSA and EC keys.
 */
public final class Pem {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");
  private static final byte[] RSA = HexFormat.of().parseHex("300d06092a864886f70d0101010500");
  private static final byte[] EC = HexFormat.of().parseHex("06072a8648ce3d0201");
  private static final List<String> ALGORITHMS = List.of("RSA", "EC", "Ed25519", "Ed448");

  private Pem() {}

  /** Whether a text is PEM, perhaps below a preamble (RFC 7468 section 2), not a file's name. */
  public static boolean isPem(String text) {
    return text.contains("-----BEGIN ");
  }

  /**
   * The certificates in a text, in their order.
   *
   * @throws IllegalArgumentException if there is none, or one that cannot be read
   */
  public static List<X509Certificate> certificates(String text) {
    List<X509Certificate> certificates = new ArrayList<>();
    Matcher blocks = BLOCK.matcher(text);
    while (blocks.find()) {
      if (blocks.group(1).equals("CERTIFICATE")) {
        try {
          certificates.add((X509Certificate) CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(decoded(blocks.group(2)))));
        } catch (CertificateException e) {
          throw new IllegalArgumentException("holds a certificate that cannot be read");
        }
      }
    }
    if (certificates.isEmpty()) {
      throw new IllegalArgumentException("holds no certificate");
    }
    return List.copyOf(certificates);
  }

  /**
   * The private key in a text.
   *
   * @param password of an encrypted key
   * @throws IllegalArgumentException if there is none that can be read
   */
  static PrivateKey privateKey(String text, Optional<Secret> password) {
    Matcher blocks = BLOCK.matcher(text);
    while (blocks.find()) {
      byte[] der = decoded(blocks.group(2));
      switch (blocks.group(1)) {
        case "PRIVATE KEY" -> {
          return key(new PKCS8EncodedKeySpec(der));
        }
        case "ENCRYPTED PRIVATE KEY" -> {
          return key(decrypted(der, password));
        }
        case "RSA PRIVATE KEY" -> {
          return key(pkcs8(RSA, der));
        }
        case "EC PRIVATE KEY" -> {
          return key(pkcs8(der(0x30, joined(EC, curve(der))), der));
        }
        default -> {
          // Certificates, and the parameters before an EC key.
        }
      }
    }
    throw new IllegalArgumentException(
        text.contains("Proc-Type: 4,ENCRYPTED")
            ? "holds a private key that is encrypted in OpenSSL's old way, must be PKCS#8"
            : "holds no private key");
  }

  private static byte[] decoded(String body) {
    try {
      return Base64.getMimeDecoder().decode(body.strip().getBytes(StandardCharsets.US_ASCII));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("holds a block that is not base64");
    }
  }

  private static PrivateKey key(PKCS8EncodedKeySpec encoded) {
    for (String algorithm : ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(encoded);
      } catch (InvalidKeySpecException e) {
        // A key of another kind.
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    }
    throw new IllegalArgumentException("holds a private key that cannot be read");
  }

  private static PKCS8EncodedKeySpec decrypted(byte[] der, Optional<Secret> password) {
    if (password.isEmpty()) {
      throw new IllegalArgumentException(
          "holds an encrypted private key, whose password is missing");
    }
    try {
      EncryptedPrivateKeyInfo info = new EncryptedPrivateKeyInfo(der);
      // Older JVMs name the scheme only, and tell the ciphers by the parameters.
      String name = info.getAlgName().startsWith("PBEWith")
          ? info.getAlgName()
          : String.valueOf(info.getAlgParameters());
      SecretKey key = SecretKeyFactory.getInstance(name)
          .generateSecret(new PBEKeySpec(password.get().reveal().toCharArray()));
      Cipher cipher = Cipher.getInstance(name);
      cipher.init(Cipher.DECRYPT_MODE, key, info.getAlgParameters());
      return info.getKeySpec(cipher);
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalArgumentException(
          "holds an encrypted private key that cannot be opened: the password must be right and the"
              + " encryption PBES2 with AES");
    }
  }

  /** PrivateKeyInfo around a key of an older form (RFC 5208 section 5). */
  private static PKCS8EncodedKeySpec pkcs8(byte[] algorithm, byte[] key) {
    byte[] version = {2, 1, 0};
    return new PKCS8EncodedKeySpec(der(0x30, joined(version, algorithm, der(0x04, key))));
  }

  /** The name of the curve, in its tag 0 (RFC 5915 section 3). */
  private static byte[] curve(byte[] key) {
    for (int i = 0; i + 4 < key.length; i++) {
      int length = key[i + 1];
      if ((key[i] & 0xff) == 0xa0
          && key[i + 2] == 0x06
          && key[i + 3] + 2 == length
          && i + 2 + length <= key.length) {
        return Arrays.copyOfRange(key, i + 2, i + 2 + length);
      }
    }
    throw new IllegalArgumentException("holds an EC key that does not name its curve");
  }

  private static byte[] der(int tag, byte[] content) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(tag);
    if (content.length < 0x80) {
      out.write(content.length);
    } else if (content.length < 0x100) {
      out.write(0x81);
      out.write(content.length);
    } else {
      out.write(0x82);
      out.write(content.length >> 8);
      out.write(content.length);
    }
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
