package io.oidcgrant;

import io.oidcgrant.credential.RequestView;
import io.oidcgrant.protocol.TrustedPeers;
import jakarta.servlet.http.HttpServletRequest;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A servlet request as the flow sees it. Never calls what would make the container read the body.
 */
final class IncomingRequest implements RequestView {
  private final HttpServletRequest request;
  private final byte @Nullable [] body;
  private @Nullable List<String> names;

  IncomingRequest(HttpServletRequest request, byte @Nullable [] body) {
    this.request = request;
    this.body = body;
  }

  @Override
  public String method() {
    return request.getMethod();
  }

  @Override
  public List<String> headers(String name) {
    return Collections.list(request.getHeaders(name));
  }

  @Override
  public List<String> headerNames() {
    List<String> known = names;
    if (known == null) {
      known = Collections.list(request.getHeaderNames());
      names = known;
    }
    return known;
  }

  @Override
  public @Nullable String rawQuery() {
    return request.getQueryString();
  }

  @Override
  public @Nullable String contentType() {
    return request.getContentType();
  }

  @Override
  public long contentLength() {
    return request.getContentLengthLong();
  }

  @Override
  public boolean mayHaveBody() {
    long length = contentLength();
    // HTTP/2 announces a body by neither length nor coding.
    return length > 0
        || (length < 0
            && (request.getHeader("Transfer-Encoding") != null
                || !request.getProtocol().startsWith("HTTP/1")));
  }

  @Override
  public String url(TrustedPeers trusted) {
    String url = request.getRequestURL().toString();
    if (!trusted.contains(request.getRemoteAddr())) {
      return url;
    }
    int authority = url.indexOf("://") + 3;
    int slash = url.indexOf('/', authority);
    int path = slash < 0 ? url.length() : slash;
    String scheme = forwarded("X-Forwarded-Proto", url.substring(0, authority - 3));
    String host = forwarded("X-Forwarded-Host", url.substring(authority, path));
    String port = forwarded("X-Forwarded-Port", "");
    boolean ported = host.indexOf(':', host.indexOf(']') + 1) >= 0;
    return scheme + "://" + host + (ported || port.isEmpty() ? "" : ":" + port)
        + url.substring(path);
  }

  /** What the first proxy said, that is what the caller did; else {@code own}. */
  private String forwarded(String name, String own) {
    String value = request.getHeader(name);
    return value == null || value.isBlank() ? own : value.split(",", -1)[0].strip();
  }

  @Override
  public String remoteAddress() {
    return request.getRemoteAddr();
  }

  /** As the container presents it (Servlet 6.0 section 3.10). */
  @Override
  public Optional<X509Certificate> tlsCertificate() {
    return request.getAttribute("jakarta.servlet.request.X509Certificate")
                instanceof X509Certificate[] chain
            && chain.length > 0
        ? Optional.of(chain[0])
        : Optional.empty();
  }

  @Override
  public Optional<byte[]> body() {
    return Optional.ofNullable(body);
  }
}
