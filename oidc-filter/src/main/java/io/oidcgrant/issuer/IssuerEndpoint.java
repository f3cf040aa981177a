package io.oidcgrant.issuer;

/** The endpoints that are called, with their names in metadata (RFC 8414). */
public enum IssuerEndpoint {
  TOKEN,
  INTROSPECTION,
  REVOCATION,
  /** The only one at which the client does not prove itself. */
  USERINFO;

  private final String metadataName = name().toLowerCase(java.util.Locale.ROOT) + "_endpoint";

  /** {@code token_endpoint} and so on. */
  public String metadataName() {
    return metadataName;
  }
}
