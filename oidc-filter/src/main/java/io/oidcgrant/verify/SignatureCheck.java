package io.oidcgrant.verify;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.SignedJWT;
import io.oidcgrant.jose.Ed25519;
import io.oidcgrant.protocol.Failure;
import io.oidcgrant.protocol.Failure.Kind;
import io.oidcgrant.protocol.GrantException;
import io.oidcgrant.protocol.Printable;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Is a JWT signed by one of the issuer's keys (RFC 7515 section 5.2, RFC 8725 sections 3.1 to 3.4).
 * Asymmetric algorithms only, unless secrets are given; a key serves the algorithm it was made for
 * and nothing else; what a token says of its own key is never believed.
 */
final class SignatureCheck {
  private static final int MIN_RSA_BITS = 2048;
  /** Longer ones only cost time, which a caller who brings his own would have us spend. */
  private static final int MAX_RSA_BITS = 8192;

  private static final int MAX_CANDIDATES = 8;
  private static final JWKSet NONE = new JWKSet();
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

  private final Function<String, List<KeySource>> sources;
  private final Function<String, List<OctetSequenceKey>> secrets;

  /**
   * Creates a check.
   *
   * @param sources of the keys of an issuer; of one that is not known, of every token
   * @param secrets for HS256, HS384 and HS512 of an issuer; none where those are not accepted
   */
  SignatureCheck(
      Function<String, List<KeySource>> sources, Function<String, List<OctetSequenceKey>> secrets) {
    this.sources = sources;
    this.secrets = secrets;
  }

  /**
   * Completes with the key where the signature is good, fails where it is not.
   *
   * @param issuer whose keys count
   */
  CompletionStage<JWK> verify(SignedJWT token, String what, String issuer) {
    JWSHeader header = token.getHeader();
    if (header.getCriticalParams() != null || !header.isBase64URLEncodePayload()) {
      return bad(what, "critical header parameters are not accepted");
    }
    List<OctetSequenceKey> shared = secrets.apply(issuer);
    if (!shared.isEmpty() && JWSAlgorithm.Family.HMAC_SHA.contains(header.getAlgorithm())) {
      JWK key = bySecret(token, shared);
      return key == null
          ? bad(what, "signature is not made with one of the clients' secrets")
          : CompletableFuture.completedFuture(key);
    }
    if (!ALGORITHMS.contains(header.getAlgorithm())) {
      return bad(
          what, "algorithm " + Printable.of(header.getAlgorithm().getName()) + " is not accepted");
    }
    return new Search(token, what, sources.apply(issuer)).run();
  }

  /**
   * One token's search for its key: first among all keys at hand, then among newer ones. Where one
   * source has it, no other is waited for.
   */
  private static final class Search {
    private final SignedJWT token;
    private final String what;
    private final List<KeySource> sources;
    private volatile @Nullable Throwable trouble;

    Search(SignedJWT token, String what, List<KeySource> sources) {
      this.token = token;
      this.what = what;
      this.sources = sources;
    }

    CompletionStage<JWK> run() {
      List<CompletableFuture<JWKSet>> current =
          sources.stream().map(source -> orNone(source.current().get())).toList();
      return signerIn(current)
          .thenCompose(key -> key.isPresent()
              ? CompletableFuture.completedFuture(key.get())
              : newer(current.stream().map(CompletableFuture::join).toList()));
    }

    @SuppressWarnings("ReferenceEquality") // the same copy need not be tried twice
    private CompletionStage<JWK> newer(List<JWKSet> seen) {
      List<CompletableFuture<JWKSet>> sets = new ArrayList<>();
      for (int i = 0; i < seen.size(); i++) {
        JWKSet old = seen.get(i);
        if (old != NONE) {
          sets.add(orNone(sources.get(i).newer().apply(old))
              .thenApply(keys -> keys == old ? NONE : keys));
        }
      }
      return signerIn(sets)
          .thenCompose(
              key -> key.isPresent() ? CompletableFuture.completedFuture(key.get()) : nobody());
    }

    /** The key as soon as one of the sets has it; empty when all have come without it. */
    private CompletableFuture<Optional<JWK>> signerIn(List<CompletableFuture<JWKSet>> sets) {
      CompletableFuture<Optional<JWK>> found = new CompletableFuture<>();
      CompletableFuture<?>[] looks = sets.stream()
          .map(set -> set.thenAccept(keys -> {
            JWK key = found.isDone() ? null : signer(token, keys);
            if (key != null) {
              found.complete(Optional.of(key));
            }
          }))
          .toArray(CompletableFuture<?>[]::new);
      var unused = CompletableFuture.allOf(looks)
          .whenComplete((done, error) -> found.complete(Optional.empty()));
      return found;
    }

    /** One source that cannot be asked does not keep the others from knowing the key. */
    private CompletableFuture<JWKSet> orNone(CompletionStage<JWKSet> keys) {
      return keys.toCompletableFuture().exceptionally(error -> {
        trouble = error;
        return NONE;
      });
    }

    private CompletionStage<JWK> nobody() {
      Throwable reason = trouble;
      return reason != null
          ? CompletableFuture.failedFuture(GrantException.causeOf(reason))
          : bad(
              what,
              "signature is not of one of the issuer's keys (kid "
                  + Printable.of(token.getHeader().getKeyID()) + ")");
    }
  }

  private static @Nullable JWK bySecret(SignedJWT token, List<OctetSequenceKey> secrets) {
    for (OctetSequenceKey secret : secrets) {
      try {
        if (token.verify(new MACVerifier(secret.toByteArray()))) {
          return secret;
        }
      } catch (JOSEException e) {
        // Too short for this algorithm.
      }
    }
    return null;
  }

  private static <T> CompletionStage<T> bad(String what, String detail) {
    return CompletableFuture.failedFuture(
        Failure.of(Kind.ANSWER_UNUSABLE, what + ": " + detail).toException());
  }

  private static @Nullable JWK signer(SignedJWT token, JWKSet keys) {
    JWSHeader header = token.getHeader();
    List<JWK> candidates = keys.getKeys().stream()
        .filter(key -> serves(key, header))
        .limit(MAX_CANDIDATES)
        .toList();
    for (JWK key : candidates) {
      try {
        if (signedBy(token, key)) {
          return key;
        }
      } catch (JOSEException | GeneralSecurityException | RuntimeException e) {
        // A key or a signature that cannot be used is as good as none.
      }
    }
    return null;
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
          && rsa.getPublicExponent().decodeToBigInteger().bitLength() <= 64
          && !Roca.made(rsa.getModulus().decodeToBigInteger());
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
