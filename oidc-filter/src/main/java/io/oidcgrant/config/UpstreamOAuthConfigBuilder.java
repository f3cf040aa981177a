package io.oidcgrant.config;

import com.nimbusds.jose.jwk.JWK;
import io.oidcgrant.protocol.Secret;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Collects the settings of an {@link UpstreamOAuthConfig}: one setter for each field, named as the
 * part behind the dot, in camelCase, those of {@code cache} with that before it. Where null is
 * allowed it unsets. Texts are taken as they are. Not thread-safe.
 */
public final class UpstreamOAuthConfigBuilder {
  private final Values values = new Values();

  UpstreamOAuthConfigBuilder() {}

  /**
   * The configuration.
   *
   * @throws ConfigException with every problem, if anything is wrong
   */
  public UpstreamOAuthConfig build() {
    List<ConfigProblem> problems = new ArrayList<>();
    UpstreamOAuthFields.rows().forEach(field -> check(field, problems));
    UpstreamOAuthRules.check(
        values,
        (field, message) -> problems.add(new ConfigProblem("builder", 0, field.name(), message)));
    if (!problems.isEmpty()) {
      throw new ConfigException(problems);
    }
    return new UpstreamOAuthConfig(values, false);
  }

  private <T> void check(Field<T> field, List<ConfigProblem> problems) {
    values
        .find(field)
        .flatMap(field.type()::wrong)
        .ifPresent(message -> problems.add(new ConfigProblem("builder", 0, field.name(), message)));
  }

  private <T> UpstreamOAuthConfigBuilder set(Field<T> field, @Nullable T value) {
    values.put(field, Optional.ofNullable(value));
    return this;
  }

  public UpstreamOAuthConfigBuilder tokenEndpoint(@Nullable String value) {
    return set(UpstreamOAuthFields.TOKEN_ENDPOINT, value);
  }

  public UpstreamOAuthConfigBuilder issuer(@Nullable String value) {
    return set(UpstreamOAuthFields.ISSUER, value);
  }

  public UpstreamOAuthConfigBuilder grantType(@Nullable String value) {
    return set(UpstreamOAuthFields.GRANT_TYPE, value);
  }

  public UpstreamOAuthConfigBuilder clientId(@Nullable String value) {
    return set(UpstreamOAuthFields.CLIENT_ID, value == null ? null : Secret.of(value));
  }

  public UpstreamOAuthConfigBuilder clientSecret(@Nullable String value) {
    return set(UpstreamOAuthFields.CLIENT_SECRET, value == null ? null : Secret.of(value));
  }

  public UpstreamOAuthConfigBuilder username(@Nullable String value) {
    return set(UpstreamOAuthFields.USERNAME, value == null ? null : Secret.of(value));
  }

  public UpstreamOAuthConfigBuilder password(@Nullable String value) {
    return set(UpstreamOAuthFields.PASSWORD, value == null ? null : Secret.of(value));
  }

  public UpstreamOAuthConfigBuilder scopes(@Nullable List<String> value) {
    return set(UpstreamOAuthFields.SCOPES, value);
  }

  public UpstreamOAuthConfigBuilder audience(@Nullable List<String> value) {
    return set(UpstreamOAuthFields.AUDIENCE, value);
  }

  public UpstreamOAuthConfigBuilder tokenHeaders(@Nullable Map<String, String> value) {
    return set(UpstreamOAuthFields.TOKEN_HEADERS, value);
  }

  public UpstreamOAuthConfigBuilder tokenPostArgs(@Nullable Map<String, String> value) {
    return set(UpstreamOAuthFields.TOKEN_POST_ARGS, value);
  }

  public UpstreamOAuthConfigBuilder authMethod(@Nullable String value) {
    return set(UpstreamOAuthFields.AUTH_METHOD, value);
  }

  public UpstreamOAuthConfigBuilder clientSecretJwtAlg(@Nullable String value) {
    return set(UpstreamOAuthFields.CLIENT_SECRET_JWT_ALG, value);
  }

  public UpstreamOAuthConfigBuilder clientAlg(@Nullable String value) {
    return set(UpstreamOAuthFields.CLIENT_ALG, value);
  }

  public UpstreamOAuthConfigBuilder clientJwk(@Nullable JWK value) {
    return set(UpstreamOAuthFields.CLIENT_JWK, value);
  }

  public UpstreamOAuthConfigBuilder clientKeysFile(@Nullable String value) {
    return set(UpstreamOAuthFields.CLIENT_KEYS_FILE, value);
  }

  public UpstreamOAuthConfigBuilder tlsClientAuthCert(@Nullable String value) {
    return set(UpstreamOAuthFields.TLS_CLIENT_AUTH_CERT, value);
  }

  public UpstreamOAuthConfigBuilder tlsClientAuthKey(@Nullable String value) {
    return set(UpstreamOAuthFields.TLS_CLIENT_AUTH_KEY, value == null ? null : Secret.of(value));
  }

  public UpstreamOAuthConfigBuilder tlsClientAuthKeyPassword(@Nullable String value) {
    return set(
        UpstreamOAuthFields.TLS_CLIENT_AUTH_KEY_PASSWORD, value == null ? null : Secret.of(value));
  }

  public UpstreamOAuthConfigBuilder tokenEndpointDpop(boolean value) {
    return set(UpstreamOAuthFields.TOKEN_ENDPOINT_DPOP, value);
  }

  public UpstreamOAuthConfigBuilder dpopJwk(@Nullable JWK value) {
    return set(UpstreamOAuthFields.DPOP_JWK, value);
  }

  public UpstreamOAuthConfigBuilder httpProxy(@Nullable String value) {
    return set(UpstreamOAuthFields.HTTP_PROXY, value);
  }

  public UpstreamOAuthConfigBuilder httpProxyAuthorization(@Nullable String value) {
    return set(
        UpstreamOAuthFields.HTTP_PROXY_AUTHORIZATION, value == null ? null : Secret.of(value));
  }

  public UpstreamOAuthConfigBuilder httpsProxy(@Nullable String value) {
    return set(UpstreamOAuthFields.HTTPS_PROXY, value);
  }

  public UpstreamOAuthConfigBuilder httpsProxyAuthorization(@Nullable String value) {
    return set(
        UpstreamOAuthFields.HTTPS_PROXY_AUTHORIZATION, value == null ? null : Secret.of(value));
  }

  public UpstreamOAuthConfigBuilder noProxy(@Nullable String value) {
    return set(UpstreamOAuthFields.NO_PROXY, value);
  }

  public UpstreamOAuthConfigBuilder timeout(@Nullable Duration value) {
    return set(
        UpstreamOAuthFields.TIMEOUT, value == null ? null : Math.toIntExact(value.toMillis()));
  }

  public UpstreamOAuthConfigBuilder keepAlive(boolean value) {
    return set(UpstreamOAuthFields.KEEP_ALIVE, value);
  }

  public UpstreamOAuthConfigBuilder sslVerify(boolean value) {
    return set(UpstreamOAuthFields.SSL_VERIFY, value);
  }

  public UpstreamOAuthConfigBuilder caCertificatesFile(@Nullable String value) {
    return set(UpstreamOAuthFields.CA_CERTIFICATES_FILE, value);
  }

  public UpstreamOAuthConfigBuilder insecureHttpIssuer(boolean value) {
    return set(UpstreamOAuthFields.INSECURE_HTTP_ISSUER, value);
  }

  public UpstreamOAuthConfigBuilder cacheStrategy(@Nullable String value) {
    return set(UpstreamOAuthFields.CACHE_STRATEGY, value);
  }

  public UpstreamOAuthConfigBuilder cacheEagerlyExpire(@Nullable Duration value) {
    return set(UpstreamOAuthFields.EAGERLY_EXPIRE, value == null ? null : value.toNanos() / 1e9);
  }

  public UpstreamOAuthConfigBuilder cacheDefaultTtl(@Nullable Duration value) {
    return set(UpstreamOAuthFields.DEFAULT_TTL, value == null ? null : value.toNanos() / 1e9);
  }

  public UpstreamOAuthConfigBuilder upstreamAccessTokenHeaderName(@Nullable String value) {
    return set(UpstreamOAuthFields.HEADER_NAME, value);
  }

  public UpstreamOAuthConfigBuilder upstreamDpop(boolean value) {
    return set(UpstreamOAuthFields.UPSTREAM_DPOP, value);
  }

  public UpstreamOAuthConfigBuilder idpErrorResponseStatusCode(@Nullable Integer value) {
    return set(UpstreamOAuthFields.ERROR_STATUS, value);
  }

  public UpstreamOAuthConfigBuilder idpErrorResponseContentType(@Nullable String value) {
    return set(UpstreamOAuthFields.ERROR_CONTENT_TYPE, value);
  }

  public UpstreamOAuthConfigBuilder idpErrorResponseMessage(@Nullable String value) {
    return set(UpstreamOAuthFields.ERROR_MESSAGE, value);
  }

  public UpstreamOAuthConfigBuilder idpErrorResponseBodyTemplate(@Nullable String value) {
    return set(UpstreamOAuthFields.ERROR_TEMPLATE, value);
  }

  public UpstreamOAuthConfigBuilder purgeTokenOnUpstreamStatusCodes(@Nullable List<Integer> value) {
    return set(UpstreamOAuthFields.PURGE_STATUSES, value);
  }

  public UpstreamOAuthConfigBuilder retryOnPurge(boolean value) {
    return set(UpstreamOAuthFields.RETRY_ON_PURGE, value);
  }
}
