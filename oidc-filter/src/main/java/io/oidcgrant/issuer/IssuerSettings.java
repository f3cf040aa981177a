package io.oidcgrant.issuer;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Everything that makes one issuer a different one from another.
 *
 * @param issuer the identifier that the metadata must state to the letter
 * @param discoveryDocument empty where there is none to be asked
 * @param endpoints go before the discovered ones
 * @param mtlsEndpoints go before all others for a client with a certificate
 * @param jwksEndpoint goes before the discovered one
 * @param httpAllowed endpoints may be plain http beyond loopback
 * @param rediscovery least time between two fetches of keys for unknown key ids
 * @param maxStale how long keys serve that could not be fetched again
 */
public record IssuerSettings(
    String issuer,
    Optional<URI> discoveryDocument,
    Map<String, String> headers,
    Map<IssuerEndpoint, URI> endpoints,
    Map<IssuerEndpoint, URI> mtlsEndpoints,
    Optional<URI> jwksEndpoint,
    boolean httpAllowed,
    Duration rediscovery,
    Duration maxStale) {
  /** Whether there is something to ask it for, beside tokens. */
  public boolean isAsked() {
    return discoveryDocument.isPresent() || jwksEndpoint.isPresent();
  }
}
