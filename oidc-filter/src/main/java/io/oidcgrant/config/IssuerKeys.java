package io.oidcgrant.config;

import java.net.URI;

/** An issuer beside the configured one, and where its keys are. */
public record IssuerKeys(String issuer, URI jwksUri) {}
