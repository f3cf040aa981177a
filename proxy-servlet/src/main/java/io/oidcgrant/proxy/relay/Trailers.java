package io.oidcgrant.proxy.relay;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.Enumeration;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpVersion;
import org.jspecify.annotations.Nullable;

/**
 * Fields after a body (RFC 9110 section 6.5), which stay behind it and never become headers. What
 * says how a message is to be read, by whom it comes, or what this proxy itself says, does not pass
 * in that place. Safe for concurrent use.
 */
final class Trailers {
  /** RFC 9110 section 6.5.1: framing, routing, authentication, controls, the body's own kind. */
  private static final Set<String> HEADERS_ONLY = Set.of(
      "age",
      "authentication-info",
      "authorization",
      "cache-control",
      "content-encoding",
      "content-length",
      "content-range",
      "content-type",
      "cookie",
      "date",
      "dpop",
      "expires",
      "host",
      "location",
      "max-forwards",
      "pragma",
      "range",
      "retry-after",
      "set-cookie",
      "vary",
      "via",
      "warning",
      "www-authenticate");

  private final ManagedHeaders managed;

  Trailers(ManagedHeaders managed) {
    this.managed = managed;
  }

  /** Has a request whose body comes piece by piece bring the caller's trailers. */
  void request(HttpServletRequest request, Request upstream) {
    if (request.getContentLengthLong() >= 0) {
      return;
    }
    ServletContextRequest caller = ServletContextRequest.getServletContextRequest(request);
    Set<String> named = HeaderPolicy.namedByConnection(request.getHeaders("Connection"));
    upstream.trailersSupplier(() -> passing(
        caller.getTrailers(),
        name -> !HeaderPolicy.forwarding(name)
            && !HeaderPolicy.OURS.contains(name)
            && !named.contains(name)
            && !managed.isManaged(request, name)));
  }

  /** Has the answer bring the upstream's trailers, where it can have some and the caller can. */
  void response(HttpServletRequest request, Response upstream) {
    int status = upstream.getStatus();
    if (request.getMethod().equals("HEAD")
        || status == 204
        || status == 304
        || !mayHave(upstream)
        || !taken(request, upstream)) {
      return;
    }
    Set<String> named =
        HeaderPolicy.namedByConnection(upstream.getHeaders().getValues("Connection"));
    ServletContextRequest.getServletContextRequest(request)
        .getServletContextResponse()
        .setTrailersSupplier(() -> passing(
            upstream.getTrailers(),
            name -> !named.contains(name) && !managed.isManagedAnswer(request, name)));
  }

  private static boolean mayHave(Response upstream) {
    return upstream.getVersion() == HttpVersion.HTTP_2
        || upstream.getHeaders().contains(HttpHeader.TRANSFER_ENCODING);
  }

  /** In HTTP/1.1 only where the caller said so, and the answer comes in chunks anyway. */
  private static boolean taken(HttpServletRequest request, Response upstream) {
    String protocol = request.getProtocol();
    return protocol.startsWith("HTTP/2")
        || (protocol.equals("HTTP/1.1")
            && !upstream.getHeaders().contains(HttpHeader.CONTENT_LENGTH)
            && wanted(request.getHeaders("TE")));
  }

  private static boolean wanted(Enumeration<String> codings) {
    return Collections.list(codings).stream()
        .flatMap(value -> Stream.of(value.split(",", -1)))
        .anyMatch(coding -> coding.strip().equalsIgnoreCase("trailers"));
  }

  private static @Nullable HttpFields passing(@Nullable HttpFields fields, Predicate<String> more) {
    if (fields == null) {
      return null;
    }
    HttpFields.Mutable passing = HttpFields.build();
    for (HttpField field : fields) {
      String name = field.getName().toLowerCase(Locale.ROOT);
      String folded = name.replace('_', '-').replace('.', '-');
      if (!HeaderPolicy.HOP_BY_HOP.contains(folded)
          && !HEADERS_ONLY.contains(folded)
          && more.test(name)
          && more.test(folded)) {
        passing.add(field);
      }
    }
    return passing.size() == 0 ? null : passing;
  }
}
