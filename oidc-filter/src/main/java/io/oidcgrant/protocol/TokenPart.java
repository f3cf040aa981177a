package io.oidcgrant.protocol;

import java.util.Locale;

/** What of the tokens, and of what the issuer tells of them, a header may hold. */
public enum TokenPart {
  ACCESS_TOKEN("the access token"),
  ACCESS_TOKEN_JWK("the key that verified the access token (base64 of the JWK)"),
  REFRESH_TOKEN("the refresh token"),
  ID_TOKEN("the ID token"),
  ID_TOKEN_JWK("the key that verified the ID token (base64 of the JWK)"),
  USER_INFO("what userinfo said (base64 of the JSON)"),
  USER_INFO_JWT("the JWT in which userinfo said it"),
  INTROSPECTION("what introspection said (base64 of the JSON)"),
  INTROSPECTION_JWT("the JWT in which introspection said it"),
  /** Any claim, by its path. */
  CLAIM("a claim");

  private final String words;

  TokenPart(String words) {
    this.words = words;
  }

  /** As in {@code upstream_access_token_jwk_header}. */
  public String fieldName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** For people. */
  public String words() {
    return words;
  }
}
