package io.oidcgrant.propagate;

import io.oidcgrant.credential.HeaderNames;
import io.oidcgrant.protocol.ClaimPath;
import io.oidcgrant.protocol.Secret;
import io.oidcgrant.protocol.TokenPart;
import io.oidcgrant.protocol.Tokens;
import io.oidcgrant.protocol.Told;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One header that is made of tokens.
 *
 * @param name as it is emitted
 * @param scheme what stands before the token, with its space; empty for nothing
 * @param path to the claim, where it holds one
 */
record HeaderRule(String name, TokenPart part, String scheme, ClaimPath path) {
  private static final String BEARER = "Bearer ";
  private static final String SUFFIX = ":bearer";

  /** A configured name; {@code NAME:bearer} puts the scheme before the token. */
  static HeaderRule parse(String configured, TokenPart part, List<String> path) {
    boolean bearer = configured.endsWith(SUFFIX);
    String name =
        bearer ? configured.substring(0, configured.length() - SUFFIX.length()) : configured;
    return new HeaderRule(
        HeaderNames.emitted(name), part, bearer ? BEARER : "", new ClaimPath(List.copyOf(path)));
  }

  /** The same for tokens that go with a proof (RFC 9449 section 7.1). */
  HeaderRule proven() {
    return part == TokenPart.ACCESS_TOKEN ? new HeaderRule(name, part, "DPoP ", path) : this;
  }

  /** Null where the tokens lack it. */
  @Nullable String value(Tokens tokens) {
    Optional<String> value = switch (part) {
      case ACCESS_TOKEN -> Optional.of(tokens.accessToken().reveal());
      case REFRESH_TOKEN -> tokens.refreshToken().map(Secret::reveal);
      case ID_TOKEN -> tokens.idToken().map(Secret::reveal);
      case ACCESS_TOKEN_JWK -> tokens.accessTokenKey().map(HeaderValue::base64);
      case ID_TOKEN_JWK -> tokens.idTokenKey().map(HeaderValue::base64);
      case USER_INFO -> tokens.userInfo().map(Told::members).map(HeaderValue::of);
      case USER_INFO_JWT -> tokens.userInfo().flatMap(Told::jwt).filter(HeaderRule::visible);
      case INTROSPECTION -> tokens.introspection().map(Told::members).map(HeaderValue::of);
      case INTROSPECTION_JWT ->
        tokens.introspection().flatMap(Told::jwt).filter(HeaderRule::visible);
      case CLAIM -> Optional.ofNullable(HeaderValue.of(path.in(tokens.everything())));
    };
    return value.map(text -> scheme + text).orElse(null);
  }

  /** Fit to be the value of a header: what came beside a plain answer need not be a JWT. */
  private static boolean visible(String text) {
    return !text.isEmpty() && text.chars().allMatch(c -> c > ' ' && c < 0x7f);
  }
}
