package io.oidcgrant.flow;

import io.oidcgrant.credential.Credential;
import io.oidcgrant.issuer.IssuerEndpoint;
import io.oidcgrant.observe.TraceContext;
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
 * @param cause the trace of the caller's request, of which the tokens know nothing; null for none,
 *     or where it is nobody's request that waits for them
 */
record GrantRequest(
    Credential credential,
    int client,
    Map<IssuerEndpoint, Copied> copies,
    @Nullable Secret idToken,
    @Nullable TraceContext cause) {
  GrantRequest(
      Credential credential,
      int client,
      Map<IssuerEndpoint, Copied> copies,
      @Nullable Secret idToken) {
    this(credential, client, copies, idToken, null);
  }

  Copied copied(IssuerEndpoint endpoint) {
    return copies.getOrDefault(endpoint, Copied.NOTHING);
  }

  /** The same for another credential of the same caller. */
  GrantRequest with(Credential other) {
    return new GrantRequest(other, client, copies, idToken, cause);
  }

  /** The same for a request of this trace. */
  GrantRequest causedBy(@Nullable TraceContext trace) {
    return new GrantRequest(credential, client, copies, idToken, trace);
  }

  /** What it holds is the caller's. */
  @Override
  public String toString() {
    return "GrantRequest[" + credential.method() + "]";
  }
}
