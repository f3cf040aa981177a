package io.oidcgrant.cache;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Makes {@link CacheKey}s by HMAC-SHA-256 with a random key of this process, so that a heap dump
 * does not tell the credentials and nobody can prepare collisions. Safe for concurrent use.
 */
public final class KeyedHash {
  private static final String ALGORITHM = "HmacSHA256";

  private final ThreadLocal<Mac> macs;

  public KeyedHash(SecureRandom random) {
    byte[] key = new byte[32];
    random.nextBytes(key);
    SecretKeySpec spec = new SecretKeySpec(key, ALGORITHM);
    this.macs = ThreadLocal.withInitial(() -> mac(spec));
  }

  private static Mac mac(SecretKeySpec key) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      return mac;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JVM has no " + ALGORITHM, e);
    }
  }

  /** The hash of a policy, to be the first part of its keys. */
  public byte[] digest(List<String> parts) {
    Mac mac = macs.get();
    parts.forEach(part -> update(mac, part));
    return mac.doFinal();
  }

  /**
   * The key of one credential under a policy.
   *
   * @param more further parts, null for none
   */
  public CacheKey key(
      byte[] policy, String method, String first, String second, @Nullable List<String> more) {
    Mac mac = macs.get();
    mac.update(policy);
    update(mac, method);
    update(mac, first);
    update(mac, second);
    if (more != null) {
      for (String part : more) {
        update(mac, part);
      }
    }
    ByteBuffer hash = ByteBuffer.wrap(mac.doFinal());
    return new CacheKey(hash.getLong(), hash.getLong(), hash.getLong(), hash.getLong());
  }

  /**
   * Each part goes in with its length before it, so that no two lists of parts are the same bytes.
   */
  private static void update(Mac mac, String part) {
    byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
    mac.update((byte) (bytes.length >>> 24));
    mac.update((byte) (bytes.length >>> 16));
    mac.update((byte) (bytes.length >>> 8));
    mac.update((byte) bytes.length);
    mac.update(bytes);
  }
}
