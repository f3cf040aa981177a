package io.oidcgrant.config;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWK;
import io.oidcgrant.protocol.Secret;
import java.util.Optional;

/**
 * One of the clients of a configuration: what stands at its place in {@code client_id} and in the
 * lists beside it.
 *
 * @param auth {@code client_auth}
 * @param algorithm {@code client_alg}
 * @param key {@code client_jwk}
 */
public record ClientSettings(
    String id,
    Optional<Secret> secret,
    Optional<String> auth,
    Optional<JWSAlgorithm> algorithm,
    Optional<JWK> key) {
  /** What it holds is secret. */
  @Override
  public String toString() {
    return "ClientSettings[" + id + "]";
  }
}
