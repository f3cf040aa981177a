package io.oidcgrant.proxy.server;

import io.oidcgrant.protocol.TrustedPeers;
import io.oidcgrant.proxy.route.CanonicalPath;
import io.oidcgrant.proxy.route.RequestFacts;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.io.EndPoint;
import org.jspecify.annotations.Nullable;

/**
 * The facts of a request as Jetty has them. A believed peer knows better whether the caller came
 * over TLS.
 */
record ServletFacts(HttpServletRequest request, CanonicalPath path, TrustedPeers trusted)
    implements RequestFacts {
  @Override
  public String method() {
    return request.getMethod();
  }

  @Override
  public String host() {
    return request.getServerName();
  }

  @Override
  public int port() {
    return request.getServerPort();
  }

  @Override
  public String target() {
    String query = request.getQueryString();
    return query == null ? path.raw() : path.raw() + "?" + query;
  }

  @Override
  public List<String> headers(String name) {
    return core().getHeaders().getValuesList(name);
  }

  @Override
  public boolean secure() {
    List<String> said = headers("X-Forwarded-Proto");
    if (said.size() == 1 && trusted.contains(request.getRemoteAddr())) {
      String scheme = said.get(0).toLowerCase(Locale.ROOT);
      if (scheme.equals("https") || scheme.equals("http")) {
        return scheme.equals("https");
      }
    }
    return request.isSecure();
  }

  @Override
  public @Nullable String serverName() {
    if (core().getAttribute(EndPoint.SslSessionData.ATTRIBUTE)
            instanceof EndPoint.SslSessionData tls
        && tls.sslSession() instanceof ExtendedSSLSession session) {
      for (SNIServerName name : session.getRequestedServerNames()) {
        if (name instanceof SNIHostName host) {
          return host.getAsciiName();
        }
      }
    }
    return null;
  }

  @Override
  public boolean http2() {
    return request.getProtocol().equals("HTTP/2.0");
  }

  private ServletContextRequest core() {
    return ServletContextRequest.getServletContextRequest(request);
  }
}
