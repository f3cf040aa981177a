package io.oidcgrant.proxy.server;

import io.oidcgrant.proxy.metrics.Metrics;
import org.eclipse.jetty.alpn.server.ALPNServerConnectionFactory;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.http2.server.AbstractHTTP2ServerConnectionFactory;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.http2.server.HTTP2ServerConnectionFactory;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.WindowRateControl;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.jspecify.annotations.Nullable;

/** The versions of HTTP that the listeners speak, and their limits. */
final class Protocols {
  private static final int ANSWER_HEADERS = 128 * 1024;

  private static final int STREAMS = 128;

  /** Resets, pings, settings, empty frames and the like, of a connection in a second. */
  private static final int EVENTS = 128;

  private final Limits limits;
  private final Metrics metrics;

  Protocols(Limits limits, Metrics metrics) {
    this.limits = limits;
    this.metrics = metrics;
  }

  private HttpConfiguration configuration() {
    HttpConfiguration http = new HttpConfiguration();
    http.setSendServerVersion(false);
    // The cache costs more than it saves when every request has a long token (RATIONALE.md).
    http.setHeaderCacheSize(0);
    http.setRequestHeaderSize(limits.headerBytes());
    http.setResponseHeaderSize(8 * 1024);
    http.setMaxResponseHeaderSize(ANSWER_HEADERS);
    return http;
  }

  /** In clear text; {@code h2c}: HTTP/2 as well, by prior knowledge and by {@code Upgrade}. */
  ConnectionFactory[] clear(boolean h2c) {
    HttpConfiguration http = configuration();
    HttpConnectionFactory http1 = new CallerConnectionFactory(http, metrics);
    return h2c
        ? new ConnectionFactory[] {http1, new ClearHttp2(http2(http))}
        : new ConnectionFactory[] {http1};
  }

  /** For operators, on this machine. */
  ConnectionFactory[] admin() {
    HttpConfiguration http = configuration();
    // An issuer is a URL, and is one name of a path: /openid-connect/issuers/https%3A%2F%2Fidp.
    http.setUriCompliance(
        http.getUriCompliance().with("admin", UriCompliance.Violation.AMBIGUOUS_PATH_SEPARATOR));
    return new ConnectionFactory[] {new HttpConnectionFactory(http)};
  }

  /** In TLS; the caller chooses HTTP/2 by ALPN. */
  ConnectionFactory[] secure(TlsSetup tls) {
    HttpConfiguration http = configuration();
    // Whose name is unknown gets the default certificate, and decides himself what to think of it.
    http.addCustomizer(new SecureRequestCustomizer(false));
    HttpConnectionFactory http1 = new CallerConnectionFactory(http, metrics);
    HTTP2ServerConnectionFactory http2 = new HTTP2ServerConnectionFactory(http2(http));
    limit(http2);
    ALPNServerConnectionFactory alpn =
        new ALPNServerConnectionFactory(http2.getProtocol(), http1.getProtocol());
    alpn.setDefaultProtocol(http1.getProtocol());
    return new ConnectionFactory[] {
      new SslConnectionFactory(tls, alpn.getProtocol()), alpn, http2, http1
    };
  }

  private HttpConfiguration http2(HttpConfiguration http) {
    HttpConfiguration http2 = new HttpConfiguration(http);
    // Up to here a stream is answered 431; beyond it the connection ends with its state.
    http2.setRequestHeaderSize(4 * limits.headerBytes());
    return http2;
  }

  private static void limit(AbstractHTTP2ServerConnectionFactory http2) {
    http2.setMaxConcurrentStreams(STREAMS);
    http2.setRateControlFactory(new WindowRateControl.Factory(EVENTS));
    http2.setConnectProtocolEnabled(false);
  }

  private static final class ClearHttp2 extends HTTP2CServerConnectionFactory {
    ClearHttp2(HttpConfiguration http) {
      super(http);
      limit(this);
    }

    /** The base class would lose a body without a length. */
    @Override
    public @Nullable Connection upgradeConnection(
        Connector connector,
        EndPoint endPoint,
        MetaData.Request request,
        HttpFields.Mutable answer) {
      return request.getHttpFields().contains(HttpHeader.TRANSFER_ENCODING)
          ? null
          : super.upgradeConnection(connector, endPoint, request, answer);
    }
  }
}
