package io.oidcgrant.proxy.relay;

import io.oidcgrant.proxy.route.UpstreamService;
import java.net.URI;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.transport.HttpConversation;
import org.eclipse.jetty.client.transport.HttpRequest;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http2.api.Stream;
import org.eclipse.jetty.util.HostPort;
import org.jspecify.annotations.Nullable;

/**
 * A request to an upstream whose method and target go out exactly as they are given: the base class
 * writes methods in upper case and takes a target apart as a {@link URI}.
 */
final class UpstreamRequest extends HttpRequest {
  private static final URI ANYWHERE = URI.create("http://upstream/");

  private final String exactMethod;
  private final String path;
  private final @Nullable String query;
  private volatile @Nullable Stream stream;

  UpstreamRequest(HttpClient client, UpstreamService service, String method, String target) {
    super(client, new HttpConversation(), ANYWHERE);
    this.exactMethod = method;
    int mark = target.indexOf('?');
    this.path = mark < 0 ? target : target.substring(0, mark);
    this.query = mark < 0 ? null : target.substring(mark + 1);
    scheme(service.scheme());
    host(service.host());
    port(service.port());
    tag(UpstreamClient.Connecting.of(service));
    idleTimeout(service.writeTimeout(), TimeUnit.MILLISECONDS);
    onRequestBegin(begun -> {
      if (getVersion() == HttpVersion.HTTP_2) {
        authority();
      }
    });
    onRequestSuccess(sent -> {
      Stream own = stream;
      if (own != null) {
        own.setIdleTimeout(service.readTimeout());
      } else if (sent.getConnection() instanceof org.eclipse.jetty.io.Connection connection) {
        connection.getEndPoint().setIdleTimeout(service.readTimeout());
      }
    });
  }

  /** Of HTTP/2; null when it ends. */
  void sentOn(@Nullable Stream newStream) {
    stream = newStream;
  }

  /** In HTTP/2 the {@code Host} header is {@code :authority} (RFC 9113 section 8.3.1). */
  private void authority() {
    HostPort authority = new HostPort(getHeaders().get(HttpHeader.HOST));
    host(authority.getHost());
    port(authority.getPort());
    headers(fields -> fields.remove(HttpHeader.HOST).put(HttpHeader.TE, "trailers"));
  }

  @Override
  public String getMethod() {
    // Null while the base class is constructed.
    return exactMethod == null ? super.getMethod() : exactMethod;
  }

  @Override
  public String getPath() {
    return path == null ? super.getPath() : path;
  }

  @Override
  public @Nullable String getQuery() {
    return query;
  }

  /** Without a path: used for cookies and authentication only, of which there are none. */
  @Override
  public URI getURI() {
    return ANYWHERE;
  }
}
