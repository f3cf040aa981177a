package io.oidcgrant.proxy.config;

import io.oidcgrant.config.Certificates;
import io.oidcgrant.config.PluginEntry;
import io.oidcgrant.proxy.route.Route;
import io.oidcgrant.proxy.route.UpstreamService;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What the configuration files say together: the services and routes that are in force.
 *
 * @param entries what was written of each plugin in force, by its configuration, which is the same
 *     only as itself
 * @param scopes what tells each of them from the others, in whichever reading
 * @param certificates for the TLS listener; the first is the default
 * @param written tells what was written of all of them, in the order of the files
 */
public record Gateway(
    List<UpstreamService> services,
    List<Route> routes,
    List<Certificates.Entry> certificates,
    Map<Object, PluginEntry> entries,
    Map<Object, String> scopes,
    Supplier<List<Written>> written) {
  /** Whether some route could use the certificate of a caller's connection. */
  public boolean asksForCertificates() {
    return routes.stream()
        .flatMap(route -> route.grant().stream())
        .anyMatch(grant -> !grant.proofOfPossessionMtls().equals("off")
            && grant.proofOfPossessionMtlsFromHeader().isEmpty());
  }

  /** How much there is, for people. */
  public String inWords() {
    return services.size() + " services, " + routes.size() + " routes, " + plugins()
        + " plugins in force";
  }

  /** How many different plugin entries are in force on some route. */
  private long plugins() {
    return entries.size();
  }
}
