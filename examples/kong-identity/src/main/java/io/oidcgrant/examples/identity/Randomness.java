package io.oidcgrant.examples.identity;

import java.security.SecureRandom;
import java.util.Base64;

/** Where secrets come from. */
final class Randomness {
  static final SecureRandom SECURE = new SecureRandom();

  private Randomness() {}

  /** 256 bits in base64url, 43 characters. */
  static String secret() {
    byte[] bytes = new byte[32];
    SECURE.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
