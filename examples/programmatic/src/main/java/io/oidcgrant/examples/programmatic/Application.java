package io.oidcgrant.examples.programmatic;

import io.oidcgrant.OidcGrantFilter;
import io.oidcgrant.config.OidcGrantConfig;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletContext;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.server.Server;

/**
 * A web application that takes users at {@code /users/*} and programs at {@code /service/*}; the
 * issuer stands in {@code OIDC_ISSUER}, our client's secret in {@code OIDC_CLIENT_SECRET}.
 */
public final class Application {
  private static final EnumSet<DispatcherType> REQUESTS = EnumSet.of(DispatcherType.REQUEST);

  private Application() {}

  /** Serves on port 9090 of this machine until it is stopped. */
  public static void main(String[] args) throws Exception {
    Map<String, String> environment = System.getenv();
    Server server = create(
        9090,
        users(
            environment.getOrDefault("OIDC_ISSUER", ""),
            environment.getOrDefault("OIDC_CLIENT_SECRET", "")),
        services(environment.getOrDefault("OIDC_ISSUER", "")));
    server.start();
    server.join();
  }

  /** Users come with a refresh token, or with their name and password. */
  static OidcGrantConfig users(String issuer, String clientSecret) {
    return OidcGrantConfig.builder()
        .issuer(issuer)
        .clientId("service")
        .clientSecret(clientSecret)
        .authMethods("refresh_token", "password")
        .refreshTokenParamName("refresh_token")
        .downstreamRefreshTokenHeader("refresh_token") // for the caller's next request
        .timeout(Duration.ofSeconds(5))
        .build();
  }

  /** Programs come with a client id and secret of their own. */
  static OidcGrantConfig services(String issuer) {
    return OidcGrantConfig.builder()
        .issuer(issuer)
        .authMethods("client_credentials")
        .build();
  }

  static Server create(int port, OidcGrantConfig users, OidcGrantConfig services) {
    ServletContextHandler context = new ServletContextHandler("/");
    context.addFilter(filter("users", users), "/users/*", REQUESTS);
    context.addFilter(filter("services", services), "/service/*", REQUESTS);
    return serving(port, context);
  }

  private static FilterHolder filter(String name, OidcGrantConfig config) {
    FilterHolder holder = new FilterHolder(new OidcGrantFilter(config));
    holder.setName(name);
    holder.setAsyncSupported(true);
    return holder;
  }

  static Server serving(int port, ServletContextHandler context) {
    context.addServlet(ShowClaims.class, "/*").setAsyncSupported(true);
    Server server = new Server(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    server.setHandler(context);
    return server;
  }

  /**
   * The same in any container, while it starts: from a {@code ServletContainerInitializer}, or from
   * a {@code ServletContextListener} that it found itself.
   */
  static void register(ServletContext context, String name, OidcGrantConfig config, String path) {
    FilterRegistration.Dynamic filter = context.addFilter(name, new OidcGrantFilter(config));
    filter.setAsyncSupported(true);
    filter.addMappingForUrlPatterns(REQUESTS, false, path);
  }
}
