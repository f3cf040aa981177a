package io.oidcgrant.examples.identity;

import com.nimbusds.common.contenttype.ContentType;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.util.URLUtils;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A request.
 *
 * @param uri with scheme, host and port of the server, whatever {@code Host} said
 * @param headers by lower-case name
 * @param certificates the client's, as the TLS connection presented them
 */
record Asked(
    String method,
    URI uri,
    Map<String, List<String>> headers,
    String body,
    List<X509Certificate> certificates) {
  /** The parameters that may be there more than once (RFC 8707, RFC 8693). */
  private static final Set<String> REPEATED = Set.of("resource", "audience");

  static Asked of(
      String method,
      URI uri,
      Map<String, List<String>> headers,
      String body,
      List<X509Certificate> certificates) {
    Map<String, List<String>> lower = new TreeMap<>();
    headers.forEach((name, values) -> lower.put(name.toLowerCase(Locale.ROOT), values));
    return new Asked(method, uri, lower, body, certificates);
  }

  /** The segments of the path, not decoded. */
  List<String> path() {
    return List.of(uri.getRawPath().substring(1).split("/", -1));
  }

  /** The header, if it is there once; else empty. */
  String header(String name) {
    List<String> values = headers.getOrDefault(name, List.of());
    return values.size() == 1 ? values.get(0).strip() : "";
  }

  private String mediaType() {
    return header("content-type").split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
  }

  /** The members of the JSON object that is the body. */
  Fields fields() {
    if (!mediaType().equals("application/json")) {
      throw Problem.of(415, "Content-Type must be application/json");
    }
    return Fields.parse(body);
  }

  /** The parameters of the form that is the body; none where it is no form. */
  Map<String, List<String>> form() {
    return mediaType().equals("application/x-www-form-urlencoded")
        ? URLUtils.parseParameters(body)
        : Map.of();
  }

  /** As Nimbus reads it, once its outside is right (RFC 6749 section 3.2). */
  HTTPRequest toForm() {
    if (uri.getRawQuery() != null) {
      throw Refusal.invalidRequest("parameters belong into the body");
    }
    if (!mediaType().equals("application/x-www-form-urlencoded")) {
      throw Refusal.invalidRequest("Content-Type must be application/x-www-form-urlencoded");
    }
    form().forEach((name, values) -> {
      if (values.size() > 1 && !REPEATED.contains(name)) {
        throw Refusal.invalidRequest("a parameter is there more than once");
      }
    });
    for (String name : List.of("authorization", "dpop")) {
      if (headers.getOrDefault(name, List.of()).size() > 1) {
        throw Refusal.invalidRequest("more than one header " + name);
      }
    }
    HTTPRequest request = new HTTPRequest(HTTPRequest.Method.POST, uri);
    try {
      request.setContentType(ContentType.APPLICATION_URLENCODED.toString());
    } catch (ParseException e) {
      throw new IllegalStateException(e);
    }
    headers.forEach((name, values) -> {
      if (!name.equals("content-type")) {
        request.setHeader(name, values.toArray(new String[0]));
      }
    });
    request.setBody(body);
    certificates.stream().findFirst().ifPresent(request::setClientX509Certificate);
    return request;
  }
}
