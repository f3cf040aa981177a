package io.oidcgrant.proxy.route;

import io.oidcgrant.config.OidcGrantConfig;
import io.oidcgrant.config.UpstreamOAuthConfig;
import java.util.Optional;

/**
 * Which requests go to a service, and how.
 *
 * @param name of the route, or its place in the file where it has none
 * @param stripPath whether what matched of the path is left out of what goes upstream
 * @param preserveHost whether the upstream gets the caller's {@code Host}
 * @param httpsRedirectStatus of the answer to a plain request where only TLS is served
 * @param grant the plugin that is in force here; the same object for all routes it is in force for
 * @param serviceToken the plugin that gets tokens for the upstream; the same
 */
public record Route(
    String name,
    UpstreamService service,
    Criteria criteria,
    boolean stripPath,
    boolean preserveHost,
    PathHandling pathHandling,
    int httpsRedirectStatus,
    Optional<OidcGrantConfig> grant,
    Optional<UpstreamOAuthConfig> serviceToken) {}
