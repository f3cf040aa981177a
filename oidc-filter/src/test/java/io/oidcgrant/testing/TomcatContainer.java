package io.oidcgrant.testing;

import java.nio.file.Path;
import java.util.Set;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.LifecycleState;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.startup.Tomcat;
import org.apache.coyote.AbstractProtocol;
import org.apache.tomcat.util.descriptor.web.ErrorPage;

/** Tomcat with one application. */
record TomcatContainer(Tomcat tomcat) implements Container.Running {
  static TomcatContainer start(WebApp application) {
    Tomcat tomcat = new Tomcat();
    tomcat.setSilent(true);
    tomcat.setBaseDir(Path.of("target", "tomcat").toString());
    tomcat.setHostname("127.0.0.1");
    tomcat.setPort(0);
    tomcat.getConnector().setProperty("address", "127.0.0.1");
    // Without it Tomcat hands out no trailers.
    tomcat
        .getConnector()
        .setProperty("allowedTrailerHeaders", "authorization,refresh_token,refresh-token,x-sum");
    StandardContext context = (StandardContext) tomcat.addContext("", null);
    context.setClearReferencesRmiTargets(false);
    context.setClearReferencesObjectStreamClassCaches(false);
    context.setClearReferencesThreadLocals(false);
    context.addServletContainerInitializer((classes, app) -> application.register(app), Set.of());
    application.errorPages().forEach((status, path) -> {
      ErrorPage page = new ErrorPage();
      page.setErrorCode(status);
      page.setLocation(path);
      context.addErrorPage(page);
    });
    TomcatContainer started = new TomcatContainer(tomcat);
    try {
      tomcat.start();
    } catch (LifecycleException e) {
      started.close();
      throw new IllegalStateException(e);
    }
    if (context.getState() != LifecycleState.STARTED) {
      started.close();
      throw new IllegalStateException("the application does not start");
    }
    return started;
  }

  @Override
  public int port() {
    return tomcat.getConnector().getLocalPort();
  }

  @Override
  public int connections() {
    return (int)
        ((AbstractProtocol<?>) tomcat.getConnector().getProtocolHandler()).getConnectionCount();
  }

  @Override
  public void close() {
    try {
      tomcat.stop();
      tomcat.destroy();
    } catch (LifecycleException e) {
      throw new IllegalStateException(e);
    }
  }
}
