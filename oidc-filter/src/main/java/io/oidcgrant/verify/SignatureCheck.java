package io.oidcgrant.verify;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.SignedJWT;
import io.oidcgrant.jose.Ed25519;
import io.oidcgrant.protocol.Failure;
import io.oidcgrant.protocol.Failure.Kind;
import io.oidcgrant.protocol.Printable;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Is a JWT signed by one of the issuer's keys (RFC 7515 section 5.2, RFC 8725 sections 3.1 to 3.4).
 * Asymmetric algorithms only; a key serves the algorithm it was made for and nothing else; what a
 * token says of its own key is never believed.
 */
final class SignatureCheck {
  private static final int MIN_RSA_BITS = 2048;
  /** Longer ones only cost time, which a caller who brings his own would have us spend. */
  private static final int MAX_RSA_BITS = 8192;

  private static final int MAX_CANDIDATES = 8;
  private static final JWSAlgorithm ED25519 = new JWSAlgorithm("Ed25519");

  static final Set<JWSAlgorithm> ALGORITHMS = Set.of(
      JWSAlgorithm.RS256,
      JWSAlgorithm.RS384,
      JWSAlgorithm.RS512,
      JWSAlgorithm.PS256,
      JWSAlgorithm.PS384,
      JWSAlgorithm.PS512,
      JWSAlgorithm.ES256,
      JWSAlgorithm.ES384,
      JWSAlgorithm.ES512,
      JWSAlgorithm.EdDSA,
      ED25519);

  private final Supplier<CompletionStage<JWKSet>> current;
  private final Function<JWKSet, CompletionStage<JWKSet>> newer;

  /**
   * Creates a check.
   *
   * @param current the keys at hand
   * @param newer keys newer than those given, or the same
   */
  SignatureCheck(
      Supplier<CompletionStage<JWKSet>> current, Function<JWKSet, CompletionStage<JWKSet>> newer) {
    this.current = current;
    this.newer = newer;
  }

  /** Completes where the signature is good, fails where it is not. */
  @SuppressWarnings("ReferenceEquality") // the same copy need not be tried twice
  CompletionStage<SignedJWT> verify(SignedJWT token, String what) {
    JWSHeader header = token.getHeader();
    if (!ALGORITHMS.contains(header.getAlgorithm())) {
      return bad(
          what, "algorithm " + Printable.of(header.getAlgorithm().getName()) + " is not accepted");
    }
    if (header.getCriticalParams() != null || !header.isBase64URLEncodePayload()) {
      return bad(what, "critical header parameters are not accepted");
    }
    return current.get().thenCompose(keys -> {
      if (signedByOne(token, keys)) {
        return CompletableFuture.completedFuture(token);
      }
      return newer
          .apply(keys)
          .thenCompose(fresh -> fresh != keys && signedByOne(token, fresh)
              ? CompletableFuture.completedFuture(token)
              : bad(
                  what,
                  "signature is not of one of the issuer's keys (kid "
                      + Printable.of(header.getKeyID()) + ")"));
    });
  }

  private static <T> CompletionStage<T> bad(String what, String detail) {
    return CompletableFuture.failedFuture(
        Failure.of(Kind.ANSWER_UNUSABLE, what + ": " + detail).toException());
  }

  private static boolean signedByOne(SignedJWT token, JWKSet keys) {
    JWSHeader header = token.getHeader();
    List<JWK> candidates = keys.getKeys().stream()
        .filter(key -> serves(key, header))
        .limit(MAX_CANDIDATES)
        .toList();
    for (JWK key : candidates) {
      try {
        if (signedBy(token, key)) {
          return true;
        }
      } catch (JOSEException | GeneralSecurityException | RuntimeException e) {
        // A key or a signature that cannot be used is as good as none.
      }
    }
    return false;
  }

  private static boolean serves(JWK key, JWSHeader header) {
    String keyId = header.getKeyID();
    if (keyId != null && !keyId.equals(key.getKeyID())) {
      return false;
    }
    if (key.getKeyUse() != null && !key.getKeyUse().equals(KeyUse.SIGNATURE)) {
      return false;
    }
    if (key.getKeyOperations() != null && !key.getKeyOperations().contains(KeyOperation.VERIFY)) {
      return false;
    }
    JWSAlgorithm algorithm = header.getAlgorithm();
    boolean edwards = Ed25519.isAlgorithm(algorithm);
    if (key.getAlgorithm() != null
        && !key.getAlgorithm().getName().equals(algorithm.getName())
        && !(edwards && Set.of("EdDSA", "Ed25519").contains(key.getAlgorithm().getName()))) {
      return false;
    }
    return kindServes(key, algorithm);
  }

  /** Whether a key is of the kind that an algorithm takes, and strong enough. */
  static boolean kindServes(JWK key, JWSAlgorithm algorithm) {
    if (key instanceof RSAKey rsa) {
      return JWSAlgorithm.Family.RSA.contains(algorithm)
          && rsa.getModulus().decodeToBigInteger().bitLength() >= MIN_RSA_BITS
          && rsa.getModulus().decodeToBigInteger().bitLength() <= MAX_RSA_BITS
          && rsa.getPublicExponent().decodeToBigInteger().bitLength() > 1
          && rsa.getPublicExponent().decodeToBigInteger().bitLength() <= 64;
    }
    if (key instanceof ECKey ec) {
      return Curve.forJWSAlgorithm(algorithm) != null
          && Curve.forJWSAlgorithm(algorithm).contains(ec.getCurve());
    }
    return Ed25519.isAlgorithm(algorithm)
        && key instanceof OctetKeyPair pair
        && pair.getCurve().equals(Curve.Ed25519);
  }

  static boolean signedBy(SignedJWT token, JWK key) throws JOSEException, GeneralSecurityException {
    if (key instanceof OctetKeyPair pair) {
      return Ed25519.verify(pair, token.getSigningInput(), token.getSignature().decode());
    }
    JWSVerifier verifier = key instanceof RSAKey rsa
        ? new RSASSAVerifier(rsa.toRSAPublicKey())
        : new ECDSAVerifier(((ECKey) key).toECPublicKey());
    return token.verify(verifier);
  }
}
