package io.oidcgrant.examples.customclient;

import io.oidcgrant.OidcGrantFilter;
import io.oidcgrant.config.OidcGrantConfig;
import io.oidcgrant.endpoint.TokenEndpointClient;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Collections;
import java.util.EnumSet;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;

/**
 * A web application whose filter asks through a {@link CountingTokenEndpointClient}; the issuer
 * stands in {@code OIDC_ISSUER}, our client's secret in {@code OIDC_CLIENT_SECRET}.
 */
public final class Application {
  private Application() {}

  /** Serves on port 9090 of this machine until it is stopped. */
  public static void main(String[] args) throws Exception {
    OidcGrantConfig config = OidcGrantConfig.builder()
        .issuer(System.getenv("OIDC_ISSUER"))
        .clientId("service")
        .clientSecret(System.getenv().getOrDefault("OIDC_CLIENT_SECRET", ""))
        .refreshTokenParamName("refresh_token")
        .downstreamRefreshTokenHeader("refresh_token")
        .build();
    Server server = create(9090, config, CountingTokenEndpointClient.start(), new ShowHeaders());
    server.start();
    server.join();
  }

  static Server create(
      int port, OidcGrantConfig config, TokenEndpointClient client, HttpServlet servlet) {
    ServletContextHandler context = new ServletContextHandler("/");
    FilterHolder filter = new FilterHolder(new OidcGrantFilter(config, client));
    filter.setAsyncSupported(true);
    context.addFilter(filter, "/*", EnumSet.of(DispatcherType.REQUEST));
    ServletHolder holder = new ServletHolder(servlet);
    holder.setAsyncSupported(true);
    context.addServlet(holder, "/*");
    Server server = new Server(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    server.setHandler(context);
    return server;
  }

  /** Answers with the names of the headers that it sees. */
  static final class ShowHeaders extends HttpServlet {
    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      response.setContentType("text/plain;charset=utf-8");
      response.getWriter().println(Collections.list(request.getHeaderNames()));
    }
  }
}
