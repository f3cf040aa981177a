package io.oidcgrant.issuer;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What of an issuer's metadata is used (OpenID Connect Discovery 1.0 section 3, RFC 8414 section
 * 2).
 *
 * @param endpoints configured, else discovered
 * @param mtlsEndpoints for clients with a certificate: configured, else discovered aliases (RFC
 *     8705 section 5)
 * @param authMethods names of the client authentication methods that an endpoint supports
 */
public record IssuerMetadata(
    String issuer,
    Map<IssuerEndpoint, URI> endpoints,
    Map<IssuerEndpoint, URI> mtlsEndpoints,
    Optional<URI> jwksUri,
    Map<IssuerEndpoint, List<String>> authMethods) {

  /**
   * Where an endpoint is.
   *
   * @param certificate whether the client presents one
   */
  public Optional<URI> endpoint(IssuerEndpoint endpoint, boolean certificate) {
    return Optional.ofNullable(certificate ? mtlsEndpoints.get(endpoint) : null)
        .or(() -> Optional.ofNullable(endpoints.get(endpoint)));
  }

  /** Those of the endpoint, else those of the token endpoint. */
  public List<String> authMethodsAt(IssuerEndpoint endpoint) {
    return authMethods.getOrDefault(
        endpoint, authMethods.getOrDefault(IssuerEndpoint.TOKEN, List.of()));
  }
}
