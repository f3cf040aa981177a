package io.oidcgrant.testing;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.RSAKey;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The tokens that a {@link VerifyingIssuer} gave out and still stands by. Safe for concurrent use.
 */
final class IssuedTokens {
  /** Seconds. */
  static final int LIFE = 300;

  /**
   * What a refresh token stands for.
   *
   * @param confirmation what a public client's is bound to; empty for others
   */
  record Refresh(String clientId, String subject, String scope, Map<String, Object> confirmation) {}

  private final RSAKey key;
  private final String issuer;
  private final Map<String, Map<String, Object>> access = new ConcurrentHashMap<>();
  private final Map<String, Refresh> refresh = new ConcurrentHashMap<>();

  IssuedTokens(String issuer) throws JOSEException {
    this.key = ScriptedIssuer.newKey();
    this.issuer = issuer;
  }

  RSAKey key() {
    return key;
  }

  /** A signed access token; {@code changes} replaces claims, null removes them. */
  String access(String clientId, String subject, Map<String, ?> changes) {
    long now = now();
    Map<String, Object> claims = new LinkedHashMap<>();
    claims.put("iss", issuer);
    claims.put("sub", subject);
    claims.put("aud", clientId);
    claims.put("iat", now);
    claims.put("exp", now + LIFE);
    claims.put("jti", UUID.randomUUID().toString());
    claims.put("client_id", clientId);
    claims.put("azp", clientId);
    claims.putAll(changes);
    claims.values().removeIf(value -> value == null);
    String token = ScriptedIssuer.signed(claims, "at+jwt", key);
    access.put(token, claims);
    return token;
  }

  String refresh(Refresh grant) {
    String token = "rt-" + UUID.randomUUID();
    refresh.put(token, grant);
    return token;
  }

  /** What this refresh token stands for, or null. */
  Refresh refreshed(String token) {
    return refresh.get(token);
  }

  /** The answer about a token (RFC 7662 section 2.2). */
  Map<String, Object> introspect(String token) {
    Map<String, Object> answer = new LinkedHashMap<>();
    Map<String, Object> claims = access.get(token);
    Refresh grant = refresh.get(token);
    if (claims != null
        && claims.get("exp") instanceof Number expires
        && expires.longValue() > now()) {
      answer.put("active", true);
      answer.put(
          "token_type",
          claims.get("cnf") instanceof Map<?, ?> bound && bound.containsKey("jkt")
              ? "DPoP"
              : "Bearer");
      answer.putAll(claims);
    } else if (grant != null) {
      answer.put("active", true);
      answer.put("sub", grant.subject());
      answer.put("client_id", grant.clientId());
    } else {
      answer.put("active", false);
    }
    return answer;
  }

  /** Forgets it, if it is this client's or unknown (RFC 7009 section 2.1). */
  void revoke(String clientId, String token) {
    Map<String, Object> claims = access.get(token);
    Refresh grant = refresh.get(token);
    if ((claims != null && !clientId.equals(claims.get("client_id")))
        || (grant != null && !clientId.equals(grant.clientId()))) {
      throw new Refusal(400, "unauthorized_client", "the token is another client's");
    }
    access.remove(token);
    refresh.remove(token);
  }

  private static long now() {
    return InstantSource.system().instant().getEpochSecond();
  }
}
