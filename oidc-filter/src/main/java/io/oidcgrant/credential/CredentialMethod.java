package io.oidcgrant.credential;

import io.oidcgrant.protocol.Secret;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One method of {@code auth_methods}: under which names its parts are looked for, and what they
 * make.
 *
 * @param locations where it may stand, of the four kinds
 * @param names of the parameters, all of which are needed
 * @param headers names of the headers that may hold it
 * @param basic the header is {@code Authorization: Basic} and holds both parts
 * @param dpop Authorization may have the scheme {@code DPoP}
 * @param cookie name of the cookie that may hold it; null for none
 * @param credential makes the credential of its parts
 */
public record CredentialMethod(
    String name,
    Set<String> locations,
    List<String> names,
    List<String> headers,
    boolean basic,
    boolean dpop,
    @Nullable String cookie,
    Function<List<String>, Credential> credential) {
  private static final String BEARER = "Bearer";
  private static final String DPOP = "DPoP";

  /**
   * A caller's own access token.
   *
   * @param headers names of the headers that may hold it
   * @param dpop whether the scheme {@code DPoP} is accepted beside {@code Bearer}
   * @param cookie name of the cookie that may hold it; null for none
   */
  public static CredentialMethod bearer(
      Set<String> locations, List<String> headers, boolean dpop, @Nullable String cookie) {
    return new CredentialMethod(
        "bearer",
        locations,
        List.of("access_token"),
        headers,
        false,
        dpop,
        cookie,
        parts -> new Credential.AccessToken(Secret.of(parts.get(0)), false));
  }

  public static CredentialMethod refreshToken(Set<String> locations, String name) {
    return new CredentialMethod(
        "refresh_token",
        locations,
        List.of(name),
        List.of(name),
        false,
        false,
        null,
        parts -> new Credential.RefreshToken(Secret.of(parts.get(0))));
  }

  public static CredentialMethod password(Set<String> locations) {
    return basic(
        "password",
        locations,
        "username",
        "password",
        (user, secret) -> new Credential.Password(user, Secret.of(secret)));
  }

  public static CredentialMethod clientCredentials(Set<String> locations) {
    return basic(
        "client_credentials",
        locations,
        "client_id",
        "client_secret",
        (id, secret) -> new Credential.ClientSecret(id, Secret.of(secret)));
  }

  private static CredentialMethod basic(
      String name,
      Set<String> locations,
      String first,
      String second,
      BiFunction<String, String, Credential> credential) {
    return new CredentialMethod(
        name,
        locations,
        List.of(first, second),
        List.of("Authorization"),
        true,
        false,
        null,
        parts -> credential.apply(parts.get(0), parts.get(1)));
  }

  boolean looksIn(String location) {
    return locations.contains(location);
  }

  /**
   * The credential in the value of a header; null where the value is not of its kind, malformed or
   * empty.
   */
  @Nullable Credential ofHeader(String header, String value) {
    if (basic) {
      BasicCredentials parts = BasicCredentials.parse(value);
      return parts == null
          ? null
          : credential.apply(List.of(parts.user(), parts.password().reveal()));
    }
    String token = value.strip();
    boolean proven = dpop && isAuthorization(header) && hasScheme(DPOP, token);
    if (proven || hasScheme(BEARER, token)) {
      token = token.substring(proven ? DPOP.length() : BEARER.length()).strip();
    } else if (isAuthorization(header)) {
      return null;
    }
    if (!visible(token)) {
      return null;
    }
    return proven
        ? new Credential.AccessToken(Secret.of(token), true)
        : credential.apply(List.of(token));
  }

  /** Whether a value was meant for this method: another scheme in Authorization was not. */
  boolean isMeantBy(String header, String value) {
    return !isAuthorization(header)
        || (basic
            ? BasicCredentials.isBasic(value)
            : hasScheme(BEARER, value.strip()) || (dpop && hasScheme(DPOP, value.strip())));
  }

  private static boolean isAuthorization(String header) {
    return HeaderNames.same(header, "authorization");
  }

  private static boolean hasScheme(String scheme, String value) {
    return value.regionMatches(true, 0, scheme, 0, scheme.length())
        && (value.length() == scheme.length() || value.charAt(scheme.length()) == ' ');
  }

  /** RFC 6749 appendix A.17, less the space. */
  static boolean visible(String token) {
    for (int i = 0; i < token.length(); i++) {
      if (token.charAt(i) <= ' ' || token.charAt(i) > '~') {
        return false;
      }
    }
    return !token.isEmpty();
  }
}
