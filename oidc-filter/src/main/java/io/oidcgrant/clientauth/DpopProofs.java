package io.oidcgrant.clientauth;

import com.nimbusds.jose.JOSEObjectType;
import io.oidcgrant.jose.SigningKey;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Makes DPoP proofs with one key (RFC 9449 section 4.2) and remembers the newest nonce of each
 * server (section 8.2). Safe for concurrent use.
 */
public final class DpopProofs {
  private static final JOSEObjectType TYPE = new JOSEObjectType("dpop+jwt");
  private static final int MAX_NONCE_LENGTH = 1024;

  private final SigningKey key;
  private final InstantSource clock;
  private final Map<String, String> nonces = new ConcurrentHashMap<>();

  public DpopProofs(SigningKey key, InstantSource clock) {
    this.key = key;
    this.clock = clock;
  }

  /** What tokens are bound to: {@code cnf.jkt} (section 6.1). */
  public String thumbprint() {
    return key.thumbprint();
  }

  /** A maker with the same key for other servers, whose nonces are kept apart (section 9). */
  public DpopProofs forOtherServers() {
    return new DpopProofs(key, clock);
  }

  /**
   * A proof for one request.
   *
   * @param method as it is sent
   * @param target the address as it is sent; its query and fragment are left out
   * @param accessToken the token it goes with; null at a token endpoint
   */
  public String proof(String method, String target, @Nullable String accessToken) {
    Map<String, Object> claims = new LinkedHashMap<>();
    claims.put("jti", UUID.randomUUID().toString());
    claims.put("htm", method);
    claims.put("htu", withoutQuery(target));
    claims.put("iat", clock.instant().getEpochSecond());
    if (accessToken != null) {
      claims.put("ath", hash(accessToken));
    }
    String nonce = nonces.get(origin(target));
    if (nonce != null) {
      claims.put("nonce", nonce);
    }
    return key.signWithKey(TYPE, claims);
  }

  /**
   * Remembers the nonce of a server's answer (section 8.2).
   *
   * @return whether it can be used
   */
  public boolean remember(String target, @Nullable String nonce) {
    if (nonce == null || nonce.isEmpty() || nonce.length() > MAX_NONCE_LENGTH) {
      return false;
    }
    nonces.put(origin(target), nonce);
    return true;
  }

  private static String withoutQuery(String target) {
    return before(before(target, '?', 0), '#', 0);
  }

  private static String origin(String target) {
    return before(withoutQuery(target), '/', target.indexOf("://") + 3);
  }

  private static String before(String text, char mark, int from) {
    int at = text.indexOf(mark, from);
    return at < 0 ? text : text.substring(0, at);
  }

  private static String hash(String accessToken) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256")
          .digest(accessToken.getBytes(StandardCharsets.US_ASCII));
      return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
