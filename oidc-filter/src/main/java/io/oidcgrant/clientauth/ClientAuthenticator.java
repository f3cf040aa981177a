package io.oidcgrant.clientauth;

import com.nimbusds.oauth2.sdk.auth.ClientAuthentication;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.ClientSecretPost;
import com.nimbusds.oauth2.sdk.id.ClientID;
import io.oidcgrant.protocol.Secret;
import java.util.Map;

/** One client's way to prove itself: makes the proof for one request. Safe for concurrent use. */
@FunctionalInterface
public interface ClientAuthenticator {
  /**
   * A proof for one attempt; the next attempt needs another.
   *
   * @param audience whom it is for: the issuer's identifier
   */
  ClientAuthentication authenticate(String audience);

  /** Id and secret form-encoded, then base64 (RFC 6749 section 2.3.1). */
  static ClientAuthenticator basic(String id, Secret secret) {
    return audience -> new ClientSecretBasic(
        new ClientID(id), new com.nimbusds.oauth2.sdk.auth.Secret(secret.reveal()));
  }

  /** Id and secret in the body (RFC 6749 section 2.3.1). */
  static ClientAuthenticator post(String id, Secret secret) {
    return audience -> new ClientSecretPost(
        new ClientID(id), new com.nimbusds.oauth2.sdk.auth.Secret(secret.reveal()));
  }

  /** The id alone: for a public client, and for one that the connection proves (RFC 8705). */
  static ClientAuthenticator id(ClientAuthMethod method, String id) {
    return audience -> new FormAuthentication(method, id, Map.of("client_id", id));
  }
}
