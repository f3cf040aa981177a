package io.oidcgrant.issuer;

import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * What of an issuer's metadata is used (OpenID Connect Discovery 1.0 section 3, RFC 8414 section
 * 2).
 */
public record IssuerMetadata(
    String issuer,
    Optional<URI> tokenEndpoint,
    Optional<URI> jwksUri,
    List<String> tokenEndpointAuthMethods) {}
