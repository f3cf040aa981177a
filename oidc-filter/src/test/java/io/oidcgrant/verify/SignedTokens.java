package io.oidcgrant.verify;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.crypto.opts.AllowWeakRSAKey;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** Keys, tokens of any header and payload, and verifiers at a fixed time. */
final class SignedTokens {
  static final String ISSUER = "https://idp.example/realms/one";
  static final Instant NOW = Instant.ofEpochSecond(1_790_000_000L);
  static final RSAKey RSA = rsa(2048, "rsa");
  static final ECKey P256 = ec(Curve.P_256, "p256");

  private static final KeyPair EDWARDS = edwards();

  /** Its public half alone: Nimbus wants a further library for the private one. */
  static final OctetKeyPair ED25519 = octets(EDWARDS, "ed");

  private SignedTokens() {}

  static RSAKey rsa(int bits, String keyId) {
    try {
      return new RSAKeyGenerator(bits, true)
          .keyID(keyId)
          .keyUse(KeyUse.SIGNATURE)
          .generate();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  static ECKey ec(Curve curve, String keyId) {
    try {
      return new ECKeyGenerator(curve).keyID(keyId).keyUse(KeyUse.SIGNATURE).generate();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static KeyPair edwards() {
    try {
      return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static OctetKeyPair octets(KeyPair pair, String keyId) {
    byte[] encoded = pair.getPublic().getEncoded();
    byte[] point = Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length);
    return new OctetKeyPair.Builder(Curve.Ed25519, Base64URL.encode(point))
        .keyID(keyId)
        .build();
  }

  /** Good claims of an access token; {@code changes} replaces them, null removes them. */
  static Map<String, Object> claims(Map<String, ?> changes) {
    Map<String, Object> claims = new LinkedHashMap<>();
    claims.put("iss", ISSUER);
    claims.put("sub", "alice");
    claims.put("iat", NOW.getEpochSecond());
    claims.put("exp", NOW.getEpochSecond() + 300);
    changes.forEach((name, value) -> {
      if (value == null) {
        claims.remove(name);
      } else {
        claims.put(name, value);
      }
    });
    return claims;
  }

  static Map<String, Object> header(String algorithm, JWK key) {
    Map<String, Object> header = new LinkedHashMap<>();
    header.put("alg", algorithm);
    header.put("kid", key.getKeyID());
    return header;
  }

  static String signed(String algorithm, JWK key) {
    return signed(header(algorithm, key), json(claims(Map.of())), key);
  }

  static String signed(Map<String, ?> changes) {
    return signed(header("RS256", RSA), json(claims(changes)), RSA);
  }

  /** A token whose header says {@code header} and whose signature is right for it. */
  static String signed(Map<String, ?> header, String payload, JWK key) {
    return signedText(json(header), JWSAlgorithm.parse((String) header.get("alg")), payload, key);
  }

  static String signedText(String header, JWSAlgorithm algorithm, String payload, JWK key) {
    String input = Base64URL.encode(header) + "." + Base64URL.encode(payload);
    byte[] bytes = input.getBytes(StandardCharsets.US_ASCII);
    try {
      if (key instanceof OctetKeyPair) {
        return input + "." + Base64URL.encode(edwards(EDWARDS.getPrivate(), bytes));
      }
      JWSSigner signer = key instanceof RSAKey rsa
          ? new RSASSASigner(rsa.toPrivateKey(), Set.of(AllowWeakRSAKey.getInstance()))
          : new ECDSASigner((ECKey) key);
      return input + "." + signer.sign(new JWSHeader(algorithm), bytes);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** HS256 with {@code secret}. */
  static String hmac(byte[] secret) {
    byte[] longEnough = Arrays.copyOf(secret, Math.max(32, secret.length));
    String input = Base64URL.encode(json(header("HS256", RSA))) + "."
        + Base64URL.encode(json(claims(Map.of())));
    try {
      return input + "."
          + new MACSigner(longEnough)
              .sign(new JWSHeader(JWSAlgorithm.HS256), input.getBytes(StandardCharsets.US_ASCII));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  static String json(Map<String, ?> members) {
    return JSONObjectUtils.toJSONString(members);
  }

  private static byte[] edwards(PrivateKey key, byte[] bytes) throws GeneralSecurityException {
    Signature signature = Signature.getInstance("Ed25519");
    signature.initSign(key);
    signature.update(bytes);
    return signature.sign();
  }

  static TokenVerifier verifier(Duration leeway, JWK... keys) {
    return verifier(new TokenVerifier.Rules(true, true, leeway, List.of()), NOW, keys);
  }

  static TokenVerifier verifier(TokenVerifier.Rules rules, Instant now, JWK... keys) {
    JWKSet set = new JWKSet(List.of(keys));
    return new TokenVerifier(
        rules, InstantSource.fixed(now), TokenVerifier.Keys.of(KeySource.fixed(set)));
  }

  /** The outcome, or the failure's detail. */
  static <T> String detailOf(
      java.util.concurrent.CompletionStage<T> stage, Function<T, String> good) {
    try {
      return good.apply(stage.toCompletableFuture().join());
    } catch (java.util.concurrent.CompletionException e) {
      var failure = io.oidcgrant.protocol.GrantException.failureOf(e);
      return failure.kind() + ": " + failure.detail();
    }
  }
}
