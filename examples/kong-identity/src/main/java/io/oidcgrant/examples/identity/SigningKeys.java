package io.oidcgrant.examples.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.text.ParseException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The keys of an authorization server; the first one signs. Safe for concurrent use. */
final class SigningKeys {
  static final List<String> ALGORITHMS =
      List.of("RS256", "RS384", "RS512", "PS256", "PS384", "PS512");
  private static final JOSEObjectType ACCESS_TOKEN = new JOSEObjectType("at+jwt");
  private static final int BITS = 2048;

  private final JWSAlgorithm algorithm;
  private volatile List<RSAKey> keys;

  SigningKeys(String algorithm) {
    this.algorithm = JWSAlgorithm.parse(algorithm);
    this.keys = List.of(generate());
  }

  JWSAlgorithm algorithm() {
    return algorithm;
  }

  /** @param keep whether the key so far stays published, so that its tokens are good */
  synchronized void rotate(boolean keep) {
    RSAKey next = generate();
    keys = keep ? List.of(next, keys.get(0)) : List.of(next);
  }

  /** The public keys. */
  JWKSet published() {
    return new JWKSet(List.<JWK>copyOf(keys)).toPublicJWKSet();
  }

  /** An access token (RFC 9068). */
  String sign(JWTClaimsSet claims) {
    RSAKey key = keys.get(0);
    SignedJWT token = new SignedJWT(
        new JWSHeader.Builder(algorithm)
            .type(ACCESS_TOKEN)
            .keyID(key.getKeyID())
            .build(),
        claims);
    try {
      token.sign(new RSASSASigner(key));
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
    return token.serialize();
  }

  private RSAKey generate() {
    try {
      return new RSAKeyGenerator(BITS)
          .keyID(UUID.randomUUID().toString())
          .keyUse(KeyUse.SIGNATURE)
          .algorithm(algorithm)
          .generate();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Somebody else's public keys, RSA and EC, from a field of a body. */
  static JWKSet foreign(String field, @Nullable Object jwks) {
    try {
      if (jwks instanceof Map<?, ?> map) {
        JWKSet keys = JWKSet.parse(Fields.members(map));
        if (!keys.isEmpty()
            && keys.size() <= 20
            && keys.getKeys().stream().allMatch(SigningKeys::isPublicRsaOrEc)) {
          return keys;
        }
      }
    } catch (ParseException e) {
      throw Problem.field(field, field + " cannot be read");
    }
    throw Problem.field(field, field + " must be a JWK set of 1 to 20 public RSA and EC keys");
  }

  private static boolean isPublicRsaOrEc(JWK key) {
    return !key.isPrivate()
        && (key instanceof RSAKey || key instanceof com.nimbusds.jose.jwk.ECKey);
  }
}
