package io.oidcgrant.examples.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.oauth2.sdk.dpop.JWKThumbprintConfirmation;
import com.nimbusds.oauth2.sdk.dpop.verifiers.AccessTokenValidationException;
import com.nimbusds.oauth2.sdk.dpop.verifiers.DPoPIssuer;
import com.nimbusds.oauth2.sdk.dpop.verifiers.DPoPProofUse;
import com.nimbusds.oauth2.sdk.dpop.verifiers.DPoPProtectedResourceRequestVerifier;
import com.nimbusds.oauth2.sdk.dpop.verifiers.DPoPTokenRequestVerifier;
import com.nimbusds.oauth2.sdk.dpop.verifiers.InvalidDPoPNonceException;
import com.nimbusds.oauth2.sdk.dpop.verifiers.InvalidDPoPProofException;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.token.DPoPAccessToken;
import com.nimbusds.oauth2.sdk.util.singleuse.AlreadyUsedException;
import com.nimbusds.openid.connect.sdk.Nonce;
import java.text.ParseException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** DPoP proofs (RFC 9449), by Nimbus; keys are RSA and EC. Safe for concurrent use. */
final class ProofVerification {
  private static final Set<JWSAlgorithm> ALGORITHMS = algorithms();

  /** Seconds that a proof's {@code iat} may be ahead, and behind. */
  private static final long AHEAD = 5;

  private static final long BEHIND = 60;

  private final Recent<Boolean> used = new Recent<>();
  private volatile String nonce = "";

  /** RS, PS and ES, without what the JDK has not. */
  static Set<JWSAlgorithm> algorithms() {
    Set<JWSAlgorithm> all = new HashSet<>(JWSAlgorithm.Family.RSA);
    all.addAll(JWSAlgorithm.Family.EC);
    all.remove(JWSAlgorithm.ES256K);
    return Set.copyOf(all);
  }

  /** Whether proofs must carry a nonce; each call makes a new one. */
  void requireNonce(boolean yes) {
    nonce = yes ? Randomness.secret() : "";
  }

  /** What proofs must carry; empty where none is required. */
  String nonce() {
    return nonce;
  }

  /** The thumbprint of the key that signed the proof of a token request; empty without a proof. */
  Optional<String> ofTokenRequest(RegisteredClient client, Asked asked) {
    String proof = asked.header("dpop");
    if (proof.isEmpty()) {
      if (client.dpopBound()) {
        throw invalid("a proof is needed");
      }
      return Optional.empty();
    }
    DPoPTokenRequestVerifier verifier =
        new DPoPTokenRequestVerifier(ALGORITHMS, asked.uri(), AHEAD, BEHIND, this::use);
    try {
      SignedJWT jwt = SignedJWT.parse(proof);
      return Optional.of(verifier
          .verify(new DPoPIssuer(new ClientID(client.id())), jwt, acceptable(jwt))
          .getValue()
          .toString());
    } catch (InvalidDPoPNonceException e) {
      throw Refusal.of("use_dpop_nonce", String.valueOf(e.getMessage()));
    } catch (InvalidDPoPProofException | JOSEException | ParseException e) {
      throw invalid(String.valueOf(e.getMessage()));
    }
  }

  /** Whether a request with an access token is by the holder of the key it is bound to. */
  void ofResourceRequest(Asked asked, String token, String clientId, String thumbprint) {
    DPoPProtectedResourceRequestVerifier verifier =
        new DPoPProtectedResourceRequestVerifier(ALGORITHMS, AHEAD, BEHIND, this::use);
    try {
      SignedJWT jwt = SignedJWT.parse(asked.header("dpop"));
      verifier.verify(
          asked.method(),
          asked.uri(),
          new DPoPIssuer(new ClientID(clientId)),
          jwt,
          new DPoPAccessToken(token),
          new JWKThumbprintConfirmation(new com.nimbusds.jose.util.Base64URL(thumbprint)),
          acceptable(jwt),
          null);
    } catch (InvalidDPoPNonceException e) {
      throw Refusal.invalidToken("DPoP", "use_dpop_nonce", String.valueOf(e.getMessage()));
    } catch (AccessTokenValidationException e) {
      throw Refusal.invalidToken("DPoP", "invalid_token", String.valueOf(e.getMessage()));
    } catch (InvalidDPoPProofException | JOSEException | ParseException e) {
      throw Refusal.invalidToken("DPoP", "invalid_dpop_proof", String.valueOf(e.getMessage()));
    }
  }

  /** The nonces that the proof may carry; null for none. */
  private @Nullable Set<Nonce> acceptable(SignedJWT proof) throws ParseException {
    if (!nonce.isEmpty()) {
      return Set.of(new Nonce(nonce));
    }
    // Nimbus refuses a nonce that nobody demanded; it may be one of an earlier demand.
    String carried = proof.getJWTClaimsSet().getStringClaim("nonce");
    return carried == null || carried.isBlank() ? null : Set.of(new Nonce(carried));
  }

  private void use(DPoPProofUse use) throws AlreadyUsedException {
    if (!used.add(use.getJWTID().getValue(), true)) {
      throw new AlreadyUsedException("jti was used before");
    }
  }

  private static Refusal invalid(String reason) {
    return Refusal.of("invalid_dpop_proof", reason);
  }
}
