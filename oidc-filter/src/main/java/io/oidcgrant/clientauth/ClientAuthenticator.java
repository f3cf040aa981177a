package io.oidcgrant.clientauth;

import com.nimbusds.oauth2.sdk.auth.ClientAuthentication;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.ClientSecretPost;
import com.nimbusds.oauth2.sdk.id.ClientID;
import io.oidcgrant.protocol.Secret;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * One way for a client to prove itself (RFC 6749 section 2.3): makes the proof for one request.
 * Safe for concurrent use.
 */
@FunctionalInterface
public interface ClientAuthenticator {
  ClientAuthentication authenticate(String clientId, Secret secret);

  /** Id and secret form-encoded, then base64 (RFC 6749 section 2.3.1). */
  ClientAuthenticator CLIENT_SECRET_BASIC = (id, secret) -> new ClientSecretBasic(
      new ClientID(id), new com.nimbusds.oauth2.sdk.auth.Secret(secret.reveal()));

  ClientAuthenticator CLIENT_SECRET_POST = (id, secret) -> new ClientSecretPost(
      new ClientID(id), new com.nimbusds.oauth2.sdk.auth.Secret(secret.reveal()));

  /** By their IANA names. */
  Map<String, ClientAuthenticator> BUILT_IN =
      Map.of("client_secret_basic", CLIENT_SECRET_BASIC, "client_secret_post", CLIENT_SECRET_POST);

  /** The method of this IANA name. */
  static ClientAuthenticator named(String name) {
    ClientAuthenticator known = BUILT_IN.get(name);
    if (known == null) {
      throw new IllegalArgumentException("unknown client authentication method: " + name);
    }
    return known;
  }

  /**
   * The method among those an issuer supports; {@code client_secret_basic} where it names none of
   * ours.
   */
  static ClientAuthenticator among(Collection<String> supported) {
    for (String name : List.of("client_secret_basic", "client_secret_post")) {
      if (supported.contains(name)) {
        return named(name);
      }
    }
    return CLIENT_SECRET_BASIC;
  }
}
