package io.oidcgrant.flow;

import io.oidcgrant.config.OidcGrantConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What an operator should know of his configuration, told once at each start. */
final class StartWarnings {
  private static final Logger LOG = LoggerFactory.getLogger(GrantFlow.class);

  private StartWarnings() {}

  static void log(OidcGrantConfig config) {
    String issuer = config.issuer();
    if (!config.methodsLeftOut().isEmpty()) {
      LOG.info("issuer {}: left out of auth_methods: {}", issuer, config.methodsLeftOut());
    }
    if (config.authMethods().contains("password")) {
      LOG.warn(
          "issuer {}: the password grant is on; RFC 9700 section 2.4 says it must not be used",
          issuer);
    }
    boolean tokens = config.takesTokens();
    if (tokens && config.audienceRequired().isEmpty()) {
      LOG.warn(
          "issuer {}: no audience is required, any token of the issuer opens the door", issuer);
    }
    if (tokens && config.kongCompatible()) {
      LOG.warn(
          "issuer {}: --compat kong lets bound tokens pass unchecked where proof_of_possession is off",
          issuer);
    }
    if (!config.extraJwksUris().isEmpty()) {
      LOG.warn(
          "issuer {}: keys of extra_jwks_uris count for every accepted issuer; issuer_jwks ties them to one",
          issuer);
    }
    if (config.enableHsSignatures()) {
      LOG.warn(
          "issuer {}: enable_hs_signatures is on, whoever knows a client's secret can make tokens",
          issuer);
    }
    if (config.tokenExchange().stream()
        .flatMap(exchange -> exchange.issuers().stream())
        .anyMatch(subject -> !subject.verified())) {
      LOG.warn(
          "issuer {}: token_exchange does not verify every subject token (verify_signature)",
          issuer);
    }
    if (config.tokenExchange().stream()
        .flatMap(exchange -> exchange.issuers().stream())
        .anyMatch(
            subject -> subject.conditions().isEmpty() && subject.audience().isEmpty())) {
      LOG.warn(
          "issuer {}: token_exchange exchanges tokens of other issuers for whatever audience they are (audience_required)",
          issuer);
    }
    if (!config.identity().consumerClaims().isEmpty()
        && config.identity().consumers().all().isEmpty()
        && !config.identity().consumerOptional()) {
      LOG.warn(
          "issuer {}: consumer_claims are set and there are no consumers: nobody passes", issuer);
    }
    if (!tokens
        && (config.tokenExchange().isPresent()
            || config.idTokenParamName().isPresent()
            || config.jwtSessionCookie().isPresent())) {
      LOG.warn(
          "issuer {}: token_exchange, id_token_param_name and jwt_session_cookie have no effect: auth_methods takes no access tokens of callers",
          issuer);
    }
    if (!config.sslVerify()) {
      LOG.warn("issuer {}: ssl_verify is off, anybody can pretend to be it", issuer);
    }
    if (config.insecureHttpIssuer()) {
      LOG.warn("issuer {}: insecure_http_issuer is on, secrets may travel in clear text", issuer);
    }
    if (!config.verifySignature()
        || !config.verifyClaims()
        || !config.ignoreSignature().isEmpty()) {
      LOG.warn(
          "issuer {}: tokens are not verified in full (verify_signature, verify_claims, ignore_signature)",
          issuer);
    }
  }
}
