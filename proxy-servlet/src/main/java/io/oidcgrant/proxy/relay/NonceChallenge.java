package io.oidcgrant.proxy.relay;

import io.oidcgrant.UpstreamProof;
import io.oidcgrant.proxy.route.UpstreamService;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;

/**
 * Upstreams that ask for a nonce in proofs of ours (RFC 9449 section 9). Safe for concurrent use.
 */
final class NonceChallenge {
  /** Where a challenge begins, in a list of challenges and their parameters. */
  private static final Pattern BEGIN = Pattern.compile("([^\\s=]+)(?:\\s++(?!=)(.*))?");

  private static final Pattern ASKED =
      Pattern.compile("error\\s*=\\s*(\"?)use_dpop_nonce\\1", Pattern.CASE_INSENSITIVE);

  private final ManagedHeaders managed;

  NonceChallenge(ManagedHeaders managed) {
    this.managed = managed;
  }

  /**
   * Remembers the nonce of an answer, if it has one.
   *
   * @return whether the answer is a challenge that a second attempt can meet
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
            .anyMatch(NonceChallenge::asks);
  }

  private static boolean asks(String challenges) {
    boolean ours = false;
    for (String part : parts(challenges)) {
      Matcher begin = BEGIN.matcher(part);
      String parameter = part;
      if (begin.matches()) {
        ours = begin.group(1).equalsIgnoreCase("DPoP");
        parameter = begin.group(2);
      }
      if (ours && parameter != null && ASKED.matcher(parameter).matches()) {
        return true;
      }
    }
    return false;
  }

  /** What stands between commas that are in no quoted string (RFC 9110 section 11.6.1). */
  private static List<String> parts(String list) {
    List<String> parts = new ArrayList<>();
    boolean quoted = false;
    int begin = 0;
    for (int i = 0; i < list.length(); i++) {
      char c = list.charAt(i);
      if (c == '"') {
        quoted = !quoted;
      } else if (c == '\\' && quoted) {
        i++;
      } else if (c == ',' && !quoted) {
        parts.add(list.substring(begin, i).strip());
        begin = i + 1;
      }
    }
    parts.add(list.substring(begin).strip());
    return parts;
  }
}
