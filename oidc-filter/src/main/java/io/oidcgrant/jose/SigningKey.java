package io.oidcgrant.jose;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A private or secret key that signs JWTs with one algorithm (RFC 7515 section 5.1). Immutable,
 * safe for concurrent use; never prints its key.
 */
public final class SigningKey {
  private static final int MIN_RSA_BITS = 2048;
  private static final int NEW_RSA_BITS = 2048;

  /** The algorithms of key pairs (RFC 7518 section 3.1, RFC 8037). */
  public static final List<JWSAlgorithm> ASYMMETRIC = List.of(
      JWSAlgorithm.RS256,
      JWSAlgorithm.RS384,
      JWSAlgorithm.RS512,
      JWSAlgorithm.PS256,
      JWSAlgorithm.PS384,
      JWSAlgorithm.PS512,
      JWSAlgorithm.ES256,
      JWSAlgorithm.ES384,
      JWSAlgorithm.ES512,
      JWSAlgorithm.EdDSA);

  private final JWK key;
  private final JWSAlgorithm algorithm;
  private final JWSSigner signer;
  private final JWK bare;

  private SigningKey(JWK key, JWSAlgorithm algorithm, JWSSigner signer) {
    this.key = key;
    this.algorithm = algorithm;
    this.signer = signer;
    this.bare = bare(key);
  }

  /** Of a key pair, the public members that its thumbprint is made of (RFC 7638 section 3.2). */
  private static JWK bare(JWK key) {
    if (key instanceof RSAKey rsa) {
      return new RSAKey.Builder(rsa.getModulus(), rsa.getPublicExponent()).build();
    }
    if (key instanceof ECKey ec) {
      return new ECKey.Builder(ec.getCurve(), ec.getX(), ec.getY()).build();
    }
    return key instanceof OctetKeyPair pair
        ? new OctetKeyPair.Builder(pair.getCurve(), pair.getX()).build()
        : key;
  }

  /**
   * A key for an algorithm.
   *
   * @throws IllegalArgumentException saying why, if the key cannot serve it: see {@link #wrong}
   */
  public static SigningKey of(JWK key, JWSAlgorithm algorithm) {
    wrong(key, algorithm).ifPresent(why -> {
      throw new IllegalArgumentException(why);
    });
    try {
      return new SigningKey(key, algorithm, signer(key));
    } catch (JOSEException | GeneralSecurityException e) {
      throw new IllegalArgumentException("cannot sign: it is not a whole key", e);
    }
  }

  private static JWSSigner signer(JWK key) throws JOSEException, GeneralSecurityException {
    if (key instanceof RSAKey rsa) {
      return new RSASSASigner(rsa);
    }
    if (key instanceof ECKey ec) {
      return new ECDSASigner(ec);
    }
    return key instanceof OctetKeyPair pair
        ? new Ed25519.Signer(pair)
        : new MACSigner((OctetSequenceKey) key);
  }

  /** Why a key cannot sign with an algorithm, as the end of a sentence; empty where it can. */
  public static Optional<String> wrong(JWK key, JWSAlgorithm algorithm) {
    if (!key.isPrivate()) {
      return Optional.of("holds a public key, a private one is needed to sign");
    }
    if (key.getKeyUse() != null && !key.getKeyUse().equals(KeyUse.SIGNATURE)) {
      return Optional.of("has use " + key.getKeyUse() + ", must be sig");
    }
    if (key.getAlgorithm() != null && !same(key.getAlgorithm().getName(), algorithm)) {
      return Optional.of("is for " + key.getAlgorithm() + ", not for " + algorithm);
    }
    if (!kindFits(key, algorithm)) {
      return Optional.of(
          "is of type " + key.getKeyType() + curve(key) + ", which does not serve " + algorithm);
    }
    if (key instanceof RSAKey && key.size() < MIN_RSA_BITS) {
      return Optional.of("has " + key.size() + " bits, at least " + MIN_RSA_BITS + " are needed");
    }
    if (key instanceof OctetSequenceKey && key.size() < hashBits(algorithm)) {
      return Optional.of("has " + key.size() / 8 + " bytes, " + algorithm + " needs at least "
          + hashBits(algorithm) / 8 + " (RFC 7518 section 3.2)");
    }
    return Optional.empty();
  }

  private static boolean same(String named, JWSAlgorithm algorithm) {
    return named.equals(algorithm.getName())
        || (Ed25519.isAlgorithm(algorithm) && Ed25519.isAlgorithm(new JWSAlgorithm(named)));
  }

  private static boolean kindFits(JWK key, JWSAlgorithm algorithm) {
    if (key instanceof RSAKey) {
      return JWSAlgorithm.Family.RSA.contains(algorithm);
    }
    if (key instanceof ECKey ec) {
      return JWSAlgorithm.Family.EC.contains(algorithm)
          && Curve.forJWSAlgorithm(algorithm).contains(ec.getCurve());
    }
    if (key instanceof OctetKeyPair pair) {
      return Ed25519.isAlgorithm(algorithm) && pair.getCurve().equals(Curve.Ed25519);
    }
    return key instanceof OctetSequenceKey && JWSAlgorithm.Family.HMAC_SHA.contains(algorithm);
  }

  private static String curve(JWK key) {
    return key instanceof ECKey ec
        ? " (" + ec.getCurve() + ")"
        : key instanceof OctetKeyPair pair ? " (" + pair.getCurve() + ")" : "";
  }

  private static int hashBits(JWSAlgorithm algorithm) {
    return Integer.parseInt(algorithm.getName().substring(2));
  }

  /** The algorithm that a key is for: what it says, or the usual one of its kind. */
  public static JWSAlgorithm algorithmOf(JWK key) {
    if (key.getAlgorithm() != null) {
      return new JWSAlgorithm(key.getAlgorithm().getName());
    }
    if (key instanceof ECKey ec) {
      return ec.getCurve().equals(Curve.P_384)
          ? JWSAlgorithm.ES384
          : ec.getCurve().equals(Curve.P_521) ? JWSAlgorithm.ES512 : JWSAlgorithm.ES256;
    }
    return key instanceof OctetKeyPair
        ? JWSAlgorithm.EdDSA
        : key instanceof RSAKey ? JWSAlgorithm.RS256 : JWSAlgorithm.HS256;
  }

  /**
   * A new key pair with the thumbprint as key id; {@code use} and {@code alg} are set. An RSA key
   * takes a good part of a second.
   *
   * @param algorithm one of {@link #ASYMMETRIC}
   */
  public static SigningKey generate(JWSAlgorithm algorithm) {
    try {
      JWK key;
      if (JWSAlgorithm.Family.RSA.contains(algorithm)) {
        key = new RSAKeyGenerator(NEW_RSA_BITS)
            .keyUse(KeyUse.SIGNATURE)
            .algorithm(algorithm)
            .keyIDFromThumbprint(true)
            .generate();
      } else if (JWSAlgorithm.Family.EC.contains(algorithm)) {
        key = new ECKeyGenerator(Curve.forJWSAlgorithm(algorithm).iterator().next())
            .keyUse(KeyUse.SIGNATURE)
            .algorithm(algorithm)
            .keyIDFromThumbprint(true)
            .generate();
      } else if (Ed25519.isAlgorithm(algorithm)) {
        key = Ed25519.generate();
      } else {
        throw new IllegalArgumentException("no key pair serves " + algorithm);
      }
      return of(key, algorithm);
    } catch (JOSEException | GeneralSecurityException e) {
      throw new IllegalStateException("the JVM cannot make a key for " + algorithm, e);
    }
  }

  /** The whole key. Never log it, never publish it. */
  public JWK key() {
    return key;
  }

  /** What of a key pair others may see; null for a secret key. */
  public @Nullable JWK publicKey() {
    return key.toPublicJWK();
  }

  /** The thumbprint by SHA-256 in base64url (RFC 7638), as in {@code cnf.jkt}. */
  public String thumbprint() {
    try {
      return bare.computeThumbprint().toString();
    } catch (JOSEException e) {
      throw new IllegalStateException("the JVM lacks SHA-256", e);
    }
  }

  public JWSAlgorithm algorithm() {
    return algorithm;
  }

  /** A signed JWT; the header holds the key's id, where it has one. */
  public String sign(JOSEObjectType type, Map<String, Object> claims) {
    return sign(
        new JWSHeader.Builder(algorithm).type(type).keyID(key.getKeyID()).build(), claims);
  }

  /**
   * A signed JWT whose header holds the public key itself (RFC 9449 section 4.2).
   *
   * @throws IllegalArgumentException if it is no key pair
   */
  public String signWithKey(JOSEObjectType type, Map<String, Object> claims) {
    return sign(new JWSHeader.Builder(algorithm).type(type).jwk(bare).build(), claims);
  }

  private String sign(JWSHeader header, Map<String, Object> claims) {
    JWSObject jwt = new JWSObject(header, new Payload(claims));
    try {
      jwt.sign(signer);
    } catch (JOSEException e) {
      throw new IllegalStateException("cannot sign with " + algorithm, e);
    }
    return jwt.serialize();
  }

  @Override
  public String toString() {
    return "SigningKey[" + algorithm + "]";
  }
}
