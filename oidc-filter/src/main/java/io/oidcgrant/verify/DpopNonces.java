package io.oidcgrant.verify;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Nonces that tell their own time and are remembered nowhere (RFC 9449 section 8): good at every
 * node that has the key. Safe for concurrent use.
 */
public final class DpopNonces {
  private static final String ALGORITHM = "HmacSHA256";
  private static final int TIME = Long.BYTES;
  private static final int SEAL = 16;
  /** Tolerated difference of the nodes' clocks. */
  private static final Duration AHEAD = Duration.ofSeconds(60);

  private final SecretKeySpec key;
  private final Duration lifetime;
  private final InstantSource clock;

  public DpopNonces(byte[] key, Duration lifetime, InstantSource clock) {
    this.key = new SecretKeySpec(key, ALGORITHM);
    this.lifetime = lifetime;
    this.clock = clock;
  }

  /** A nonce of now. */
  public String make() {
    byte[] time =
        ByteBuffer.allocate(TIME).putLong(clock.instant().getEpochSecond()).array();
    byte[] nonce = Arrays.copyOf(time, TIME + SEAL);
    System.arraycopy(seal(time), 0, nonce, TIME, SEAL);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(nonce);
  }

  /** Whether it is one of ours, neither too old nor of a time to come. */
  public boolean accepts(@Nullable String nonce) {
    byte[] bytes;
    try {
      bytes = nonce == null ? new byte[0] : Base64.getUrlDecoder().decode(nonce);
    } catch (IllegalArgumentException e) {
      return false;
    }
    if (bytes.length != TIME + SEAL) {
      return false;
    }
    byte[] time = Arrays.copyOf(bytes, TIME);
    if (!MessageDigest.isEqual(seal(time), Arrays.copyOfRange(bytes, TIME, TIME + SEAL))) {
      return false;
    }
    Instant made = Instant.ofEpochSecond(ByteBuffer.wrap(time).getLong());
    Instant now = clock.instant();
    return made.plus(lifetime).isAfter(now) && !made.isAfter(now.plus(AHEAD));
  }

  private byte[] seal(byte[] time) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      return Arrays.copyOf(mac.doFinal(time), SEAL);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
