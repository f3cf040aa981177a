package io.oidcgrant.issuer;

/** The endpoints at which a client proves itself, with their names in metadata (RFC 8414). */
public enum IssuerEndpoint {
  TOKEN,
  INTROSPECTION,
  REVOCATION;

  private final String metadataName = name().toLowerCase(java.util.Locale.ROOT) + "_endpoint";

  /** {@code token_endpoint} and so on. */
  public String metadataName() {
    return metadataName;
  }
}
