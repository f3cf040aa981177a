package io.oidcgrant.config;

import com.nimbusds.jose.jwk.JWK;
import io.oidcgrant.protocol.Consumer;
import io.oidcgrant.protocol.Consumers;
import io.oidcgrant.protocol.Secret;
import io.oidcgrant.protocol.TokenPart;
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
  private Consumers consumers = Consumers.NONE;

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
        consumers,
        (field, message) -> problems.add(new ConfigProblem("builder", 0, field.name(), message)));
    if (!problems.isEmpty()) {
      throw new ConfigException(problems);
    }
    return new OidcGrantConfig(values, consumers, false);
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

  public OidcGrantConfigBuilder streamUntilExpiry(boolean value) {
    return set(OidcFields.STREAM_UNTIL_EXPIRY, value);
  }

  public OidcGrantConfigBuilder streamGrace(@Nullable Duration value) {
    return set(OidcFields.STREAM_GRACE, seconds(value));
  }

  public OidcGrantConfigBuilder jwksMaxStale(@Nullable Duration value) {
    return set(OidcFields.JWKS_MAX_STALE, seconds(value));
  }

  public OidcGrantConfigBuilder upstreamAccessTokenHeader(@Nullable String value) {
    return set(IdentityFields.upstream(TokenPart.ACCESS_TOKEN), value);
  }

  public OidcGrantConfigBuilder upstreamRefreshTokenHeader(@Nullable String value) {
    return set(IdentityFields.upstream(TokenPart.REFRESH_TOKEN), value);
  }

  public OidcGrantConfigBuilder upstreamIdTokenHeader(@Nullable String value) {
    return set(IdentityFields.upstream(TokenPart.ID_TOKEN), value);
  }

  public OidcGrantConfigBuilder downstreamAccessTokenHeader(@Nullable String value) {
    return set(IdentityFields.downstream(TokenPart.ACCESS_TOKEN), value);
  }

  public OidcGrantConfigBuilder downstreamRefreshTokenHeader(@Nullable String value) {
    return set(IdentityFields.downstream(TokenPart.REFRESH_TOKEN), value);
  }

  public OidcGrantConfigBuilder downstreamIdTokenHeader(@Nullable String value) {
    return set(IdentityFields.downstream(TokenPart.ID_TOKEN), value);
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

  public OidcGrantConfigBuilder httpProxy(@Nullable String value) {
    return set(OidcFields.HTTP_PROXY, value);
  }

  public OidcGrantConfigBuilder httpProxyAuthorization(@Nullable String value) {
    return set(OidcFields.HTTP_PROXY_AUTHORIZATION, value == null ? null : Secret.of(value));
  }

  public OidcGrantConfigBuilder httpsProxy(@Nullable String value) {
    return set(OidcFields.HTTPS_PROXY, value);
  }

  public OidcGrantConfigBuilder httpsProxyAuthorization(@Nullable String value) {
    return set(OidcFields.HTTPS_PROXY_AUTHORIZATION, value == null ? null : Secret.of(value));
  }

  public OidcGrantConfigBuilder noProxy(@Nullable String value) {
    return set(OidcFields.NO_PROXY, value);
  }

  public OidcGrantConfigBuilder keepalive(boolean value) {
    return set(OidcFields.KEEPALIVE, value);
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

  public OidcGrantConfigBuilder bearerTokenCookieName(@Nullable String value) {
    return set(CallerFields.BEARER_TOKEN_COOKIE_NAME, value);
  }

  public OidcGrantConfigBuilder idTokenParamType(@Nullable List<String> value) {
    return set(CallerFields.ID_TOKEN_PARAM_TYPE, value);
  }

  public OidcGrantConfigBuilder idTokenParamName(@Nullable String value) {
    return set(CallerFields.ID_TOKEN_PARAM_NAME, value);
  }

  public OidcGrantConfigBuilder jwtSessionCookie(@Nullable String value) {
    return set(CallerFields.JWT_SESSION_COOKIE, value);
  }

  public OidcGrantConfigBuilder jwtSessionClaim(@Nullable String value) {
    return set(CallerFields.JWT_SESSION_CLAIM, value);
  }

  public OidcGrantConfigBuilder extraJwksUris(@Nullable List<String> value) {
    return set(CallerFields.EXTRA_JWKS_URIS, value);
  }

  public OidcGrantConfigBuilder issuerJwks(@Nullable List<IssuerKeys> value) {
    return set(CallerFields.ISSUER_JWKS, value);
  }

  public OidcGrantConfigBuilder enableHsSignatures(boolean value) {
    return set(CallerFields.ENABLE_HS_SIGNATURES, value);
  }

  public OidcGrantConfigBuilder decryptionJwk(@Nullable List<JWK> value) {
    return set(CallerFields.DECRYPTION_JWK, value);
  }

  public OidcGrantConfigBuilder accessTokenProfile(@Nullable String value) {
    return set(CallerFields.ACCESS_TOKEN_PROFILE, value);
  }

  public OidcGrantConfigBuilder maxAge(@Nullable Duration value) {
    return set(CallerFields.MAX_AGE, seconds(value));
  }

  public OidcGrantConfigBuilder acrValues(@Nullable List<String> value) {
    return set(CallerFields.ACR_VALUES, value);
  }

  public OidcGrantConfigBuilder domains(@Nullable List<String> value) {
    return set(CallerFields.DOMAINS, value);
  }

  public OidcGrantConfigBuilder introspectJwtTokens(boolean value) {
    return set(CallerFields.INTROSPECT_JWT_TOKENS, value);
  }

  public OidcGrantConfigBuilder introspectionAccept(@Nullable String value) {
    return set(CallerFields.INTROSPECTION_ACCEPT, value);
  }

  public OidcGrantConfigBuilder introspectionHeadersNames(@Nullable List<String> value) {
    return set(CallerFields.INTROSPECTION_HEADERS_NAMES, value);
  }

  public OidcGrantConfigBuilder introspectionHeadersValues(@Nullable List<String> value) {
    return set(CallerFields.INTROSPECTION_HEADERS_VALUES, value);
  }

  public OidcGrantConfigBuilder introspectionHeadersClient(@Nullable List<String> value) {
    return set(CallerFields.INTROSPECTION_HEADERS_CLIENT, value);
  }

  public OidcGrantConfigBuilder introspectionPostArgsNames(@Nullable List<String> value) {
    return set(CallerFields.INTROSPECTION_POST_ARGS_NAMES, value);
  }

  public OidcGrantConfigBuilder introspectionPostArgsValues(@Nullable List<String> value) {
    return set(CallerFields.INTROSPECTION_POST_ARGS_VALUES, value);
  }

  public OidcGrantConfigBuilder introspectionPostArgsClient(@Nullable List<String> value) {
    return set(CallerFields.INTROSPECTION_POST_ARGS_CLIENT, value);
  }

  public OidcGrantConfigBuilder introspectionPostArgsClientHeaders(@Nullable List<String> value) {
    return set(CallerFields.INTROSPECTION_POST_ARGS_CLIENT_HEADERS, value);
  }

  public OidcGrantConfigBuilder userinfoEndpoint(@Nullable String value) {
    return set(CallerFields.USERINFO_ENDPOINT, value);
  }

  public OidcGrantConfigBuilder userinfoAccept(@Nullable String value) {
    return set(CallerFields.USERINFO_ACCEPT, value);
  }

  public OidcGrantConfigBuilder userinfoHeadersNames(@Nullable List<String> value) {
    return set(CallerFields.USERINFO_HEADERS_NAMES, value);
  }

  public OidcGrantConfigBuilder userinfoHeadersValues(@Nullable List<String> value) {
    return set(CallerFields.USERINFO_HEADERS_VALUES, value);
  }

  public OidcGrantConfigBuilder userinfoHeadersClient(@Nullable List<String> value) {
    return set(CallerFields.USERINFO_HEADERS_CLIENT, value);
  }

  public OidcGrantConfigBuilder userinfoQueryArgsNames(@Nullable List<String> value) {
    return set(CallerFields.USERINFO_QUERY_ARGS_NAMES, value);
  }

  public OidcGrantConfigBuilder userinfoQueryArgsValues(@Nullable List<String> value) {
    return set(CallerFields.USERINFO_QUERY_ARGS_VALUES, value);
  }

  public OidcGrantConfigBuilder userinfoQueryArgsClient(@Nullable List<String> value) {
    return set(CallerFields.USERINFO_QUERY_ARGS_CLIENT, value);
  }

  public OidcGrantConfigBuilder searchUserInfo(boolean value) {
    return set(CallerFields.SEARCH_USER_INFO, value);
  }

  public OidcGrantConfigBuilder cacheUserInfo(boolean value) {
    return set(CallerFields.CACHE_USER_INFO, value);
  }

  public OidcGrantConfigBuilder tokenExchange(@Nullable TokenExchangeSettings value) {
    return set(CallerFields.TOKEN_EXCHANGE, value);
  }

  public OidcGrantConfigBuilder authenticatedGroupsClaim(@Nullable List<String> value) {
    return set(IdentityFields.AUTHENTICATED_GROUPS_CLAIM, value);
  }

  public OidcGrantConfigBuilder consumerClaims(@Nullable List<List<String>> value) {
    return set(IdentityFields.CONSUMER_CLAIMS, value);
  }

  public OidcGrantConfigBuilder consumerClaim(@Nullable List<String> value) {
    return set(IdentityFields.CONSUMER_CLAIM, value);
  }

  public OidcGrantConfigBuilder consumerBy(@Nullable List<String> value) {
    return set(IdentityFields.CONSUMER_BY, value);
  }

  public OidcGrantConfigBuilder byUsernameIgnoreCase(boolean value) {
    return set(IdentityFields.BY_USERNAME_IGNORE_CASE, value);
  }

  public OidcGrantConfigBuilder consumerOptional(boolean value) {
    return set(IdentityFields.CONSUMER_OPTIONAL, value);
  }

  public OidcGrantConfigBuilder credentialClaim(@Nullable List<String> value) {
    return set(IdentityFields.CREDENTIAL_CLAIM, value);
  }

  public OidcGrantConfigBuilder anonymous(@Nullable String value) {
    return set(IdentityFields.ANONYMOUS, value);
  }

  public OidcGrantConfigBuilder runOnPreflight(boolean value) {
    return set(IdentityFields.RUN_ON_PREFLIGHT, value);
  }

  public OidcGrantConfigBuilder protectedResource(@Nullable String value) {
    return set(IdentityFields.PROTECTED_RESOURCE, value);
  }

  public OidcGrantConfigBuilder upstreamHeaders(@Nullable List<HeaderSetting> value) {
    return set(IdentityFields.UPSTREAM_HEADERS, value);
  }

  public OidcGrantConfigBuilder upstreamHeadersClaims(@Nullable List<String> value) {
    return set(IdentityFields.UPSTREAM_HEADERS_CLAIMS, value);
  }

  public OidcGrantConfigBuilder upstreamHeadersNames(@Nullable List<String> value) {
    return set(IdentityFields.UPSTREAM_HEADERS_NAMES, value);
  }

  public OidcGrantConfigBuilder downstreamHeaders(@Nullable List<HeaderSetting> value) {
    return set(IdentityFields.DOWNSTREAM_HEADERS, value);
  }

  public OidcGrantConfigBuilder downstreamHeadersClaims(@Nullable List<String> value) {
    return set(IdentityFields.DOWNSTREAM_HEADERS_CLAIMS, value);
  }

  public OidcGrantConfigBuilder downstreamHeadersNames(@Nullable List<String> value) {
    return set(IdentityFields.DOWNSTREAM_HEADERS_NAMES, value);
  }

  public OidcGrantConfigBuilder upstreamAccessTokenJwkHeader(@Nullable String value) {
    return set(IdentityFields.upstream(TokenPart.ACCESS_TOKEN_JWK), value);
  }

  public OidcGrantConfigBuilder upstreamIdTokenJwkHeader(@Nullable String value) {
    return set(IdentityFields.upstream(TokenPart.ID_TOKEN_JWK), value);
  }

  public OidcGrantConfigBuilder upstreamUserInfoHeader(@Nullable String value) {
    return set(IdentityFields.upstream(TokenPart.USER_INFO), value);
  }

  public OidcGrantConfigBuilder upstreamUserInfoJwtHeader(@Nullable String value) {
    return set(IdentityFields.upstream(TokenPart.USER_INFO_JWT), value);
  }

  public OidcGrantConfigBuilder upstreamIntrospectionHeader(@Nullable String value) {
    return set(IdentityFields.upstream(TokenPart.INTROSPECTION), value);
  }

  public OidcGrantConfigBuilder upstreamIntrospectionJwtHeader(@Nullable String value) {
    return set(IdentityFields.upstream(TokenPart.INTROSPECTION_JWT), value);
  }

  public OidcGrantConfigBuilder downstreamAccessTokenJwkHeader(@Nullable String value) {
    return set(IdentityFields.downstream(TokenPart.ACCESS_TOKEN_JWK), value);
  }

  public OidcGrantConfigBuilder downstreamIdTokenJwkHeader(@Nullable String value) {
    return set(IdentityFields.downstream(TokenPart.ID_TOKEN_JWK), value);
  }

  public OidcGrantConfigBuilder downstreamUserInfoHeader(@Nullable String value) {
    return set(IdentityFields.downstream(TokenPart.USER_INFO), value);
  }

  public OidcGrantConfigBuilder downstreamUserInfoJwtHeader(@Nullable String value) {
    return set(IdentityFields.downstream(TokenPart.USER_INFO_JWT), value);
  }

  public OidcGrantConfigBuilder downstreamIntrospectionHeader(@Nullable String value) {
    return set(IdentityFields.downstream(TokenPart.INTROSPECTION), value);
  }

  public OidcGrantConfigBuilder downstreamIntrospectionJwtHeader(@Nullable String value) {
    return set(IdentityFields.downstream(TokenPart.INTROSPECTION_JWT), value);
  }

  /** Whom {@code consumer_claims} and {@code anonymous} may name; in files: {@code consumers[]}. */
  public OidcGrantConfigBuilder consumers(List<Consumer> value) {
    consumers = Consumers.of(value);
    return this;
  }
}
