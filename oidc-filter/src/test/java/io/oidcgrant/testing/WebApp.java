package io.oidcgrant.testing;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRegistration;
import jakarta.servlet.http.HttpServlet;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** A web application for any servlet container: what a {@code web.xml} would say. */
public final class WebApp {
  private final List<Consumer<ServletContext>> parts = new ArrayList<>();
  private final Map<Integer, String> errorPages = new LinkedHashMap<>();

  /** A filter for every path, that supports asynchronous mode, without init-params. */
  public WebApp filter(String name, Filter filter, DispatcherType... dispatches) {
    return filter(name, filter, true, Map.of(), dispatches);
  }

  public WebApp filter(
      String name,
      Filter filter,
      boolean async,
      Map<String, String> initParams,
      DispatcherType... dispatches) {
    parts.add(context -> {
      FilterRegistration.Dynamic added = context.addFilter(name, filter);
      added.setAsyncSupported(async);
      added.setInitParameters(initParams);
      added.addMappingForUrlPatterns(EnumSet.of(dispatches[0], dispatches), true, "/*");
    });
    return this;
  }

  public WebApp servlet(String pattern, HttpServlet servlet) {
    return servlet(pattern, servlet, true);
  }

  public WebApp servlet(String pattern, HttpServlet servlet, boolean async) {
    parts.add(context -> {
      ServletRegistration.Dynamic added = context.addServlet("servlet " + pattern, servlet);
      added.setAsyncSupported(async);
      added.addMapping(pattern);
    });
    return this;
  }

  public WebApp errorPage(int status, String path) {
    errorPages.put(status, path);
    return this;
  }

  void register(ServletContext context) {
    parts.forEach(part -> part.accept(context));
  }

  Map<Integer, String> errorPages() {
    return errorPages;
  }
}
