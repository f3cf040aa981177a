package io.oidcgrant;

import io.oidcgrant.credential.RequestView;
import jakarta.servlet.http.HttpServletRequest;
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
    return Collections.list(request.getHeaderNames());
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
  public Optional<byte[]> body() {
    return Optional.ofNullable(body);
  }
}
