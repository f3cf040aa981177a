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
 * @param locations of {@code header}, {@code query}, {@code body}
 * @param names of the parameters, all of which are needed
 * @param header name of the header that holds it
 * @param basic the header is {@code Authorization: Basic} and holds both parts
 * @param credential makes the credential of its parts
 */
public record CredentialMethod(
    String name,
    Set<String> locations,
    List<String> names,
    String header,
    boolean basic,
    Function<List<String>, Credential> credential) {
  private static final String BEARER = "Bearer";

  public static CredentialMethod refreshToken(Set<String> locations, String name) {
    return new CredentialMethod(
        "refresh_token",
        locations,
        List.of(name),
        name,
        false,
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
        "Authorization",
        true,
        parts -> credential.apply(parts.get(0), parts.get(1)));
  }

  boolean looksIn(String location) {
    return locations.contains(location);
  }

  /**
   * The credential in the value of its header; null where the value is not of its kind, malformed
   * or empty.
   */
  @Nullable Credential ofHeader(String value) {
    if (basic) {
      BasicCredentials parts = BasicCredentials.parse(value);
      return parts == null
          ? null
          : credential.apply(List.of(parts.user(), parts.password().reveal()));
    }
    String token = value.strip();
    if (isBearer(token)) {
      token = token.substring(BEARER.length()).strip();
    } else if (HeaderNames.same(header, "authorization")) {
      return null;
    }
    return visible(token) ? credential.apply(List.of(token)) : null;
  }

  /** Whether a value was meant for this method: another scheme in Authorization was not. */
  boolean isMeantBy(String value) {
    return !HeaderNames.same(header, "authorization")
        || (basic ? BasicCredentials.isBasic(value) : isBearer(value.strip()));
  }

  private static boolean isBearer(String value) {
    return value.regionMatches(true, 0, BEARER, 0, BEARER.length())
        && (value.length() == BEARER.length() || value.charAt(BEARER.length()) == ' ');
  }

  /** RFC 6749 appendix A.17, less the space. */
  private static boolean visible(String token) {
    for (int i = 0; i < token.length(); i++) {
      if (token.charAt(i) <= ' ' || token.charAt(i) > '~') {
        return false;
      }
    }
    return !token.isEmpty();
  }
}
