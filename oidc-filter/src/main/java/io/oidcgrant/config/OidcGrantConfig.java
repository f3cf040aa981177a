package io.oidcgrant.config;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWK;
import io.oidcgrant.http.ProxySettings;
import io.oidcgrant.http.TlsIdentity;
import io.oidcgrant.protocol.Consumer;
import io.oidcgrant.protocol.Consumers;
import io.oidcgrant.protocol.Secret;
import io.oidcgrant.protocol.TokenPart;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The settings of one {@code openid-connect} plugin: immutable, valid as a whole. Every accessor
 * answers the field of its name; what each field means stands in the reference.
 */
public final class OidcGrantConfig {
  private static final List<String> WELL_KNOWN =
      List.of("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server");

  private final Values values;
  private final Consumers consumers;
  private final boolean kongCompatible;
  private final List<String> methods;

  OidcGrantConfig(Values values, Consumers consumers, boolean kongCompatible) {
    this.values = new Values(values);
    this.consumers = consumers;
    this.kongCompatible = kongCompatible;
    this.methods = OidcRules.methods(values);
  }

  public static OidcGrantConfigBuilder builder() {
    return new OidcGrantConfigBuilder();
  }

  /**
   * The plugin's {@code config} mapping; empty, with every problem noted, where it is not right.
   */
  public static Optional<OidcGrantConfig> read(ConfigNode node, String path, Reading reading) {
    return ConfigReader.read(node, path, reading);
  }

  /**
   * Settings from named texts, such as a servlet's init-params; lists are separated by commas or
   * white space, secrets are taken as they are.
   *
   * @param texts the text of a name, null where there is none
   * @throws ConfigException with every problem
   */
  public static OidcGrantConfig fromTexts(
      String source, Iterable<String> names, UnaryOperator<String> texts) {
    return ConfigReader.fromTexts(source, names, texts);
  }

  /**
   * Everything here that changes which tokens a credential brings, as texts, some of which are
   * secret: for keys of what is remembered.
   */
  public List<String> tokenPolicy() {
    return PolicyParts.of(values);
  }

  /** What counts for a field, its default where nothing was written. */
  Optional<?> inForce(Field<?> field) {
    return field.equals(OidcFields.AUTH_METHODS) ? Optional.of(methods) : values.find(field);
  }

  /** {@code --compat kong}: where this product differs from Kong on purpose, be as Kong. */
  public boolean kongCompatible() {
    return kongCompatible;
  }

  /** The issuer's identifier: {@code issuer} without the suffix of a discovery document. */
  public String issuer() {
    return identifier(values.find(OidcFields.ISSUER).orElseThrow());
  }

  /** An issuer's identifier, of itself or of the address of its discovery document. */
  static String identifier(String issuer) {
    for (String suffix : WELL_KNOWN) {
      if (issuer.endsWith(suffix)) {
        return issuer.substring(0, issuer.length() - suffix.length());
      }
    }
    return issuer;
  }

  /**
   * Where the discovery document is (OpenID Connect Discovery 1.0 section 4); empty with
   * {@code using_pseudo_issuer}.
   */
  public Optional<URI> discoveryDocument() {
    if (values.get(OidcFields.USING_PSEUDO_ISSUER)) {
      return Optional.empty();
    }
    String written = values.find(OidcFields.ISSUER).orElseThrow();
    String issuer = issuer();
    return Optional.of(issuer.equals(written) ? discoveryDocumentOf(issuer) : URI.create(written));
  }

  /** Where the discovery document of an issuer is. */
  public static URI discoveryDocumentOf(String issuer) {
    return URI.create((issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer)
        + WELL_KNOWN.get(0));
  }

  public Duration rediscoveryLifetime() {
    return seconds(OidcFields.REDISCOVERY_LIFETIME);
  }

  public Map<String, String> discoveryHeaders() {
    return pairs(OidcFields.DISCOVERY_HEADERS_NAMES, OidcFields.DISCOVERY_HEADERS_VALUES);
  }

  public Optional<URI> jwksEndpoint() {
    return values.find(OidcFields.JWKS_ENDPOINT).map(URI::create);
  }

  /**
   * Accepted values of {@code iss}: {@code issuers_allowed}, else the issuer that was found and
   * those of {@code issuer_jwks}.
   */
  public List<String> acceptedIssuers(String found) {
    if (!issuersAllowed().isEmpty()) {
      return issuersAllowed();
    }
    return Stream.concat(Stream.of(found), issuerJwks().stream().map(IssuerKeys::issuer))
        .toList();
  }

  public List<String> issuersAllowed() {
    return list(OidcFields.ISSUERS_ALLOWED);
  }

  public Optional<URI> tokenEndpoint() {
    return values.find(OidcFields.TOKEN_ENDPOINT).map(URI::create);
  }

  public Optional<URI> introspectionEndpoint() {
    return values.find(OidcFields.INTROSPECTION_ENDPOINT).map(URI::create);
  }

  public Optional<URI> revocationEndpoint() {
    return values.find(OidcFields.REVOCATION_ENDPOINT).map(URI::create);
  }

  public Optional<URI> mtlsTokenEndpoint() {
    return values.find(OidcFields.MTLS_TOKEN_ENDPOINT).map(URI::create);
  }

  public Optional<URI> mtlsIntrospectionEndpoint() {
    return values.find(OidcFields.MTLS_INTROSPECTION_ENDPOINT).map(URI::create);
  }

  public Optional<URI> mtlsRevocationEndpoint() {
    return values.find(OidcFields.MTLS_REVOCATION_ENDPOINT).map(URI::create);
  }

  /** The clients; the first serves where the caller chooses none. */
  public List<ClientSettings> clients() {
    return ClientRules.clients(values);
  }

  public String clientArg() {
    return values.get(OidcFields.CLIENT_ARG);
  }

  /** The first item of {@code client_auth}: also for callers that are clients themselves. */
  public Optional<String> clientAuth() {
    return list(OidcFields.CLIENT_AUTH_METHOD).stream().findFirst();
  }

  /** The first item of {@code client_alg}. */
  public Optional<JWSAlgorithm> clientAlg() {
    return list(OidcFields.CLIENT_ALG_NAMES).stream().findFirst().map(JWSAlgorithm::parse);
  }

  public Optional<String> tokenEndpointAuthMethod() {
    return values.find(OidcFields.TOKEN_ENDPOINT_AUTH_METHOD);
  }

  public Optional<String> introspectionEndpointAuthMethod() {
    return values.find(OidcFields.INTROSPECTION_ENDPOINT_AUTH_METHOD);
  }

  public Optional<String> revocationEndpointAuthMethod() {
    return values.find(OidcFields.REVOCATION_ENDPOINT_AUTH_METHOD);
  }

  public String revocationTokenParamName() {
    return values.get(OidcFields.REVOCATION_TOKEN_PARAM_NAME);
  }

  public Optional<Path> clientKeysFile() {
    return values.find(OidcFields.CLIENT_KEYS_FILE).map(Path::of);
  }

  public Optional<String> clientAssertionAudience() {
    return values.find(OidcFields.CLIENT_ASSERTION_AUDIENCE);
  }

  public String clientAssertionTyp() {
    return values.get(OidcFields.CLIENT_ASSERTION_TYP);
  }

  /** The certificate that proves the client in TLS. */
  public Optional<TlsIdentity.Source> tlsClientAuth() {
    return ClientRules.certificate(values);
  }

  public boolean tlsClientAuthSslVerify() {
    return values.get(OidcFields.TLS_CLIENT_AUTH_SSL_VERIFY);
  }

  public boolean tokenEndpointDpop() {
    return values.get(OidcFields.TOKEN_ENDPOINT_DPOP);
  }

  public Optional<JWK> dpopJwk() {
    return values.find(OidcFields.DPOP_JWK);
  }

  public boolean upstreamDpop() {
    return values.get(OidcFields.UPSTREAM_DPOP);
  }

  public Optional<URI> dpopUpstreamUrl() {
    return values.find(OidcFields.DPOP_UPSTREAM_URL).map(URI::create);
  }

  public List<String> bearerTokenParamType() {
    return values.get(OidcFields.BEARER_TOKEN_PARAM_TYPE);
  }

  public Optional<String> bearerTokenHeaderName() {
    return values.find(OidcFields.BEARER_TOKEN_HEADER_NAME);
  }

  public Optional<String> bearerTokenCookieName() {
    return values.find(CallerFields.BEARER_TOKEN_COOKIE_NAME);
  }

  public List<String> idTokenParamType() {
    return values.get(CallerFields.ID_TOKEN_PARAM_TYPE);
  }

  public Optional<String> idTokenParamName() {
    return name(CallerFields.ID_TOKEN_PARAM_NAME);
  }

  public Optional<String> jwtSessionCookie() {
    return name(CallerFields.JWT_SESSION_COOKIE);
  }

  public String jwtSessionClaim() {
    return values.get(CallerFields.JWT_SESSION_CLAIM);
  }

  public Optional<String> introspectionHint() {
    return name(OidcFields.INTROSPECTION_HINT);
  }

  public String introspectionTokenParamName() {
    return values.get(OidcFields.INTROSPECTION_TOKEN_PARAM_NAME);
  }

  public boolean introspectionCheckActive() {
    return values.get(OidcFields.INTROSPECTION_CHECK_ACTIVE);
  }

  public boolean cacheIntrospection() {
    return values.get(OidcFields.CACHE_INTROSPECTION);
  }

  public boolean introspectJwtTokens() {
    return values.get(CallerFields.INTROSPECT_JWT_TOKENS);
  }

  public String introspectionAccept() {
    return values.get(CallerFields.INTROSPECTION_ACCEPT);
  }

  public CallExtras introspectionExtras() {
    return new CallExtras(
        pairs(CallerFields.INTROSPECTION_HEADERS_NAMES, CallerFields.INTROSPECTION_HEADERS_VALUES),
        list(CallerFields.INTROSPECTION_HEADERS_CLIENT),
        pairs(
            CallerFields.INTROSPECTION_POST_ARGS_NAMES,
            CallerFields.INTROSPECTION_POST_ARGS_VALUES),
        list(CallerFields.INTROSPECTION_POST_ARGS_CLIENT),
        list(CallerFields.INTROSPECTION_POST_ARGS_CLIENT_HEADERS));
  }

  public Optional<URI> userinfoEndpoint() {
    return values.find(CallerFields.USERINFO_ENDPOINT).map(URI::create);
  }

  public String userinfoAccept() {
    return values.get(CallerFields.USERINFO_ACCEPT);
  }

  public CallExtras userinfoExtras() {
    return new CallExtras(
        pairs(CallerFields.USERINFO_HEADERS_NAMES, CallerFields.USERINFO_HEADERS_VALUES),
        list(CallerFields.USERINFO_HEADERS_CLIENT),
        pairs(CallerFields.USERINFO_QUERY_ARGS_NAMES, CallerFields.USERINFO_QUERY_ARGS_VALUES),
        list(CallerFields.USERINFO_QUERY_ARGS_CLIENT),
        List.of());
  }

  public boolean searchUserInfo() {
    return values.get(CallerFields.SEARCH_USER_INFO);
  }

  public boolean cacheUserInfo() {
    return values.get(CallerFields.CACHE_USER_INFO);
  }

  public Optional<TokenExchangeSettings> tokenExchange() {
    return values.find(CallerFields.TOKEN_EXCHANGE);
  }

  public List<URI> extraJwksUris() {
    return list(CallerFields.EXTRA_JWKS_URIS).stream().map(URI::create).toList();
  }

  public List<IssuerKeys> issuerJwks() {
    return list(CallerFields.ISSUER_JWKS);
  }

  /** Whether an issuer has keys of its own, so that its tokens are nobody else's business. */
  public boolean isApart(@Nullable Object issuer) {
    return issuerJwks().stream().anyMatch(other -> other.issuer().equals(issuer));
  }

  public boolean enableHsSignatures() {
    return values.get(CallerFields.ENABLE_HS_SIGNATURES);
  }

  public List<JWK> decryptionJwk() {
    return list(CallerFields.DECRYPTION_JWK);
  }

  /** Whether access tokens must be as RFC 9068 says. */
  public boolean atJwtRequired() {
    return values.get(CallerFields.ACCESS_TOKEN_PROFILE).equals("rfc9068");
  }

  public Optional<Duration> maxAge() {
    return values.find(CallerFields.MAX_AGE).map(OidcGrantConfig::seconds);
  }

  public List<String> acrValues() {
    return list(CallerFields.ACR_VALUES);
  }

  public List<String> domains() {
    return list(CallerFields.DOMAINS);
  }

  public List<String> audienceRequired() {
    return list(OidcFields.AUDIENCE_REQUIRED);
  }

  public List<String> audienceClaim() {
    return values.get(OidcFields.AUDIENCE_CLAIM);
  }

  public List<String> scopesRequired() {
    return list(OidcFields.SCOPES_REQUIRED);
  }

  public List<String> scopesClaim() {
    return values.get(OidcFields.SCOPES_CLAIM);
  }

  public List<String> groupsRequired() {
    return list(OidcFields.GROUPS_REQUIRED);
  }

  public List<String> groupsClaim() {
    return values.get(OidcFields.GROUPS_CLAIM);
  }

  public List<String> rolesRequired() {
    return list(OidcFields.ROLES_REQUIRED);
  }

  public List<String> rolesClaim() {
    return values.get(OidcFields.ROLES_CLAIM);
  }

  public List<String> claimsForbidden() {
    return list(OidcFields.CLAIMS_FORBIDDEN);
  }

  /** {@code off}, {@code optional} or {@code strict}. */
  public String proofOfPossessionMtls() {
    return values.get(OidcFields.PROOF_OF_POSSESSION_MTLS);
  }

  /** {@code off}, {@code optional} or {@code strict}. */
  public String proofOfPossessionDpop() {
    return values.get(OidcFields.PROOF_OF_POSSESSION_DPOP);
  }

  public Optional<CertificateHeaderSettings> proofOfPossessionMtlsFromHeader() {
    return values.find(OidcFields.PROOF_OF_POSSESSION_MTLS_FROM_HEADER);
  }

  public boolean dpopUseNonce() {
    return values.get(OidcFields.DPOP_USE_NONCE);
  }

  public Duration dpopProofLifetime() {
    return seconds(OidcFields.DPOP_PROOF_LIFETIME);
  }

  public List<String> trustedIps() {
    return values.get(OidcFields.TRUSTED_IPS);
  }

  /** The methods in effect, in no particular order. */
  public List<String> authMethods() {
    return methods;
  }

  /** Whether callers may bring access tokens. */
  public boolean takesTokens() {
    List<String> methods = authMethods();
    return methods.contains("bearer")
        || methods.contains("introspection")
        || methods.contains("userinfo");
  }

  /** Sentences about methods of the default list that are left out. */
  public List<String> methodsLeftOut() {
    if (values.find(OidcFields.AUTH_METHODS).isPresent()) {
      return List.of();
    }
    List<String> sentences = new ArrayList<>();
    for (String method : OidcRules.DEFAULT_METHODS) {
      OidcRules.missingFromDefault(values, method)
          .ifPresent(field -> sentences.add(method + " (" + field.name() + " is not set)"));
    }
    return sentences;
  }

  public List<String> passwordParamType() {
    return values.get(OidcFields.PASSWORD_PARAM_TYPE);
  }

  public List<String> clientCredentialsParamType() {
    return values.get(OidcFields.CLIENT_CREDENTIALS_PARAM_TYPE);
  }

  public List<String> refreshTokenParamType() {
    return values.get(OidcFields.REFRESH_TOKEN_PARAM_TYPE);
  }

  public Optional<String> refreshTokenParamName() {
    return values.find(OidcFields.REFRESH_TOKEN_PARAM_NAME);
  }

  public boolean hideCredentials() {
    return values.get(OidcFields.HIDE_CREDENTIALS);
  }

  /** Bytes. */
  public int credentialBodyLimit() {
    return values.get(OidcFields.CREDENTIAL_BODY_LIMIT);
  }

  /** Empty where none is sent. */
  public List<String> scopes() {
    return list(OidcFields.SCOPES).stream().filter(scope -> !scope.isBlank()).toList();
  }

  public List<String> audience() {
    return list(OidcFields.AUDIENCE);
  }

  public Map<String, String> tokenHeaders() {
    return pairs(OidcFields.TOKEN_HEADERS_NAMES, OidcFields.TOKEN_HEADERS_VALUES);
  }

  public List<String> tokenHeadersClient() {
    return list(OidcFields.TOKEN_HEADERS_CLIENT);
  }

  public Map<String, String> tokenPostArgs() {
    return pairs(OidcFields.TOKEN_POST_ARGS_NAMES, OidcFields.TOKEN_POST_ARGS_VALUES);
  }

  public List<String> tokenPostArgsClient() {
    return list(OidcFields.TOKEN_POST_ARGS_CLIENT);
  }

  public List<String> tokenHeadersReplay() {
    return list(OidcFields.TOKEN_HEADERS_REPLAY);
  }

  public String tokenHeadersPrefix() {
    return values.find(OidcFields.TOKEN_HEADERS_PREFIX).orElse("");
  }

  /** Whether the headers of this grant's answer are replayed. */
  public boolean replaysHeadersOf(String grantType) {
    return values
        .find(OidcFields.TOKEN_HEADERS_GRANTS)
        .map(grants -> grants.contains(grantType))
        .orElse(true);
  }

  public boolean verifySignature() {
    return values.get(OidcFields.VERIFY_SIGNATURE);
  }

  public boolean verifyClaims() {
    return values.get(OidcFields.VERIFY_CLAIMS);
  }

  public List<String> ignoreSignature() {
    return list(OidcFields.IGNORE_SIGNATURE);
  }

  public Duration leeway() {
    return seconds(OidcFields.LEEWAY);
  }

  public boolean cacheTokens() {
    return values.get(OidcFields.CACHE_TOKENS);
  }

  public Duration cacheTtl() {
    return seconds(OidcFields.CACHE_TTL);
  }

  public Optional<Duration> cacheTtlMax() {
    return values.find(OidcFields.CACHE_TTL_MAX).map(OidcGrantConfig::seconds);
  }

  public Optional<Duration> cacheTtlMin() {
    return values.find(OidcFields.CACHE_TTL_MIN).map(OidcGrantConfig::seconds);
  }

  public Optional<Secret> cacheTokensSalt() {
    return values.find(OidcFields.CACHE_TOKENS_SALT);
  }

  public Duration negativeTtl() {
    return values.isWritten(OidcFields.NEGATIVE_TTL)
        ? seconds(OidcFields.NEGATIVE_TTL)
        : values
            .find(OidcFields.CACHE_TTL_NEG)
            .map(OidcGrantConfig::seconds)
            .orElseGet(() -> seconds(OidcFields.NEGATIVE_TTL));
  }

  public Duration rotationGrace() {
    return seconds(OidcFields.ROTATION_GRACE);
  }

  /** Zero where nothing is renewed ahead. */
  public Duration refreshAhead() {
    return values.get(OidcFields.REFRESH_TOKENS)
        ? seconds(OidcFields.REFRESH_AHEAD)
        : Duration.ZERO;
  }

  /** How much longer than its token a stream may last; empty where that does not matter. */
  public Optional<Duration> streamGrace() {
    return values.get(OidcFields.STREAM_UNTIL_EXPIRY)
        ? Optional.of(seconds(OidcFields.STREAM_GRACE))
        : Optional.empty();
  }

  public Duration jwksMaxStale() {
    return seconds(OidcFields.JWKS_MAX_STALE);
  }

  /** Every header that tells the upstream something, in the order of the reference. */
  public List<HeaderSetting> upstreamHeaders() {
    return headers(
        IdentityFields::upstream,
        IdentityFields.UPSTREAM_HEADERS,
        IdentityFields.UPSTREAM_HEADERS_CLAIMS,
        IdentityFields.UPSTREAM_HEADERS_NAMES);
  }

  /** The same for the caller. */
  public List<HeaderSetting> downstreamHeaders() {
    return headers(
        IdentityFields::downstream,
        IdentityFields.DOWNSTREAM_HEADERS,
        IdentityFields.DOWNSTREAM_HEADERS_CLAIMS,
        IdentityFields.DOWNSTREAM_HEADERS_NAMES);
  }

  private List<HeaderSetting> headers(
      Function<TokenPart, Field<String>> parts,
      Field<List<HeaderSetting>> claims,
      Field<List<String>> olderClaims,
      Field<List<String>> olderNames) {
    List<HeaderSetting> headers = new ArrayList<>();
    for (TokenPart part : TokenPart.values()) {
      if (part != TokenPart.CLAIM) {
        name(parts.apply(part))
            .ifPresent(header -> headers.add(new HeaderSetting(header, part, List.of())));
      }
    }
    headers.addAll(list(claims));
    List<String> names = list(olderNames);
    for (int i = 0; i < names.size(); i++) {
      headers.add(HeaderSetting.ofClaim(names.get(i), List.of(list(olderClaims).get(i))));
    }
    return List.copyOf(headers);
  }

  /** Who the caller is. */
  public IdentitySettings identity() {
    List<List<String>> paths = new ArrayList<>(list(IdentityFields.CONSUMER_CLAIMS));
    values.find(IdentityFields.CONSUMER_CLAIM).ifPresent(paths::add);
    paths.removeIf(List::isEmpty);
    return new IdentitySettings(
        values.get(IdentityFields.CREDENTIAL_CLAIM),
        list(IdentityFields.AUTHENTICATED_GROUPS_CLAIM),
        paths,
        values.get(IdentityFields.CONSUMER_BY),
        values.get(IdentityFields.BY_USERNAME_IGNORE_CASE),
        values.get(IdentityFields.CONSUMER_OPTIONAL),
        name(IdentityFields.ANONYMOUS).map(this::anonymous),
        consumers);
  }

  /** Where no consumers are known, one by this name. */
  private Consumer anonymous(String reference) {
    return consumers.meant(reference).orElseGet(() -> Consumer.named(reference));
  }

  public boolean runOnPreflight() {
    return values.get(IdentityFields.RUN_ON_PREFLIGHT);
  }

  public Optional<URI> protectedResource() {
    return name(IdentityFields.PROTECTED_RESOURCE).map(URI::create);
  }

  /** Where the metadata of the resource is served (RFC 9728 section 3.1). */
  public Optional<URI> resourceMetadata() {
    return protectedResource().map(resource -> {
      String path = resource.getRawPath().equals("/") ? "" : resource.getRawPath();
      String query = resource.getRawQuery() == null ? "" : "?" + resource.getRawQuery();
      return URI.create(resource.getScheme() + "://" + resource.getRawAuthority()
          + "/.well-known/oauth-protected-resource" + path + query);
    });
  }

  public String unauthorizedErrorMessage() {
    return values.get(OidcFields.UNAUTHORIZED_ERROR_MESSAGE);
  }

  public String forbiddenErrorMessage() {
    return values.get(OidcFields.FORBIDDEN_ERROR_MESSAGE);
  }

  public boolean displayErrors() {
    return values.get(OidcFields.DISPLAY_ERRORS);
  }

  public boolean exposeErrorCode() {
    return values.get(OidcFields.EXPOSE_ERROR_CODE);
  }

  public Duration timeout() {
    return Duration.ofMillis(values.get(OidcFields.TIMEOUT));
  }

  /** The proxies on the way to the issuer. */
  public ProxySettings proxies() {
    return new ProxySettings(
        values.find(OidcFields.HTTP_PROXY).map(URI::create),
        values.find(OidcFields.HTTP_PROXY_AUTHORIZATION),
        values.find(OidcFields.HTTPS_PROXY).map(URI::create),
        values.find(OidcFields.HTTPS_PROXY_AUTHORIZATION),
        values.find(OidcFields.NO_PROXY).orElse(""));
  }

  public boolean sslVerify() {
    return values.get(OidcFields.SSL_VERIFY);
  }

  public Optional<String> caCertificatesFile() {
    return values.find(OidcFields.CA_CERTIFICATES_FILE);
  }

  public boolean insecureHttpIssuer() {
    return values.get(OidcFields.INSECURE_HTTP_ISSUER);
  }

  private Optional<String> name(Field<String> field) {
    return values.find(field).filter(name -> !name.isEmpty());
  }

  private <T> List<T> list(Field<List<T>> field) {
    return values.find(field).orElse(List.of());
  }

  private Map<String, String> pairs(Field<List<String>> names, Field<List<String>> texts) {
    List<String> named = list(names);
    List<String> valued = list(texts);
    Map<String, String> pairs = new java.util.LinkedHashMap<>();
    for (int i = 0; i < named.size(); i++) {
      pairs.put(named.get(i), valued.get(i));
    }
    return pairs;
  }

  private Duration seconds(Field<Double> field) {
    return seconds(values.get(field));
  }

  private static Duration seconds(double seconds) {
    return Duration.ofNanos(Math.round(seconds * 1e9));
  }

  /** Names the issuer only: the rest may be secret. */
  @Override
  public String toString() {
    return "OidcGrantConfig[issuer=" + issuer() + "]";
  }
}
