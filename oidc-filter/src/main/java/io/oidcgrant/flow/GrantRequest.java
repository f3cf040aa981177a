package io.oidcgrant.flow;

import io.oidcgrant.credential.Credential;
import java.util.Map;

/**
 * What tokens are wanted for.
 *
 * @param client the place of the client that asks, from 0 on; without meaning where the caller is
 *     the client
 * @param parameters taken from the caller's request by {@code token_post_args_client}
 * @param headers taken from it by {@code token_headers_client}
 */
record GrantRequest(
    Credential credential,
    int client,
    Map<String, String> parameters,
    Map<String, String> headers) {
  /** What it holds is the caller's. */
  @Override
  public String toString() {
    return "GrantRequest[" + credential.method() + "]";
  }
}
