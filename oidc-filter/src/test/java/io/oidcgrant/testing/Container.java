package io.oidcgrant.testing;

/** The servlet containers in which the filter is tested. */
public enum Container {
  JETTY {
    @Override
    public Running start(WebApp application) {
      return JettyContainer.start(application);
    }
  },
  TOMCAT {
    @Override
    public Running start(WebApp application) {
      return TomcatContainer.start(application);
    }
  };

  /** A container that serves one application on loopback. */
  public interface Running extends AutoCloseable {
    int port();

    /** Callers' connections that are open. */
    int connections();

    @Override
    void close();
  }

  /** For tests that run in one of them: as the system property {@code container} says. */
  public static Container chosen() {
    return valueOf(System.getProperty("container", "JETTY"));
  }

  /**
   * Starts one.
   *
   * @throws IllegalStateException if the application does not start
   */
  public abstract Running start(WebApp application);
}
