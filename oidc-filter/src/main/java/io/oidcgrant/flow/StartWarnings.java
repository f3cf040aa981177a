package io.oidcgrant.flow;

import io.oidcgrant.config.OidcGrantConfig;
import java.util.ArrayList;
import java.util.List;

/** What an operator should know of his configuration. */
final class StartWarnings {
  private final List<String> warnings = new ArrayList<>();

  private StartWarnings() {}

  static List<String> of(OidcGrantConfig config) {
    StartWarnings found = new StartWarnings();
    found.look(config);
    return found.warnings;
  }

  private void warn(String warning) {
    warnings.add(warning);
  }

  private void look(OidcGrantConfig config) {
    if (config.authMethods().contains("password")) {
      warn("the password grant is on; RFC 9700 section 2.4 says it must not be used");
    }
    boolean tokens = config.takesTokens();
    if (tokens && config.audienceRequired().isEmpty()) {
      warn("no audience is required, any token of the issuer opens the door");
    }
    if (tokens && config.kongCompatible()) {
      warn("--compat kong lets bound tokens pass unchecked where proof_of_possession is off");
    }
    if (!config.extraJwksUris().isEmpty()) {
      warn("keys of extra_jwks_uris count for every accepted issuer; issuer_jwks ties them to one");
    }
    if (config.enableHsSignatures()) {
      warn("enable_hs_signatures is on, whoever knows a client's secret can make tokens");
    }
    if (config.tokenExchange().stream()
        .flatMap(exchange -> exchange.issuers().stream())
        .anyMatch(subject -> !subject.verified())) {
      warn("token_exchange does not verify every subject token (verify_signature)");
    }
    if (config.tokenExchange().stream()
        .flatMap(exchange -> exchange.issuers().stream())
        .anyMatch(
            subject -> subject.conditions().isEmpty() && subject.audience().isEmpty())) {
      warn(
          "token_exchange exchanges tokens of other issuers for whatever audience they are (audience_required)");
    }
    if (!config.identity().consumerClaims().isEmpty()
        && config.identity().consumers().all().isEmpty()
        && !config.identity().consumerOptional()) {
      warn("consumer_claims are set and there are no consumers: nobody passes");
    }
    if (!tokens
        && (config.tokenExchange().isPresent()
            || config.idTokenParamName().isPresent()
            || config.jwtSessionCookie().isPresent())) {
      warn(
          "token_exchange, id_token_param_name and jwt_session_cookie have no effect: auth_methods takes no access tokens of callers");
    }
    if (!config.sslVerify()) {
      warn("ssl_verify is off, anybody can pretend to be it");
    }
    if (config.insecureHttpIssuer()) {
      warn("insecure_http_issuer is on, secrets may travel in clear text");
    }
    if (!config.verifySignature()
        || !config.verifyClaims()
        || !config.ignoreSignature().isEmpty()) {
      warn("tokens are not verified in full (verify_signature, verify_claims, ignore_signature)");
    }
  }
}
