package io.oidcgrant.verify;

import com.nimbusds.jose.EncryptionMethod;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.JWEDecrypter;
import com.nimbusds.jose.JWEHeader;
import com.nimbusds.jose.JWEObject;
import com.nimbusds.jose.crypto.ECDHDecrypter;
import com.nimbusds.jose.crypto.RSADecrypter;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.RSAKey;
import io.oidcgrant.protocol.Failure;
import io.oidcgrant.protocol.Failure.Kind;
import io.oidcgrant.protocol.GrantException;
import java.text.ParseException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Opens encrypted tokens (RFC 7516), which proves nothing: what is inside must be signed (RFC 8725
 * section 3.3). No compression, no passwords, no shared secrets, no RSA1_5. Immutable, safe for
 * concurrent use.
 */
final class Decryption {
  private static final Pattern COMPACT = Pattern.compile("[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]*){4}");

  @SuppressWarnings("deprecation") // RSA-OAEP with SHA-1 is sound, and what many issuers send
  private static final Set<JWEAlgorithm> RSA =
      Set.of(JWEAlgorithm.RSA_OAEP, JWEAlgorithm.RSA_OAEP_256);

  private static final Set<JWEAlgorithm> ECDH = Set.of(
      JWEAlgorithm.ECDH_ES,
      JWEAlgorithm.ECDH_ES_A128KW,
      JWEAlgorithm.ECDH_ES_A192KW,
      JWEAlgorithm.ECDH_ES_A256KW);
  private static final Set<EncryptionMethod> METHODS = Set.of(
      EncryptionMethod.A128GCM,
      EncryptionMethod.A192GCM,
      EncryptionMethod.A256GCM,
      EncryptionMethod.A128CBC_HS256,
      EncryptionMethod.A192CBC_HS384,
      EncryptionMethod.A256CBC_HS512);

  /** RFC 7519 section 5.2, RFC 9068 section 2.1. */
  private static final Set<String> CONTENTS =
      Set.of("jwt", "application/jwt", "at+jwt", "application/at+jwt");

  private final List<JWK> keys;

  Decryption(List<JWK> keys) {
    this.keys = keys;
  }

  /** Whether this is an encrypted token, and there are keys for such. */
  boolean opens(String token) {
    return !keys.isEmpty() && COMPACT.matcher(token).matches();
  }

  /** The signed token inside an encrypted one; any other token as it is. */
  String open(String token) {
    if (!opens(token)) {
      return token;
    }
    try {
      JWEObject encrypted = JWEObject.parse(token);
      JWEHeader header = encrypted.getHeader();
      if (!TokenVerifier.isCanonical(encrypted)
          || header.getCompressionAlgorithm() != null
          || header.getCriticalParams() != null
          || !METHODS.contains(header.getEncryptionMethod())
          || header.getContentType() == null
          || !CONTENTS.contains(header.getContentType().toLowerCase(Locale.ROOT))) {
        throw bad();
      }
      for (JWK key : keys) {
        if (serves(key, header) && decrypt(encrypted, key)) {
          String inside = encrypted.getPayload().toString();
          if (!TokenVerifier.isCompact(inside)) {
            throw bad();
          }
          return inside;
        }
      }
    } catch (ParseException | RuntimeException e) {
      // As good as none; Nimbus fails with any exception on a header without alg.
    }
    throw bad();
  }

  private static boolean serves(JWK key, JWEHeader header) {
    if (header.getKeyID() != null
        && key.getKeyID() != null
        && !header.getKeyID().equals(key.getKeyID())) {
      return false;
    }
    if (key.getAlgorithm() != null && !key.getAlgorithm().equals(header.getAlgorithm())) {
      return false;
    }
    return (key instanceof RSAKey && RSA.contains(header.getAlgorithm()))
        || (key instanceof ECKey && ECDH.contains(header.getAlgorithm()));
  }

  private static boolean decrypt(JWEObject encrypted, JWK key) {
    try {
      JWEDecrypter decrypter =
          key instanceof RSAKey rsa ? new RSADecrypter(rsa) : new ECDHDecrypter((ECKey) key);
      encrypted.decrypt(decrypter);
      return true;
    } catch (JOSEException | RuntimeException e) {
      return false;
    }
  }

  /** One message for all: why it cannot be opened is nobody's business. */
  private static GrantException bad() {
    return Failure.of(Kind.ANSWER_UNUSABLE, "encrypted token cannot be opened").toException();
  }
}
