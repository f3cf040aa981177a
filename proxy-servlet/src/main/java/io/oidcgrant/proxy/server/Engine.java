package io.oidcgrant.proxy.server;

import io.oidcgrant.config.OidcGrantConfig;
import io.oidcgrant.config.UpstreamOAuthConfig;
import io.oidcgrant.proxy.config.Gateway;
import io.oidcgrant.proxy.route.Outcome;
import io.oidcgrant.proxy.route.RequestFacts;
import io.oidcgrant.proxy.route.Route;
import io.oidcgrant.proxy.route.Router;
import jakarta.servlet.Filter;
import jakarta.servlet.ServletRequest;
import java.net.URI;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What one configuration makes of the proxy: its routes and the filters of their plugins. Replaced
 * as a whole; a request ends in the one that it began in. Immutable, safe for concurrent use.
 */
final class Engine {
  /** The one that new requests get. */
  static final class InForce implements Supplier<Engine> {
    private volatile Engine engine;

    InForce(Engine first) {
      engine = first;
    }

    @Override
    public Engine get() {
      return engine;
    }

    void set(Engine next) {
      engine = next;
    }
  }

  private static final String ATTRIBUTE = Engine.class.getName();

  private final Gateway gateway;
  private final Router router;
  private final Map<Object, Filter> filters;
  private final Map<URI, Filter> resources = new LinkedHashMap<>();

  private Engine(Gateway gateway, Map<Object, Filter> filters) {
    this.gateway = gateway;
    this.router = new Router(gateway.routes());
    this.filters = Collections.unmodifiableMap(filters);
    filters.forEach((plugin, filter) -> {
      if (plugin instanceof OidcGrantConfig config) {
        config.resourceMetadata().ifPresent(at -> resources.putIfAbsent(at, filter));
      }
    });
  }

  /** Makes one filter of each plugin entry, however many routes it is in force for. */
  static Engine of(
      Gateway gateway,
      BiFunction<OidcGrantConfig, String, Filter> grants,
      Function<UpstreamOAuthConfig, Filter> serviceTokens) {
    IdentityHashMap<Object, Filter> filters = new IdentityHashMap<>();
    for (Route route : gateway.routes()) {
      route
          .grant()
          .ifPresent(plugin -> filters.computeIfAbsent(
              plugin, key -> grants.apply(plugin, gateway.scopes().get(plugin))));
      route
          .serviceToken()
          .ifPresent(plugin -> filters.computeIfAbsent(plugin, key -> serviceTokens.apply(plugin)));
    }
    return new Engine(gateway, filters);
  }

  Gateway gateway() {
    return gateway;
  }

  /** The filters by their plugin's configuration, which is the same only as itself. */
  Map<Object, Filter> filters() {
    return filters;
  }

  /** The filters that guard resources with metadata, by its address. */
  Map<URI, Filter> resources() {
    return resources;
  }

  /** Finds the route of a request, which stays in this engine. */
  Outcome route(ServletRequest request, RequestFacts facts) {
    request.setAttribute(ATTRIBUTE, this);
    return router.route(facts);
  }

  /** The engine that found the route of this request. */
  static Engine in(ServletRequest request) {
    return (Engine) request.getAttribute(ATTRIBUTE);
  }
}
