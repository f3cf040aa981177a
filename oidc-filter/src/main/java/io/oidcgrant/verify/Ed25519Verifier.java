package io.oidcgrant.verify;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.OctetKeyPair;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;
import java.util.Set;

/**
 * Ed25519 signatures by the JDK (RFC 8037 section 3.1, RFC 9864): Nimbus' own want a further
 * library.
 */
final class Ed25519Verifier {
  /** What stands before the 32 bytes of a key in its X.509 form (RFC 8410 section 4). */
  private static final byte[] PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

  /** Its own name and the older one that it shares with Ed448. */
  private static final Set<JWSAlgorithm> ALGORITHMS =
      Set.of(new JWSAlgorithm("Ed25519"), JWSAlgorithm.EdDSA);

  private Ed25519Verifier() {}

  static boolean isAlgorithm(JWSAlgorithm algorithm) {
    return ALGORITHMS.contains(algorithm);
  }

  static boolean verify(OctetKeyPair key, byte[] signed, byte[] signature)
      throws GeneralSecurityException {
    byte[] point = key.getX().decode();
    if (point.length != 32 || signature.length != 64) {
      return false;
    }
    byte[] encoded = new byte[PREFIX.length + point.length];
    System.arraycopy(PREFIX, 0, encoded, 0, PREFIX.length);
    System.arraycopy(point, 0, encoded, PREFIX.length, point.length);
    PublicKey publicKey =
        KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
    Signature verifier = Signature.getInstance("Ed25519");
    verifier.initVerify(publicKey);
    verifier.update(signed);
    return verifier.verify(signature);
  }
}
