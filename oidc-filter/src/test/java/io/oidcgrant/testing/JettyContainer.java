package io.oidcgrant.testing;

import org.eclipse.jetty.ee10.servlet.ErrorPageErrorHandler;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** Jetty with one application. */
record JettyContainer(Server server, ServerConnector connector) implements Container.Running {
  static JettyContainer start(WebApp application) {
    Server server = new Server();
    // Jetty alone tells its version unasked.
    HttpConfiguration http = new HttpConfiguration();
    http.setSendServerVersion(false);
    ServerConnector connector = new ServerConnector(server, new HttpConnectionFactory(http));
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    ServletContextHandler context = new ServletContextHandler("/");
    context.addServletContainerInitializer((classes, app) -> application.register(app));
    ErrorPageErrorHandler errors = new ErrorPageErrorHandler();
    application.errorPages().forEach(errors::addErrorPage);
    context.setErrorHandler(errors);
    server.setHandler(context);
    JettyContainer started = new JettyContainer(server, connector);
    try {
      server.start();
    } catch (Exception e) {
      started.close();
      throw new IllegalStateException("the application does not start", e);
    }
    return started;
  }

  @Override
  public int port() {
    return connector.getLocalPort();
  }

  @Override
  public int connections() {
    return connector.getConnectedEndPoints().size();
  }

  @Override
  public void close() {
    try {
      server.stop();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
