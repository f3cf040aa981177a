package io.oidcgrant.flow;

import io.oidcgrant.credential.Credential;
import io.oidcgrant.issuer.IssuerEndpoint;
import io.oidcgrant.protocol.Secret;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What tokens are wanted for.
 *
 * @param client the place of the client that asks, from 0 on; without meaning where the caller is
 *     the client
 * @param copies what calls take over from the caller's request
 * @param idToken that came beside a caller's access token
 */
record GrantRequest(
    Credential credential,
    int client,
    Map<IssuerEndpoint, Copied> copies,
    @Nullable Secret idToken) {

  Copied copied(IssuerEndpoint endpoint) {
    return copies.getOrDefault(endpoint, Copied.NOTHING);
  }

  /** The same for another credential of the same caller. */
  GrantRequest with(Credential other) {
    return new GrantRequest(other, client, copies, idToken);
  }

  /** What it holds is the caller's. */
  @Override
  public String toString() {
    return "GrantRequest[" + credential.method() + "]";
  }
}
