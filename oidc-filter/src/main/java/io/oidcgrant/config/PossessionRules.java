package io.oidcgrant.config;

import io.oidcgrant.protocol.TrustedPeers;
import java.util.List;
import java.util.function.BiConsumer;

/** Which fields of proof of possession make sense together. */
final class PossessionRules {
  /** Methods that take a token of the caller's. */
  private static final List<String> TOKENS = List.of("bearer", "introspection");

  private PossessionRules() {}

  static void check(Values values, BiConsumer<Field<?>, String> problem) {
    boolean mtls = !values.get(OidcFields.PROOF_OF_POSSESSION_MTLS).equals("off");
    boolean dpop = !values.get(OidcFields.PROOF_OF_POSSESSION_DPOP).equals("off");
    List<String> methods = OidcRules.methods(values);
    for (Field<String> field :
        List.of(OidcFields.PROOF_OF_POSSESSION_MTLS, OidcFields.PROOF_OF_POSSESSION_DPOP)) {
      if (values.get(field).equals("off")) {
        continue;
      }
      List<String> others =
          methods.stream().filter(name -> !TOKENS.contains(name)).toList();
      if (others.size() == methods.size()) {
        problem.accept(field, "has no effect: auth_methods has no method that takes a token");
      } else if (!others.isEmpty()
          && values.get(OidcFields.PROOF_OF_POSSESSION_AUTH_METHODS_VALIDATION)) {
        problem.accept(
            field,
            "cannot be checked for "
                + String.join(", ", others)
                + ": take them out of auth_methods, or set proof_of_possession_auth_methods_validation to false and let them pass without proof");
      }
    }
    if (!mtls && values.find(OidcFields.PROOF_OF_POSSESSION_MTLS_FROM_HEADER).isPresent()) {
      problem.accept(
          OidcFields.PROOF_OF_POSSESSION_MTLS_FROM_HEADER,
          "has no effect: proof_of_possession_mtls is off");
    }
    try {
      var unused = TrustedPeers.of(values.get(OidcFields.TRUSTED_IPS));
    } catch (IllegalArgumentException e) {
      problem.accept(OidcFields.TRUSTED_IPS, "holds what is " + e.getMessage());
    }
    if (!dpop && values.get(OidcFields.DPOP_USE_NONCE)) {
      problem.accept(OidcFields.DPOP_USE_NONCE, "has no effect: proof_of_possession_dpop is off");
    }
  }
}
