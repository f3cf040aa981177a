package io.oidcgrant.testing;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.oauth2.sdk.dpop.verifiers.DPoPIssuer;
import com.nimbusds.oauth2.sdk.dpop.verifiers.DPoPTokenRequestVerifier;
import com.nimbusds.oauth2.sdk.dpop.verifiers.InvalidDPoPNonceException;
import com.nimbusds.oauth2.sdk.dpop.verifiers.InvalidDPoPProofException;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.util.singleuse.AlreadyUsedException;
import com.nimbusds.openid.connect.sdk.Nonce;
import io.oidcgrant.testing.VerifyingIssuer.Nonces;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The DPoP proof of a token request (RFC 9449 sections 5 and 8), by Nimbus, whose keys are RSA and
 * EC. Safe for concurrent use.
 */
final class ProofVerification {
  private static final Set<JWSAlgorithm> ALGORITHMS = algorithms();

  /** Seconds that a proof's {@code iat} may be ahead, and behind. */
  private static final int AHEAD = 2;

  private static final int BEHIND = 60;

  private final Set<String> usedProofs = ConcurrentHashMap.newKeySet();
  private volatile Nonces demand = Nonces.NONE;
  private volatile String nonce = newNonce();

  void demand(Nonces next) {
    demand = next;
  }

  /** What a proof must carry, where nonces are demanded. */
  String nonce() {
    return nonce;
  }

  void renewNonce() {
    nonce = newNonce();
  }

  /** The thumbprint of the key that signed the proof; none without a proof. */
  Optional<String> verify(RegisteredClient client, HTTPRequest request) {
    List<String> lines = request.getHeaderValues("DPoP");
    if (lines == null || lines.isEmpty()) {
      if (client.dpopBound()) {
        throw invalid("a proof is needed");
      }
      return Optional.empty();
    }
    if (lines.size() > 1) {
      throw invalid("more than one proof");
    }
    String thumbprint = thumbprint(client, request, lines.get(0));
    if (demand == Nonces.NEVER_ENOUGH) {
      throw new Refusal(400, "use_dpop_nonce", "no nonce is enough");
    }
    return Optional.of(thumbprint);
  }

  private String thumbprint(RegisteredClient client, HTTPRequest request, String line) {
    DPoPTokenRequestVerifier verifier =
        new DPoPTokenRequestVerifier(ALGORITHMS, request.getURI(), AHEAD, BEHIND, use -> {
          // Once for all clients and endpoints.
          if (!usedProofs.add(use.getJWTID().getValue())) {
            throw new AlreadyUsedException("jti was used before");
          }
        });
    try {
      SignedJWT proof = SignedJWT.parse(line);
      return verifier
          .verify(new DPoPIssuer(client.id()), proof, acceptable(proof))
          .getValue()
          .toString();
    } catch (InvalidDPoPNonceException e) {
      throw new Refusal(400, "use_dpop_nonce", e.getMessage());
    } catch (InvalidDPoPProofException | JOSEException | java.text.ParseException e) {
      throw invalid(e.getMessage());
    }
  }

  /** The nonces that the proof may carry; null for none. */
  private Set<Nonce> acceptable(SignedJWT proof) throws java.text.ParseException {
    if (demand == Nonces.REQUIRED) {
      return Set.of(new Nonce(nonce));
    }
    // Nimbus refuses a nonce that nobody demanded; it may be one of an earlier demand.
    String carried = proof.getJWTClaimsSet().getStringClaim("nonce");
    return carried == null ? null : Set.of(new Nonce(carried));
  }

  private static Refusal invalid(String reason) {
    return new Refusal(400, "invalid_dpop_proof", reason);
  }

  private static String newNonce() {
    return "nonce-" + UUID.randomUUID();
  }

  private static Set<JWSAlgorithm> algorithms() {
    Set<JWSAlgorithm> all = new HashSet<>(JWSAlgorithm.Family.RSA);
    all.addAll(JWSAlgorithm.Family.EC);
    all.remove(JWSAlgorithm.ES256K);
    return all;
  }
}
