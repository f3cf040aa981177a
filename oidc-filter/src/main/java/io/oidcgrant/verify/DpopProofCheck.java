package io.oidcgrant.verify;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jwt.SignedJWT;
import io.oidcgrant.protocol.Failure;
import io.oidcgrant.protocol.Failure.Kind;
import io.oidcgrant.protocol.GrantException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks one DPoP proof by itself and against its request (RFC 9449 section 4.3), less its nonce
 * and whether it was used before. Immutable, safe for concurrent use.
 */
final class DpopProofCheck {
  private static final int MAX_LENGTH = 8192;
  private static final int MAX_ID_LENGTH = 256;
  private static final Duration AHEAD = Duration.ofSeconds(60);
  private static final Set<String> SECRET_MEMBERS =
      Set.of("d", "p", "q", "dp", "dq", "qi", "oth", "r", "t", "k");

  private final Duration lifetime;

  /**
   * Creates a check.
   *
   * @param lifetime of a proof without a nonce, from its {@code iat} on
   */
  DpopProofCheck(Duration lifetime) {
    this.lifetime = lifetime;
  }

  /** How long a proof may still come after it was used. */
  Duration window() {
    return lifetime.plus(AHEAD);
  }

  /**
   * What of a good proof must still be looked at.
   *
   * @param nonce null where it has none
   */
  record Proof(
      String thumbprint, String id, String target, @Nullable String nonce) {}

  /**
   * A request as its proof must describe it.
   *
   * @param lines values of the {@code DPoP} header
   * @param url scheme, authority and path, as the caller addressed them
   */
  record Request(List<String> lines, String method, String url, String accessToken) {}

  /**
   * Checks a proof.
   *
   * @param thumbprint of the key that the token is bound to; null for any
   * @param timed whether {@code iat} must be within the lifetime: where no nonce tells the time
   * @throws GrantException saying what is wrong with it
   */
  Proof check(Request request, @Nullable String thumbprint, boolean timed, Instant now) {
    SignedJWT jwt = parse(single(request.lines()));
    JWK key = key(jwt);
    String shown = thumbprint(key);
    if (thumbprint != null && !thumbprint.equals(shown)) {
      throw Failure.of(Kind.REJECTED, "the access token is bound to another key than the proof's")
          .toException();
    }
    Map<String, Object> claims = json(jwt.getParsedParts()[1]);
    String id = text(claims, "jti");
    if (id.isEmpty() || id.length() > MAX_ID_LENGTH) {
      throw bad("jti must have 1 to 256 characters");
    }
    if (!text(claims, "htm").equals(request.method())) {
      throw bad("htm is not the method of the request");
    }
    String target = RequestTarget.normal(request.url());
    if (target == null || !target.equals(RequestTarget.normal(text(claims, "htu")))) {
      throw bad("htu is not the address of the request");
    }
    time(claims, timed, now);
    if (!text(claims, "ath").equals(hash(request.accessToken()))) {
      throw bad("ath is not of the access token");
    }
    Object nonce = claims.get("nonce");
    if (nonce != null && !(nonce instanceof String)) {
      throw bad("nonce is not a text");
    }
    if (!signed(jwt, key)) {
      throw bad("the signature is not of the key in its header");
    }
    return new Proof(shown, id, target, (String) nonce);
  }

  private static String single(List<String> lines) {
    if (lines.size() != 1) {
      throw lines.isEmpty()
          ? bad("there is none")
          : Failure.of(Kind.AMBIGUOUS_CREDENTIAL, "more than one DPoP header").toException();
    }
    return lines.get(0).strip();
  }

  private static SignedJWT parse(String text) {
    if (text.length() > MAX_LENGTH || !TokenVerifier.isCompact(text)) {
      throw bad("it is not a signed JWT");
    }
    try {
      SignedJWT jwt = SignedJWT.parse(text);
      for (Base64URL part : jwt.getParsedParts()) {
        if (!Base64URL.encode(part.decode()).equals(part)) {
          throw bad("it is not a signed JWT");
        }
      }
      JWSHeader header = jwt.getHeader();
      if (header.getType() == null || !header.getType().getType().equalsIgnoreCase("dpop+jwt")) {
        throw bad("typ must be dpop+jwt");
      }
      if (header.getCriticalParams() != null || !header.isBase64URLEncodePayload()) {
        throw bad("critical header parameters are not accepted");
      }
      return jwt;
    } catch (GrantException e) {
      throw e;
    } catch (ParseException | RuntimeException e) {
      // Such as a header that is no object, or shows a private key.
      throw bad("it is not a signed JWT with a public key");
    }
  }

  private static JWK key(SignedJWT jwt) {
    JWSHeader header = jwt.getHeader();
    JWSAlgorithm algorithm = header.getAlgorithm();
    if (!SignatureCheck.ALGORITHMS.contains(algorithm)) {
      throw bad("its algorithm is not accepted");
    }
    // As it was written: parsed, a key has lost the members that are none of its kind.
    Map<String, Object> members = object(json(jwt.getParsedParts()[0]).get("jwk"));
    JWK key = header.getJWK();
    if (key == null || members == null) {
      throw bad("its header has no jwk");
    }
    if (key.isPrivate() || members.keySet().stream().anyMatch(SECRET_MEMBERS::contains)) {
      throw bad("its header shows a private key");
    }
    if (!SignatureCheck.kindServes(key, algorithm)) {
      throw bad("its key is too weak or not for its algorithm");
    }
    return key;
  }

  @SuppressWarnings("unchecked") // JSON objects have texts for names
  private static @Nullable Map<String, Object> object(@Nullable Object value) {
    return value instanceof Map ? (Map<String, Object>) value : null;
  }

  private static Map<String, Object> json(Base64URL part) {
    try {
      Map<String, Object> members = JSONObjectUtils.parse(part.decodeToString());
      if (members != null) {
        return members;
      }
    } catch (ParseException e) {
      // As good as none.
    }
    throw bad("it holds no JSON object");
  }

  private static String text(Map<String, Object> claims, String name) {
    if (claims.get(name) instanceof String text) {
      return text;
    }
    throw bad(name + " is missing or not a text");
  }

  private void time(Map<String, Object> claims, boolean timed, Instant now) {
    Instant issued;
    try {
      issued = new Claims("proof", claims).time("iat").orElseThrow(() -> bad("iat is missing"));
    } catch (GrantException e) {
      throw bad("iat is missing or not a time");
    }
    if (timed && (issued.isAfter(now.plus(AHEAD)) || !issued.plus(lifetime).isAfter(now))) {
      throw bad("iat is too far from now");
    }
  }

  private static boolean signed(SignedJWT jwt, JWK key) {
    try {
      return SignatureCheck.signedBy(jwt, key);
    } catch (JOSEException | GeneralSecurityException | RuntimeException e) {
      // A key that is none, such as a point off its curve.
      return false;
    }
  }

  private static String thumbprint(JWK key) {
    try {
      return key.computeThumbprint().toString();
    } catch (JOSEException e) {
      throw bad("its key has no thumbprint");
    }
  }

  private static String hash(String accessToken) {
    try {
      return Base64URL.encode(MessageDigest.getInstance("SHA-256")
              .digest(accessToken.getBytes(StandardCharsets.US_ASCII)))
          .toString();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static GrantException bad(String detail) {
    return Failure.of(Kind.INVALID_DPOP_PROOF, "DPoP proof: " + detail).toException();
  }
}
