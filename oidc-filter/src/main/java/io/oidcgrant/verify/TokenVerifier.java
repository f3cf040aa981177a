package io.oidcgrant.verify;

import com.nimbusds.jose.JOSEObject;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.oauth2.sdk.token.AccessToken;
import com.nimbusds.oauth2.sdk.token.BearerAccessToken;
import com.nimbusds.openid.connect.sdk.claims.AccessTokenHash;
import io.oidcgrant.jose.Ed25519;
import io.oidcgrant.protocol.Failure;
import io.oidcgrant.protocol.Failure.Kind;
import io.oidcgrant.protocol.GrantException;
import io.oidcgrant.protocol.JsonValues;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Checks tokens, be they of a token endpoint or of a caller: access tokens that are JWTs (RFC 7519,
 * RFC 8725), and ID tokens (OpenID Connect Core 1.0 sections 3.1.3.7 and 3.1.3.8). Opaque access
 * tokens pass. Failures are told as the issuer's. Safe for concurrent use.
 */
public final class TokenVerifier {
  private static final Pattern COMPACT =
      Pattern.compile("[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+");
  private static final Set<String> ACCESS_TOKEN_TYPES =
      Set.of("jwt", "at+jwt", "application/at+jwt");
  private static final Set<String> AT_JWT_TYPES = Set.of("at+jwt", "application/at+jwt");
  private static final Set<String> ID_TOKEN_TYPES = Set.of("jwt");

  /**
   * What is demanded.
   *
   * @param signature whether signatures are verified
   * @param claims whether standard claims are verified
   * @param leeway tolerated difference of clocks
   * @param trustedAudiences that an ID token may name beside the client
   * @param atJwt whether access tokens must be as RFC 9068 says
   */
  public record Rules(
      boolean signature,
      boolean claims,
      Duration leeway,
      Collection<String> trustedAudiences,
      boolean atJwt) {
    /** Access tokens of any type that is one. */
    public Rules(
        boolean signature, boolean claims, Duration leeway, Collection<String> trustedAudiences) {
      this(signature, claims, leeway, trustedAudiences, false);
    }
  }

  /**
   * What verifies and opens tokens.
   *
   * @param sources of the keys of an issuer
   * @param secrets for HS256, HS384 and HS512 of an issuer; none where those are not accepted
   * @param decryption private keys for encrypted tokens
   */
  public record Keys(
      Function<String, List<KeySource>> sources,
      Function<String, List<OctetSequenceKey>> secrets,
      List<JWK> decryption) {
    /** One source for all issuers, and nothing else. */
    public static Keys of(KeySource source) {
      return new Keys(issuer -> List.of(source), issuer -> List.of(), List.of());
    }
  }

  private final Rules rules;
  private final InstantSource clock;
  private final SignatureCheck signatures;
  private final Decryption decryption;

  public TokenVerifier(Rules rules, InstantSource clock, Keys keys) {
    this.rules = rules;
    this.clock = clock;
    this.signatures = new SignatureCheck(keys.sources(), keys.secrets());
    this.decryption = new Decryption(keys.decryption());
  }

  /**
   * What is known of an access token.
   *
   * @param claims empty for an opaque one
   * @param expiresAt its {@code exp}
   * @param key the public key that verified it; empty where none did, or a secret
   */
  public record Verified(
      Map<String, Object> claims, Optional<Instant> expiresAt, Optional<JWK> key) {
    /** Without what it says: that is somebody's business. */
    @Override
    public String toString() {
      return "Verified[expiresAt=" + expiresAt + "]";
    }
  }

  /**
   * Checks an access token.
   *
   * @param issuers accepted values of {@code iss}
   * @param ignoreSignature for the grants of {@code ignore_signature}
   */
  public CompletionStage<Verified> accessToken(
      String token, Collection<String> issuers, boolean ignoreSignature) {
    String what = "access token";
    return attempt(() -> {
      if (!isJwt(token)) {
        return CompletableFuture.completedFuture(
            new Verified(Map.of(), Optional.empty(), Optional.empty()));
      }
      SignedJWT jwt =
          parse(what, decryption.open(token), rules.atJwt() ? AT_JWT_TYPES : ACCESS_TOKEN_TYPES);
      Map<String, Object> payload = payload(what, jwt);
      Claims claims = new Claims(what, payload);
      if (rules.claims()) {
        Instant now = clock.instant();
        claims.issuedBy(issuers).notExpired(now, rules.leeway()).begun(now, rules.leeway());
        if (rules.atJwt()) {
          claims.has("exp", "aud", "sub", "client_id", "iat", "jti");
        }
      }
      return verified(jwt, what, payload, expiry(claims), ignoreSignature);
    });
  }

  private CompletionStage<Verified> verified(
      SignedJWT jwt,
      String what,
      Map<String, Object> payload,
      Optional<Instant> expiry,
      boolean ignoreSignature) {
    Map<String, Object> claims = JsonValues.copyOf(payload);
    return rules.signature() && !ignoreSignature
        ? signatures
            .verify(jwt, what, issuer(payload))
            .thenApply(key -> new Verified(claims, expiry, publicKey(key)))
        : CompletableFuture.completedFuture(new Verified(claims, expiry, Optional.empty()));
  }

  private static String issuer(Map<String, Object> payload) {
    return payload.get("iss") instanceof String issuer ? issuer : "";
  }

  /** None of a secret. */
  private static Optional<JWK> publicKey(JWK key) {
    return Optional.ofNullable(key.toPublicJWK());
  }

  /**
   * Checks what the issuer signed about a token or a user: signature, issuer, and for whom it is.
   * Failures are the issuer's.
   *
   * @param what its name in messages
   * @param types accepted values of the header's {@code typ}, in lower case
   * @param clientId who it must be for; empty where it need say neither that nor its issuer
   * @return the payload
   */
  public CompletionStage<Map<String, Object>> statement(
      String token,
      String what,
      Set<String> types,
      Collection<String> issuers,
      Optional<String> clientId) {
    return attempt(() -> {
      SignedJWT jwt = parse(what, decryption.open(token), types);
      Map<String, Object> payload = payload(what, jwt);
      Claims claims = new Claims(what, payload);
      Instant now = clock.instant();
      if (clientId.isPresent() || payload.get("iss") != null) {
        claims.issuedBy(issuers);
      }
      claims.notExpired(now, rules.leeway()).begun(now, rules.leeway());
      clientId.ifPresent(id -> claims.forAudience(id));
      return signatures.verify(jwt, what, issuer(payload)).thenApply(key -> payload);
    });
  }

  /**
   * Checks the claims that an issuer told of an active token (RFC 7662 section 2.2): what it left
   * out it has checked itself. Failures are the caller's.
   */
  public Verified introspected(Map<String, Object> answer, Collection<String> issuers) {
    Claims claims = new Claims("access token", answer);
    try {
      if (rules.claims()) {
        Instant now = clock.instant();
        if (answer.get("iss") != null) {
          claims.issuedBy(issuers);
        }
        claims.notExpired(now, rules.leeway()).begun(now, rules.leeway());
      }
      return new Verified(JsonValues.copyOf(answer), expiry(claims), Optional.empty());
    } catch (GrantException e) {
      throw Failure.of(Kind.REJECTED, e.failure().detail()).toException();
    }
  }

  /**
   * What a JWT says, be it true or not, also an encrypted one that can be opened; nothing of
   * anything else.
   */
  public Map<String, Object> unverifiedClaims(String token) {
    try {
      return stated(decryption.open(token));
    } catch (GrantException e) {
      return Map.of();
    }
  }

  private static Map<String, Object> stated(String token) {
    if (!looksLikeJwt(token)) {
      return Map.of();
    }
    int first = token.indexOf('.');
    Base64URL payload = new Base64URL(token.substring(first + 1, token.indexOf('.', first + 1)));
    try {
      Map<String, Object> claims = JSONObjectUtils.parse(payload.decodeToString());
      return claims == null ? Map.of() : claims;
    } catch (ParseException e) {
      return Map.of();
    }
  }

  /** When a JWT says that it ends, be it true or not; nothing of anything else. */
  public static Optional<Instant> unverifiedExpiry(String token) {
    return expiry(new Claims("access token", stated(token)));
  }

  /** Whether this is meant to be a JWT: else it is opaque. */
  public boolean isJwt(String token) {
    return looksLikeJwt(token) || decryption.opens(token);
  }

  /**
   * Checks an ID token.
   *
   * @param clientId who it must be for
   * @param accessToken what came with it
   */
  public CompletionStage<Verified> idToken(
      String token, Collection<String> issuers, String clientId, String accessToken) {
    String what = "ID token";
    return attempt(() -> {
      SignedJWT jwt = parse(what, decryption.open(token), ID_TOKEN_TYPES);
      Map<String, Object> payload = payload(what, jwt);
      Claims claims = new Claims(what, payload);
      if (rules.claims()) {
        Instant now = clock.instant();
        claims
            .issuedBy(issuers)
            .forClient(clientId, rules.trustedAudiences())
            .has("exp", "iat", "sub")
            .notExpired(now, rules.leeway())
            .begun(now, rules.leeway());
        accessTokenHash(claims, payload, jwt.getHeader(), accessToken);
      }
      return verified(jwt, what, payload, expiry(claims), false);
    });
  }

  private static void accessTokenHash(
      Claims claims, Map<String, Object> payload, JWSHeader header, String accessToken) {
    Object stated = payload.get("at_hash");
    if (stated == null) {
      return;
    }
    AccessToken token = new BearerAccessToken(accessToken);
    AccessTokenHash computed = Ed25519.isAlgorithm(header.getAlgorithm())
        ? AccessTokenHash.compute(token, JWSAlgorithm.EdDSA, Curve.Ed25519)
        : AccessTokenHash.compute(token, header.getAlgorithm(), null);
    if (computed == null || !computed.getValue().equals(stated)) {
      claims.fail("at_hash is not of the access token beside it");
    }
  }

  /**
   * Whether this is meant to be a JWS: three parts, of which the first is a JSON object in
   * base64url (RFC 7515 section 7.1).
   */
  private static boolean looksLikeJwt(String token) {
    int first = token.indexOf('.');
    int second = token.indexOf('.', first + 1);
    return first > 0
        && second > first
        && token.indexOf('.', second + 1) < 0
        && new Base64URL(token.substring(0, first))
            .decodeToString()
            .stripLeading()
            .startsWith("{");
  }

  /** Whether this has the form of a JWS in compact serialisation (RFC 7515 section 7.1). */
  static boolean isCompact(String text) {
    return COMPACT.matcher(text).matches();
  }

  /** RFC 4648 section 3.5: spare bits are zero, so that one token has one spelling. */
  static boolean isCanonical(JOSEObject token) {
    return Arrays.stream(token.getParsedParts())
        .allMatch(part -> Base64URL.encode(part.decode()).equals(part));
  }

  static SignedJWT parse(String what, String token, Set<String> types) {
    if (!isCompact(token)) {
      throw bad(what, "is not a signed JWT");
    }
    try {
      SignedJWT jwt = SignedJWT.parse(token);
      if (!isCanonical(jwt)) {
        throw bad(what, "is not a signed JWT");
      }
      String type =
          jwt.getHeader().getType() == null ? "jwt" : jwt.getHeader().getType().getType();
      if (!types.contains(type.toLowerCase(Locale.ROOT))) {
        throw bad(what, "is a token of another type");
      }
      return jwt;
    } catch (ParseException | IllegalArgumentException e) {
      throw bad(what, "is not a signed JWT");
    }
  }

  private static Map<String, Object> payload(String what, SignedJWT jwt) {
    try {
      Map<String, Object> claims = JSONObjectUtils.parse(jwt.getPayload().toString());
      // JSON's null parses as null.
      if (claims != null) {
        return claims;
      }
    } catch (ParseException e) {
      // As good as none.
    }
    throw bad(what, "holds no JSON object");
  }

  private static Optional<Instant> expiry(Claims claims) {
    try {
      return claims.time("exp");
    } catch (GrantException e) {
      // Only where verify_claims is off: then a strange exp is no expiry.
      return Optional.empty();
    }
  }

  private static GrantException bad(String what, String detail) {
    return Failure.of(Kind.ANSWER_UNUSABLE, what + " " + detail).toException();
  }

  private static <T> CompletionStage<T> attempt(Supplier<CompletionStage<T>> check) {
    try {
      return check.get();
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }
}
