package io.oidcgrant.clientauth;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.oauth2.sdk.auth.ClientAuthentication;
import io.oidcgrant.jose.SigningKey;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Proves a client by a JWT that it signs for each attempt (RFC 7523 section 3): for the issuer
 * alone, good for a minute, and once. The form holds no {@code client_id}: some issuers refuse it
 * beside an assertion.
 *
 * @param key the key at hand when it is asked for
 * @param type the JWT's {@code typ}
 */
public record ClientAssertion(
    ClientAuthMethod method,
    String clientId,
    Supplier<SigningKey> key,
    JOSEObjectType type,
    InstantSource clock)
    implements ClientAuthenticator {
  private static final String JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
  private static final int LIFE_SECONDS = 60;

  @Override
  public ClientAuthentication authenticate(String audience) {
    long now = clock.instant().getEpochSecond();
    Map<String, Object> claims = new LinkedHashMap<>();
    claims.put("iss", clientId);
    claims.put("sub", clientId);
    // One text: with several audiences one issuer could use it at another.
    claims.put("aud", audience);
    claims.put("iat", now);
    claims.put("exp", now + LIFE_SECONDS);
    claims.put("jti", UUID.randomUUID().toString());
    return new FormAuthentication(
        method,
        clientId,
        Map.of(
            "client_assertion_type", JWT_BEARER, "client_assertion", key.get().sign(type, claims)));
  }

  @Override
  public String toString() {
    return "ClientAssertion[" + method.registered() + ", " + clientId + "]";
  }
}
