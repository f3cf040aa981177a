package io.oidcgrant.jose;

import com.nimbusds.jose.util.Base64URL;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;

/** {@code x5t#S256}: SHA-256 of a certificate's DER in base64url (RFC 8705 section 3.1). */
public final class CertificateThumbprint {
  private CertificateThumbprint() {}

  public static String of(X509Certificate certificate) {
    try {
      return Base64URL.encode(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()))
          .toString();
    } catch (CertificateEncodingException | NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
