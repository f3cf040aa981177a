package io.oidcgrant.config;

import com.nimbusds.jose.jwk.JWK;
import io.oidcgrant.protocol.Secret;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Collects the settings of an {@link OidcGrantConfig}: one setter for each field, named as Kong
 * names it, in camelCase. What each means stands in the reference of the configuration. Where null
 * is allowed it unsets. Texts are taken as they are: {@code {vault://env/NAME}} and
 * {@code {file:PATH}} are for files and init-params. Not thread-safe.
 */
public final class OidcGrantConfigBuilder {
  private final Values values = new Values();

  OidcGrantConfigBuilder() {}

  /**
   * The configuration.
   *
   * @throws ConfigException with every problem, if anything is wrong
   */
  public OidcGrantConfig build() {
    List<ConfigProblem> problems = new ArrayList<>();
    OidcFields.rows().forEach(field -> check(field, problems));
    OidcRules.check(
        values,
        (field, message) -> problems.add(new ConfigProblem("builder", 0, field.name(), message)));
    if (!problems.isEmpty()) {
      throw new ConfigException(problems);
    }
    return new OidcGrantConfig(values, false);
  }

  private <T> void check(Field<T> field, List<ConfigProblem> problems) {
    values
        .find(field)
        .flatMap(field.type()::wrong)
        .ifPresent(message -> problems.add(new ConfigProblem("builder", 0, field.name(), message)));
  }

  private <T> OidcGrantConfigBuilder set(Field<T> field, @Nullable T value) {
    values.put(field, Optional.ofNullable(value));
    return this;
  }

  private static @Nullable Double seconds(@Nullable Duration duration) {
    return duration == null ? null : duration.toNanos() / 1e9;
  }

  public OidcGrantConfigBuilder issuer(@Nullable String value) {
    return set(OidcFields.ISSUER, value);
  }

  public OidcGrantConfigBuilder usingPseudoIssuer(boolean value) {
    return set(OidcFields.USING_PSEUDO_ISSUER, value);
  }

  public OidcGrantConfigBuilder rediscoveryLifetime(@Nullable Duration value) {
    return set(OidcFields.REDISCOVERY_LIFETIME, seconds(value));
  }

  public OidcGrantConfigBuilder discoveryHeadersNames(String... value) {
    return set(OidcFields.DISCOVERY_HEADERS_NAMES, List.of(value));
  }

  public OidcGrantConfigBuilder discoveryHeadersValues(String... value) {
    return set(OidcFields.DISCOVERY_HEADERS_VALUES, List.of(value));
  }

  public OidcGrantConfigBuilder jwksEndpoint(@Nullable String value) {
    return set(OidcFields.JWKS_ENDPOINT, value);
  }

  public OidcGrantConfigBuilder issuersAllowed(String... value) {
    return set(OidcFields.ISSUERS_ALLOWED, List.of(value));
  }

  public OidcGrantConfigBuilder tokenEndpoint(@Nullable String value) {
    return set(OidcFields.TOKEN_ENDPOINT, value);
  }

  public OidcGrantConfigBuilder clientId(String... value) {
    return set(OidcFields.CLIENT_ID, Arrays.stream(value).map(Secret::of).toList());
  }

  public OidcGrantConfigBuilder clientSecret(String... value) {
    return set(OidcFields.CLIENT_SECRET, Arrays.stream(value).map(Secret::of).toList());
  }

  public OidcGrantConfigBuilder clientAuth(String... value) {
    return set(OidcFields.CLIENT_AUTH_METHOD, List.of(value));
  }

  public OidcGrantConfigBuilder tokenEndpointAuthMethod(@Nullable String value) {
    return set(OidcFields.TOKEN_ENDPOINT_AUTH_METHOD, value);
  }

  public OidcGrantConfigBuilder mtlsTokenEndpoint(@Nullable String value) {
    return set(OidcFields.MTLS_TOKEN_ENDPOINT, value);
  }

  public OidcGrantConfigBuilder introspectionEndpoint(@Nullable String value) {
    return set(OidcFields.INTROSPECTION_ENDPOINT, value);
  }

  public OidcGrantConfigBuilder revocationEndpoint(@Nullable String value) {
    return set(OidcFields.REVOCATION_ENDPOINT, value);
  }

  public OidcGrantConfigBuilder mtlsIntrospectionEndpoint(@Nullable String value) {
    return set(OidcFields.MTLS_INTROSPECTION_ENDPOINT, value);
  }

  public OidcGrantConfigBuilder mtlsRevocationEndpoint(@Nullable String value) {
    return set(OidcFields.MTLS_REVOCATION_ENDPOINT, value);
  }

  public OidcGrantConfigBuilder introspectionEndpointAuthMethod(@Nullable String value) {
    return set(OidcFields.INTROSPECTION_ENDPOINT_AUTH_METHOD, value);
  }

  public OidcGrantConfigBuilder revocationEndpointAuthMethod(@Nullable String value) {
    return set(OidcFields.REVOCATION_ENDPOINT_AUTH_METHOD, value);
  }

  public OidcGrantConfigBuilder revocationTokenParamName(@Nullable String value) {
    return set(OidcFields.REVOCATION_TOKEN_PARAM_NAME, value);
  }

  public OidcGrantConfigBuilder clientArg(@Nullable String value) {
    return set(OidcFields.CLIENT_ARG, value);
  }

  public OidcGrantConfigBuilder clientAlg(String... value) {
    return set(OidcFields.CLIENT_ALG_NAMES, List.of(value));
  }

  public OidcGrantConfigBuilder clientJwk(JWK... value) {
    return set(OidcFields.CLIENT_JWK, List.of(value));
  }

  public OidcGrantConfigBuilder clientKeysFile(@Nullable String value) {
    return set(OidcFields.CLIENT_KEYS_FILE, value);
  }

  public OidcGrantConfigBuilder clientAssertionAudience(@Nullable String value) {
    return set(OidcFields.CLIENT_ASSERTION_AUDIENCE, value);
  }

  public OidcGrantConfigBuilder clientAssertionTyp(@Nullable String value) {
    return set(OidcFields.CLIENT_ASSERTION_TYP, value);
  }

  public OidcGrantConfigBuilder tlsClientAuthCert(@Nullable String value) {
    return set(OidcFields.TLS_CLIENT_AUTH_CERT, value);
  }

  public OidcGrantConfigBuilder tlsClientAuthKey(@Nullable String value) {
    return set(OidcFields.TLS_CLIENT_AUTH_KEY, value == null ? null : Secret.of(value));
  }

  public OidcGrantConfigBuilder tlsClientAuthKeyPassword(@Nullable String value) {
    return set(OidcFields.TLS_CLIENT_AUTH_KEY_PASSWORD, value == null ? null : Secret.of(value));
  }

  public OidcGrantConfigBuilder tlsClientAuthSslVerify(boolean value) {
    return set(OidcFields.TLS_CLIENT_AUTH_SSL_VERIFY, value);
  }

  public OidcGrantConfigBuilder tokenEndpointDpop(boolean value) {
    return set(OidcFields.TOKEN_ENDPOINT_DPOP, value);
  }

  public OidcGrantConfigBuilder dpopJwk(@Nullable JWK value) {
    return set(OidcFields.DPOP_JWK, value);
  }

  public OidcGrantConfigBuilder upstreamDpop(boolean value) {
    return set(OidcFields.UPSTREAM_DPOP, value);
  }

  public OidcGrantConfigBuilder dpopUpstreamUrl(@Nullable String value) {
    return set(OidcFields.DPOP_UPSTREAM_URL, value);
  }

  public OidcGrantConfigBuilder bearerTokenParamType(String... value) {
    return set(OidcFields.BEARER_TOKEN_PARAM_TYPE, List.of(value));
  }

  public OidcGrantConfigBuilder bearerTokenHeaderName(@Nullable String value) {
    return set(OidcFields.BEARER_TOKEN_HEADER_NAME, value);
  }

  public OidcGrantConfigBuilder introspectionHint(@Nullable String value) {
    return set(OidcFields.INTROSPECTION_HINT, value);
  }

  public OidcGrantConfigBuilder introspectionTokenParamName(@Nullable String value) {
    return set(OidcFields.INTROSPECTION_TOKEN_PARAM_NAME, value);
  }

  public OidcGrantConfigBuilder introspectionCheckActive(boolean value) {
    return set(OidcFields.INTROSPECTION_CHECK_ACTIVE, value);
  }

  public OidcGrantConfigBuilder cacheIntrospection(boolean value) {
    return set(OidcFields.CACHE_INTROSPECTION, value);
  }

  public OidcGrantConfigBuilder audienceRequired(String... value) {
    return set(OidcFields.AUDIENCE_REQUIRED, List.of(value));
  }

  public OidcGrantConfigBuilder audienceClaim(String... value) {
    return set(OidcFields.AUDIENCE_CLAIM, List.of(value));
  }

  public OidcGrantConfigBuilder scopesRequired(String... value) {
    return set(OidcFields.SCOPES_REQUIRED, List.of(value));
  }

  public OidcGrantConfigBuilder scopesClaim(String... value) {
    return set(OidcFields.SCOPES_CLAIM, List.of(value));
  }

  public OidcGrantConfigBuilder groupsRequired(String... value) {
    return set(OidcFields.GROUPS_REQUIRED, List.of(value));
  }

  public OidcGrantConfigBuilder groupsClaim(String... value) {
    return set(OidcFields.GROUPS_CLAIM, List.of(value));
  }

  public OidcGrantConfigBuilder rolesRequired(String... value) {
    return set(OidcFields.ROLES_REQUIRED, List.of(value));
  }

  public OidcGrantConfigBuilder rolesClaim(String... value) {
    return set(OidcFields.ROLES_CLAIM, List.of(value));
  }

  public OidcGrantConfigBuilder claimsForbidden(String... value) {
    return set(OidcFields.CLAIMS_FORBIDDEN, List.of(value));
  }

  public OidcGrantConfigBuilder insecureAnyAudience(boolean value) {
    return set(OidcFields.INSECURE_ANY_AUDIENCE, value);
  }

  public OidcGrantConfigBuilder proofOfPossessionMtls(@Nullable String value) {
    return set(OidcFields.PROOF_OF_POSSESSION_MTLS, value);
  }

  public OidcGrantConfigBuilder proofOfPossessionDpop(@Nullable String value) {
    return set(OidcFields.PROOF_OF_POSSESSION_DPOP, value);
  }

  public OidcGrantConfigBuilder proofOfPossessionAuthMethodsValidation(boolean value) {
    return set(OidcFields.PROOF_OF_POSSESSION_AUTH_METHODS_VALIDATION, value);
  }

  public OidcGrantConfigBuilder proofOfPossessionMtlsFromHeader(
      @Nullable CertificateHeaderSettings value) {
    return set(OidcFields.PROOF_OF_POSSESSION_MTLS_FROM_HEADER, value);
  }

  public OidcGrantConfigBuilder dpopUseNonce(boolean value) {
    return set(OidcFields.DPOP_USE_NONCE, value);
  }

  public OidcGrantConfigBuilder dpopProofLifetime(@Nullable Duration value) {
    return set(OidcFields.DPOP_PROOF_LIFETIME, seconds(value));
  }

  public OidcGrantConfigBuilder trustedIps(String... value) {
    return set(OidcFields.TRUSTED_IPS, List.of(value));
  }

  public OidcGrantConfigBuilder authMethods(String... value) {
    return set(OidcFields.AUTH_METHODS, List.of(value));
  }

  public OidcGrantConfigBuilder passwordParamType(String... value) {
    return set(OidcFields.PASSWORD_PARAM_TYPE, List.of(value));
  }

  public OidcGrantConfigBuilder clientCredentialsParamType(String... value) {
    return set(OidcFields.CLIENT_CREDENTIALS_PARAM_TYPE, List.of(value));
  }

  public OidcGrantConfigBuilder refreshTokenParamType(String... value) {
    return set(OidcFields.REFRESH_TOKEN_PARAM_TYPE, List.of(value));
  }

  public OidcGrantConfigBuilder refreshTokenParamName(@Nullable String value) {
    return set(OidcFields.REFRESH_TOKEN_PARAM_NAME, value);
  }

  public OidcGrantConfigBuilder hideCredentials(boolean value) {
    return set(OidcFields.HIDE_CREDENTIALS, value);
  }

  public OidcGrantConfigBuilder credentialBodyLimit(int value) {
    return set(OidcFields.CREDENTIAL_BODY_LIMIT, value);
  }

  public OidcGrantConfigBuilder scopes(String... value) {
    return set(OidcFields.SCOPES, List.of(value));
  }

  public OidcGrantConfigBuilder audience(String... value) {
    return set(OidcFields.AUDIENCE, List.of(value));
  }

  public OidcGrantConfigBuilder tokenHeadersNames(String... value) {
    return set(OidcFields.TOKEN_HEADERS_NAMES, List.of(value));
  }

  public OidcGrantConfigBuilder tokenHeadersValues(String... value) {
    return set(OidcFields.TOKEN_HEADERS_VALUES, List.of(value));
  }

  public OidcGrantConfigBuilder tokenHeadersClient(String... value) {
    return set(OidcFields.TOKEN_HEADERS_CLIENT, List.of(value));
  }

  public OidcGrantConfigBuilder tokenPostArgsNames(String... value) {
    return set(OidcFields.TOKEN_POST_ARGS_NAMES, List.of(value));
  }

  public OidcGrantConfigBuilder tokenPostArgsValues(String... value) {
    return set(OidcFields.TOKEN_POST_ARGS_VALUES, List.of(value));
  }

  public OidcGrantConfigBuilder tokenPostArgsClient(String... value) {
    return set(OidcFields.TOKEN_POST_ARGS_CLIENT, List.of(value));
  }

  public OidcGrantConfigBuilder tokenHeadersReplay(String... value) {
    return set(OidcFields.TOKEN_HEADERS_REPLAY, List.of(value));
  }

  public OidcGrantConfigBuilder tokenHeadersPrefix(@Nullable String value) {
    return set(OidcFields.TOKEN_HEADERS_PREFIX, value);
  }

  public OidcGrantConfigBuilder tokenHeadersGrants(String... value) {
    return set(OidcFields.TOKEN_HEADERS_GRANTS, List.of(value));
  }

  public OidcGrantConfigBuilder verifySignature(boolean value) {
    return set(OidcFields.VERIFY_SIGNATURE, value);
  }

  public OidcGrantConfigBuilder verifyClaims(boolean value) {
    return set(OidcFields.VERIFY_CLAIMS, value);
  }

  public OidcGrantConfigBuilder ignoreSignature(String... value) {
    return set(OidcFields.IGNORE_SIGNATURE, List.of(value));
  }

  public OidcGrantConfigBuilder leeway(@Nullable Duration value) {
    return set(OidcFields.LEEWAY, seconds(value));
  }

  public OidcGrantConfigBuilder cacheTokens(boolean value) {
    return set(OidcFields.CACHE_TOKENS, value);
  }

  public OidcGrantConfigBuilder cacheTtl(@Nullable Duration value) {
    return set(OidcFields.CACHE_TTL, seconds(value));
  }

  public OidcGrantConfigBuilder cacheTtlMax(@Nullable Duration value) {
    return set(OidcFields.CACHE_TTL_MAX, seconds(value));
  }

  public OidcGrantConfigBuilder cacheTtlMin(@Nullable Duration value) {
    return set(OidcFields.CACHE_TTL_MIN, seconds(value));
  }

  public OidcGrantConfigBuilder cacheTokensSalt(@Nullable String value) {
    return set(OidcFields.CACHE_TOKENS_SALT, value == null ? null : Secret.of(value));
  }

  public OidcGrantConfigBuilder tokenCacheKeyIncludeScope(boolean value) {
    return set(OidcFields.TOKEN_CACHE_KEY_INCLUDE_SCOPE, value);
  }

  public OidcGrantConfigBuilder cacheTtlNeg(@Nullable Duration value) {
    return set(OidcFields.CACHE_TTL_NEG, seconds(value));
  }

  public OidcGrantConfigBuilder negativeTtl(@Nullable Duration value) {
    return set(OidcFields.NEGATIVE_TTL, seconds(value));
  }

  public OidcGrantConfigBuilder rotationGrace(@Nullable Duration value) {
    return set(OidcFields.ROTATION_GRACE, seconds(value));
  }

  public OidcGrantConfigBuilder refreshTokens(boolean value) {
    return set(OidcFields.REFRESH_TOKENS, value);
  }

  public OidcGrantConfigBuilder refreshAhead(@Nullable Duration value) {
    return set(OidcFields.REFRESH_AHEAD, seconds(value));
  }

  public OidcGrantConfigBuilder jwksMaxStale(@Nullable Duration value) {
    return set(OidcFields.JWKS_MAX_STALE, seconds(value));
  }

  public OidcGrantConfigBuilder upstreamAccessTokenHeader(@Nullable String value) {
    return set(OidcFields.UPSTREAM_ACCESS_TOKEN_HEADER, value);
  }

  public OidcGrantConfigBuilder upstreamRefreshTokenHeader(@Nullable String value) {
    return set(OidcFields.UPSTREAM_REFRESH_TOKEN_HEADER, value);
  }

  public OidcGrantConfigBuilder upstreamIdTokenHeader(@Nullable String value) {
    return set(OidcFields.UPSTREAM_ID_TOKEN_HEADER, value);
  }

  public OidcGrantConfigBuilder downstreamAccessTokenHeader(@Nullable String value) {
    return set(OidcFields.DOWNSTREAM_ACCESS_TOKEN_HEADER, value);
  }

  public OidcGrantConfigBuilder downstreamRefreshTokenHeader(@Nullable String value) {
    return set(OidcFields.DOWNSTREAM_REFRESH_TOKEN_HEADER, value);
  }

  public OidcGrantConfigBuilder downstreamIdTokenHeader(@Nullable String value) {
    return set(OidcFields.DOWNSTREAM_ID_TOKEN_HEADER, value);
  }

  public OidcGrantConfigBuilder unauthorizedErrorMessage(@Nullable String value) {
    return set(OidcFields.UNAUTHORIZED_ERROR_MESSAGE, value);
  }

  public OidcGrantConfigBuilder forbiddenErrorMessage(@Nullable String value) {
    return set(OidcFields.FORBIDDEN_ERROR_MESSAGE, value);
  }

  public OidcGrantConfigBuilder displayErrors(boolean value) {
    return set(OidcFields.DISPLAY_ERRORS, value);
  }

  public OidcGrantConfigBuilder exposeErrorCode(boolean value) {
    return set(OidcFields.EXPOSE_ERROR_CODE, value);
  }

  public OidcGrantConfigBuilder timeout(@Nullable Duration value) {
    return set(OidcFields.TIMEOUT, value == null ? null : Math.toIntExact(value.toMillis()));
  }

  public OidcGrantConfigBuilder sslVerify(boolean value) {
    return set(OidcFields.SSL_VERIFY, value);
  }

  public OidcGrantConfigBuilder caCertificatesFile(@Nullable String value) {
    return set(OidcFields.CA_CERTIFICATES_FILE, value);
  }

  public OidcGrantConfigBuilder insecureHttpIssuer(boolean value) {
    return set(OidcFields.INSECURE_HTTP_ISSUER, value);
  }
}
