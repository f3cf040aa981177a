package io.oidcgrant.endpoint;

import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.TokenResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * Sends token requests (RFC 6749 section 3.2). The place to plug in another way to an authorization
 * server; discovery and keys do not go through it. Must be safe for concurrent use, must not block
 * (a transport that does needs threads of its own), and must send a request at most once: a refresh
 * token that is sent twice can end a session.
 *
 * <p>The stage completes with the server's answer, be it tokens or an OAuth error (section 5.2)
 * with its HTTP status. It fails with a {@link io.oidcgrant.protocol.GrantException} where there is
 * no answer that can be read, or with a {@link java.util.concurrent.TimeoutException}; any other
 * exception, and null, counts as a fault: it is logged with its trace, and the caller gets 503. One
 * that is not complete within {@code timeout} is a 504; it is not cancelled, and what it brings
 * later is remembered. A lifetime of the access token of 0 seconds means that none was stated, a
 * negative one that the tokens must not be used again.
 */
@FunctionalInterface
public interface TokenEndpointClient {
  /** Sends; {@code request} holds the client authentication. */
  CompletionStage<TokenResponse> send(TokenRequest request);

  /**
   * Sends with extra headers, and tells the headers of the answer: this is what the filter calls.
   * Without an own implementation neither {@code token_headers_*} nor their replay nor traces work:
   * the headers are not sent.
   *
   * @param headers of {@code token_headers_*}, and {@code traceparent} and {@code tracestate} (W3C
   *     Trace Context) where the request that it is for belongs to a trace
   */
  default CompletionStage<Answer> send(TokenRequest request, Map<String, String> headers) {
    return send(request).thenApply(response -> new Answer(response, Map.of()));
  }

  /**
   * An answer with its headers.
   *
   * @param headers by name, case does not matter
   */
  record Answer(TokenResponse response, Map<String, List<String>> headers) {}
}
