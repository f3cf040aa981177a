package io.oidcgrant.proxy.config;

import io.oidcgrant.proxy.route.Route;
import io.oidcgrant.proxy.route.UpstreamService;
import java.util.List;
import java.util.stream.Stream;

/** What the configuration files say together: the services and routes that are in force. */
public record Gateway(List<UpstreamService> services, List<Route> routes) {
  /** How many different plugin entries are in force on some route. */
  public long plugins() {
    return routes.stream()
        .flatMap(
            route -> Stream.<Object>concat(route.grant().stream(), route.serviceToken().stream()))
        .distinct()
        .count();
  }
}
