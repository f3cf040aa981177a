package io.oidcgrant.jose;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.impl.EdDSAProvider;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.util.Base64URL;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Set;

/**
 * Ed25519 signatures by the JDK (RFC 8037 section 3.1, RFC 9864): Nimbus' own want a further
 * library.
 */
public final class Ed25519 {
  /** What stands before the 32 bytes of a key in its X.509 and PKCS#8 form (RFC 8410). */
  private static final byte[] PUBLIC = HexFormat.of().parseHex("302a300506032b6570032100");

  private static final byte[] PRIVATE = HexFormat.of().parseHex("302e020100300506032b657004220420");
  private static final int LENGTH = 32;

  /** Its own name and the older one that it shares with Ed448. */
  private static final Set<JWSAlgorithm> ALGORITHMS =
      Set.of(new JWSAlgorithm("Ed25519"), JWSAlgorithm.EdDSA);

  private Ed25519() {}

  public static boolean isAlgorithm(JWSAlgorithm algorithm) {
    return ALGORITHMS.contains(algorithm);
  }

  /**
   * Whether {@code signature} is of this key over {@code signed}.
   *
   * @throws GeneralSecurityException if the key is none
   */
  public static boolean verify(OctetKeyPair key, byte[] signed, byte[] signature)
      throws GeneralSecurityException {
    byte[] point = key.getX().decode();
    if (point.length != LENGTH || signature.length != 2 * LENGTH) {
      return false;
    }
    PublicKey publicKey = KeyFactory.getInstance("Ed25519")
        .generatePublic(new X509EncodedKeySpec(joined(PUBLIC, point)));
    Signature verifier = Signature.getInstance("Ed25519");
    verifier.initVerify(publicKey);
    verifier.update(signed);
    return verifier.verify(signature);
  }

  static OctetKeyPair generate() throws GeneralSecurityException, JOSEException {
    KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    return new OctetKeyPair.Builder(Curve.Ed25519, last(pair.getPublic().getEncoded()))
        .d(last(pair.getPrivate().getEncoded()))
        .keyUse(KeyUse.SIGNATURE)
        .algorithm(JWSAlgorithm.EdDSA)
        .keyIDFromThumbprint()
        .build();
  }

  private static Base64URL last(byte[] encoded) {
    return Base64URL.encode(Arrays.copyOfRange(encoded, encoded.length - LENGTH, encoded.length));
  }

  private static byte[] joined(byte[] prefix, byte[] key) {
    byte[] encoded = Arrays.copyOf(prefix, prefix.length + key.length);
    System.arraycopy(key, 0, encoded, prefix.length, key.length);
    return encoded;
  }

  /** Signs with one private key. */
  static final class Signer extends EdDSAProvider implements JWSSigner {
    private final PrivateKey key;

    Signer(OctetKeyPair pair) throws GeneralSecurityException {
      byte[] secret = pair.getD().decode();
      if (secret.length != LENGTH) {
        throw new GeneralSecurityException("an Ed25519 key has 32 bytes");
      }
      this.key = KeyFactory.getInstance("Ed25519")
          .generatePrivate(new PKCS8EncodedKeySpec(joined(PRIVATE, secret)));
    }

    @Override
    public Base64URL sign(JWSHeader header, byte[] signed) throws JOSEException {
      try {
        Signature signature = Signature.getInstance("Ed25519");
        signature.initSign(key);
        signature.update(signed);
        return Base64URL.encode(signature.sign());
      } catch (GeneralSecurityException e) {
        throw new JOSEException(e.getMessage(), e);
      }
    }
  }
}
