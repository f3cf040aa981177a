package io.oidcgrant.proxy.relay;

import io.oidcgrant.UpstreamProof;
import io.oidcgrant.proxy.route.UpstreamService;
import jakarta.servlet.http.HttpServletRequest;
import java.util.regex.Pattern;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;

/**
 * Upstreams that ask for a nonce in proofs of ours (RFC 9449 section 9). Safe for concurrent use.
 */
final class NonceChallenge {
  private static final Pattern ASKED = Pattern.compile(
      "(?:^|,)\\s*DPoP\\s+(?:[^,]*,\\s*)*error\\s*=\\s*\"?use_dpop_nonce\"?\\s*(?:,|$)",
      Pattern.CASE_INSENSITIVE);

  private final ManagedHeaders managed;

  NonceChallenge(ManagedHeaders managed) {
    this.managed = managed;
  }

  /**
   * Remembers the nonce of an answer, if it has one.
   *
   * @return whether the answer is a challenge that a second attempt can meet, with a body that is
   *     in memory or without one
   */
  boolean answerable(HttpServletRequest request, UpstreamService service, Response answer) {
    UpstreamProof proof = managed.proof(request);
    if (proof == null) {
      return false;
    }
    HttpFields fields = answer.getHeaders();
    return proof.nonce(service.address(), fields.get("DPoP-Nonce"))
        && answer.getStatus() == 401
        && fields.getValuesList(HttpHeader.WWW_AUTHENTICATE).stream()
            .anyMatch(challenge -> ASKED.matcher(challenge).find())
        && (bodiless(request) || managed.readBody(request) != null);
  }

  /** HTTP/2 announces a body by nothing but its content. */
  private static boolean bodiless(HttpServletRequest request) {
    long length = request.getContentLengthLong();
    return length == 0
        || (length < 0
            && request.getHeader("Transfer-Encoding") == null
            && (request.getProtocol().startsWith("HTTP/1")
                || GatewayProxyServlet.usuallyEmpty(request.getMethod())));
  }
}
