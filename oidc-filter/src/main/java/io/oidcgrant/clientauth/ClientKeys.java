package io.oidcgrant.clientauth;

import com.nimbusds.jose.JWSAlgorithm;
import io.oidcgrant.jose.SigningKey;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Placeholder until the keys of a file are merged. */
public final class ClientKeys {
  private final Map<JWSAlgorithm, SigningKey> keys = new ConcurrentHashMap<>();

  public static ClientKeys inMemory() {
    return new ClientKeys();
  }

  public SigningKey current(JWSAlgorithm algorithm) {
    return keys.computeIfAbsent(algorithm, SigningKey::generate);
  }
}
