package io.oidcgrant.proxy.relay;

import io.oidcgrant.UpstreamProof;
import io.oidcgrant.protocol.TrustedPeers;
import io.oidcgrant.proxy.answer.RequestId;
import io.oidcgrant.proxy.route.Match;
import io.oidcgrant.proxy.route.Route;
import io.oidcgrant.proxy.route.UpstreamService;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;

/**
 * Which headers pass, and in which form (RFC 9110, 7.6; RFC 7239). What a caller writes can neither
 * remove nor imitate a header that this proxy sets. Safe for concurrent use.
 */
final class HeaderPolicy {
  private static final String PSEUDONYM = "oidc-proxy";

  /** Between two neighbours only; {@code expect} because it is answered here. */
  static final Set<String> HOP_BY_HOP = Set.of(
      "connection",
      "expect",
      "http2-settings",
      "keep-alive",
      "proxy",
      "proxy-authenticate",
      "proxy-authentication-info",
      "proxy-authorization",
      "proxy-connection",
      "te",
      "trailer",
      "transfer-encoding",
      "upgrade");

  /** Said about the caller by a proxy in front; {@code x-forwarded-} and what follows as well. */
  private static final Set<String> FORWARDING =
      Set.of("forwarded", "x-real-ip", "x-original-url", "x-rewrite-url", "x-original-host");

  /** What is for this proxy: the upstream gets its own word for it, or none. */
  static final Set<String> OURS = Set.of("x-request-id", "x-oidc-explain");

  private final TrustedPeers trusted;
  private final ManagedHeaders managed;

  HeaderPolicy(TrustedPeers trusted, ManagedHeaders managed) {
    this.trusted = trusted;
    this.managed = managed;
  }

  /** The headers of the request to the upstream. */
  void request(HttpServletRequest request, Match match, HttpFields.Mutable upstream) {
    boolean believed = trusted.contains(request.getRemoteAddr());
    Set<String> named = namedByConnection(request.getHeaders("Connection"));
    for (String name : Collections.list(request.getHeaderNames())) {
      String lower = name.toLowerCase(Locale.ROOT);
      String folded = lower.replace('_', '-').replace('.', '-');
      if (lower.equals("host")
          || (!lower.equals(folded) && (folded.equals("host") || folded.equals("content-length")))
          || HOP_BY_HOP.contains(folded)
          || OURS.contains(folded)
          || named.contains(lower)
          || (!believed && forwarding(folded))
          || managed.isManaged(request, name)) {
        continue;
      }
      for (Enumeration<String> values = request.getHeaders(name); values.hasMoreElements(); ) {
        upstream.add(name, values.nextElement());
      }
    }
    if (request.getMethod().equals("OPTIONS")) {
      countDown(upstream);
    }
    Route route = match.route();
    String host = request.getHeader("Host");
    upstream.put(
        "Host", route.preserveHost() && host != null ? host : route.service().authority());
    forwarded(request, match, upstream, believed);
    String protocol = request.getProtocol();
    append(upstream, "Via", protocol.substring(protocol.indexOf('/') + 1) + " " + PSEUDONYM);
    if (request.getAttribute(RequestId.ATTRIBUTE) instanceof String id) {
      upstream.put(RequestId.HEADER, id);
    }
    for (Map.Entry<String, String> own : managed.of(request).entrySet()) {
      upstream.put(own.getKey(), own.getValue());
    }
    UpstreamProof proof = managed.proof(request);
    if (proof != null) {
      UpstreamService service = route.service();
      upstream.put(
          "DPoP",
          proof.make(request.getMethod(), service.address(), service.beyond(match.upstreamPath())));
    }
  }

  /** RFC 9110 section 7.6.2; what is no number is the upstream's business. */
  private static void countDown(HttpFields.Mutable upstream) {
    String left = upstream.get(GatewayProxyServlet.MAX_FORWARDS);
    if (left != null && left.matches("\\d{1,9}")) {
      upstream.put(GatewayProxyServlet.MAX_FORWARDS, Integer.toString(Integer.parseInt(left) - 1));
    }
  }

  private static void forwarded(
      HttpServletRequest request, Match match, HttpFields.Mutable upstream, boolean believed) {
    String peer = TrustedPeers.unbracketed(request.getRemoteAddr());
    append(upstream, "X-Forwarded-For", peer);
    if (upstream.contains("Forwarded")) {
      append(upstream, "Forwarded", "for=" + (peer.contains(":") ? "\"[" + peer + "]\"" : peer));
    }
    own(upstream, "X-Forwarded-Proto", request.getScheme(), believed);
    own(upstream, "X-Forwarded-Host", request.getServerName(), believed);
    own(upstream, "X-Forwarded-Port", Integer.toString(request.getServerPort()), believed);
    own(upstream, "X-Real-IP", peer, believed);
    if (!match.prefix().isEmpty()) {
      own(upstream, "X-Forwarded-Prefix", match.prefix(), believed);
    }
  }

  static boolean forwarding(String folded) {
    return folded.startsWith("x-forwarded-") || FORWARDING.contains(folded);
  }

  /** A believed peer knows better: it is nearer to the caller. */
  private static void own(
      HttpFields.Mutable upstream, String name, String value, boolean believed) {
    if (!believed || !upstream.contains(name)) {
      upstream.put(name, value);
    }
  }

  private static void append(HttpFields.Mutable fields, String name, String value) {
    List<String> before = fields.getValuesList(name);
    fields.put(name, before.isEmpty() ? value : String.join(", ", before) + ", " + value);
  }

  /** The headers of the answer to the caller. */
  void response(HttpServletRequest request, HttpFields upstream, HttpServletResponse response) {
    // It is the upstream that answers.
    response.setHeader(RequestId.HEADER, null);
    // A nonce for proofs of ours means nothing to the caller, who may have others.
    boolean proven = managed.proof(request) != null;
    Set<String> named = namedByConnection(upstream.getValues("Connection"));
    Set<String> seen = new HashSet<>();
    for (HttpField field : upstream) {
      String lower = field.getLowerCaseName();
      if (HOP_BY_HOP.contains(lower)
          || named.contains(lower)
          || (proven && lower.equals("dpop-nonce"))
          || managed.isManagedAnswer(request, lower)) {
        continue;
      }
      // The first replaces what the container put there; as it is, for a parser would drop quotes.
      if (seen.add(lower)) {
        response.setHeader(field.getName(), field.getValue());
      } else {
        response.addHeader(field.getName(), field.getValue());
      }
    }
  }

  static Set<String> namedByConnection(Enumeration<String> connection) {
    if (!connection.hasMoreElements()) {
      return Set.of();
    }
    Set<String> names = new HashSet<>();
    while (connection.hasMoreElements()) {
      for (String name : connection.nextElement().split(",", -1)) {
        names.add(name.strip().toLowerCase(Locale.ROOT));
      }
    }
    return names;
  }
}
