package io.oidcgrant;

import io.oidcgrant.clientauth.DpopProofs;
import io.oidcgrant.protocol.Secret;
import java.net.URI;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes the DPoP proofs with which one access token goes to the upstream (RFC 9449 section 7.1).
 * Safe for concurrent use.
 */
public final class UpstreamProof {
  private final DpopProofs proofs;
  private final Secret accessToken;
  private final Optional<URI> publicBase;

  UpstreamProof(DpopProofs proofs, Secret accessToken, Optional<URI> publicBase) {
    this.proofs = proofs;
    this.accessToken = accessToken;
    this.publicBase = publicBase;
  }

  /**
   * The value of a {@code DPoP} header: a new one for every request, also for one that is sent
   * again.
   *
   * @param method as it is sent
   * @param base where the upstream is; replaced by {@code dpop_upstream_url}
   * @param path what follows, as it is sent, without the query
   */
  public String make(String method, String base, String path) {
    return proofs.proof(method, target(base, path), accessToken.reveal());
  }

  private String target(String base, String path) {
    String text = base(base);
    return (text.endsWith("/") ? text.substring(0, text.length() - 1) : text) + path;
  }

  private String base(String base) {
    return publicBase.map(URI::toString).orElse(base);
  }

  /**
   * Remembers the nonce of an upstream's answer for the proofs to come (section 8.2).
   *
   * @param nonce value of {@code DPoP-Nonce}; null where there was none
   * @return whether there is a nonce to try again with
   */
  public boolean nonce(String base, @Nullable String nonce) {
    return proofs.remember(base(base), nonce);
  }
}
