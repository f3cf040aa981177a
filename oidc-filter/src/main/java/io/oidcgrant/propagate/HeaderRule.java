package io.oidcgrant.propagate;

import io.oidcgrant.credential.HeaderNames;
import io.oidcgrant.protocol.Secret;
import io.oidcgrant.protocol.Tokens;
import org.jspecify.annotations.Nullable;

/**
 * One header that is made of tokens.
 *
 * @param name as it is emitted
 * @param scheme what stands before the token, with its space; empty for nothing
 */
record HeaderRule(String name, Part part, String scheme) {
  private static final String BEARER = "Bearer ";

  /** What of the tokens goes into it. */
  enum Part {
    ACCESS_TOKEN,
    REFRESH_TOKEN,
    ID_TOKEN
  }

  /** A configured name; {@code NAME:bearer} puts the scheme before the token. */
  static HeaderRule parse(String configured, Part part) {
    String suffix = ":bearer";
    boolean bearer = configured.endsWith(suffix);
    String name =
        bearer ? configured.substring(0, configured.length() - suffix.length()) : configured;
    return new HeaderRule(HeaderNames.emitted(name), part, bearer ? BEARER : "");
  }

  /** The same for tokens that go with a proof (RFC 9449 section 7.1). */
  HeaderRule proven() {
    return part == Part.ACCESS_TOKEN ? new HeaderRule(name, part, "DPoP ") : this;
  }

  /** Null where the tokens lack it. */
  @Nullable String value(Tokens tokens) {
    if (part == Part.ACCESS_TOKEN && scheme.equals(BEARER)) {
      return tokens.bearerHeaderValue();
    }
    Secret secret = switch (part) {
      case ACCESS_TOKEN -> tokens.accessToken();
      case REFRESH_TOKEN -> tokens.refreshToken().orElse(null);
      case ID_TOKEN -> tokens.idToken().orElse(null);
    };
    if (secret == null) {
      return null;
    }
    return scheme.isEmpty() ? secret.reveal() : scheme + secret.reveal();
  }
}
