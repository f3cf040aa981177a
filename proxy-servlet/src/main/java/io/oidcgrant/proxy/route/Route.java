package io.oidcgrant.proxy.route;

import io.oidcgrant.config.OidcGrantConfig;
import io.oidcgrant.config.UpstreamOAuthConfig;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a request must look like to go to a service. Every criterion that is not empty must match,
 * by any of its values.
 *
 * @param name of the route, or its place in the file where it has none
 * @param paths canonical prefixes
 * @param stripPath whether the prefix that matched is left out of what goes upstream
 * @param preserveHost whether the upstream gets the caller's {@code Host}
 * @param grant the plugin that is in force here; the same object for all routes it is in force for
 * @param serviceToken the plugin that gets tokens for the upstream; the same
 */
public record Route(
    String name,
    UpstreamService service,
    List<HostPattern> hosts,
    List<String> paths,
    Set<String> methods,
    boolean stripPath,
    boolean preserveHost,
    Optional<OidcGrantConfig> grant,
    Optional<UpstreamOAuthConfig> serviceToken) {}
