package io.oidcgrant.credential;

import io.oidcgrant.protocol.Secret;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * User and password of an {@code Authorization: Basic} header (RFC 7617), UTF-8.
 *
 * @param user not blank
 * @param password not blank; may hold colons
 */
record BasicCredentials(String user, Secret password) {
  private static final String SCHEME = "Basic ";

  static boolean isBasic(String authorization) {
    return authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
        || authorization.equalsIgnoreCase("Basic");
  }

  /** Null where the header is not well-formed. */
  static @Nullable BasicCredentials parse(String authorization) {
    if (!authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return null;
    }
    String text;
    try {
      byte[] bytes =
          Base64.getDecoder().decode(authorization.substring(SCHEME.length()).strip());
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (IllegalArgumentException | CharacterCodingException e) {
      return null;
    }
    int colon = text.indexOf(':');
    if (colon < 0) {
      return null;
    }
    for (int i = 0; i < text.length(); i++) {
      if (Character.isISOControl(text.charAt(i))) {
        return null;
      }
    }
    String user = text.substring(0, colon);
    String password = text.substring(colon + 1);
    return user.isBlank() || password.isBlank()
        ? null
        : new BasicCredentials(user, Secret.of(password));
  }
}
