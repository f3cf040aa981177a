package io.oidcgrant.config;

import static io.oidcgrant.config.FieldType.BOOLEAN;
import static io.oidcgrant.config.FieldType.REFERENCEABLE;
import static io.oidcgrant.config.FieldType.SECRET;
import static io.oidcgrant.config.FieldType.SECRETS;
import static io.oidcgrant.config.FieldType.TEXT;
import static io.oidcgrant.config.FieldType.integer;
import static io.oidcgrant.config.FieldType.listOf;
import static io.oidcgrant.config.FieldType.number;
import static io.oidcgrant.config.FieldType.oneOf;

import com.nimbusds.jose.jwk.JWK;
import io.oidcgrant.http.TlsIdentity;
import io.oidcgrant.protocol.Secret;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The fields of {@code openid-connect} that this release implements, Kong's and ours: one row each.
 * The last of three tables is {@link IdentityFields}, between them {@link CallerFields}.
 */
final class OidcFields {
  private static final double DAY = 86_400;
  private static final double YEAR = 366 * DAY;

  private static final FieldRows ROWS = new FieldRows();

  private static final FieldType<String> LOCATION = oneOf("header", "query", "body");
  private static final List<String> EVERYWHERE = List.of("header", "query", "body");
  private static final FieldType<String> CLIENT_AUTH = oneOf(
      "client_secret_basic",
      "client_secret_post",
      "client_secret_jwt",
      "private_key_jwt",
      "tls_client_auth",
      "self_signed_tls_client_auth",
      "none");
  private static final FieldType<String> CLIENT_ALG = oneOf(
      "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256",
      "ES384", "ES512", "EdDSA");
  private static final FieldType<JWK> JWK_TYPE = new JwkType();
  private static final FieldType<String> METHOD = new Unfinished(
      List.of(
          "bearer", "introspection", "userinfo", "refresh_token", "password", "client_credentials"),
      List.of("authorization_code", "session", "kong_oauth2"));
  private static final FieldType<String> POSSESSION = oneOf("off", "optional", "strict");
  private static final FieldType<String> GRANT =
      oneOf("refresh_token", "password", "client_credentials", "authorization_code");

  static final Field<String> ISSUER = row(
      "issuer",
      REFERENCEABLE,
      "Issuer identifier, or the address of its discovery document. Required.");
  static final Field<Boolean> USING_PSEUDO_ISSUER = row(
      "using_pseudo_issuer",
      BOOLEAN,
      false,
      "No discovery: `issuer` is only a name, `token_endpoint` and `jwks_endpoint` must be given.");
  static final Field<Double> REDISCOVERY_LIFETIME = row(
      "rediscovery_lifetime",
      number(0, DAY),
      30.0,
      "Least time between two fetches of the issuer's keys for an unknown key id, seconds; 5 after one that failed.");
  static final Field<List<String>> DISCOVERY_HEADERS_NAMES = row(
      "discovery_headers_names", listOf(TEXT), "Names of extra headers of the discovery request.");
  static final Field<List<String>> DISCOVERY_HEADERS_VALUES =
      row("discovery_headers_values", listOf(REFERENCEABLE), "Their values, in the same order.");
  static final Field<String> JWKS_ENDPOINT = row(
      "jwks_endpoint", TEXT, "Where the issuer's keys are, instead of the discovered `jwks_uri`.");
  static final Field<List<String>> ISSUERS_ALLOWED = row(
      "issuers_allowed",
      listOf(REFERENCEABLE),
      "Accepted values of `iss`, instead of the discovered issuer alone.");
  static final Field<String> TOKEN_ENDPOINT =
      row("token_endpoint", TEXT, "Token endpoint, instead of the discovered one.");

  static final Field<String> INTROSPECTION_ENDPOINT =
      row("introspection_endpoint", REFERENCEABLE, "The same for the introspection endpoint.");
  static final Field<String> REVOCATION_ENDPOINT =
      row("revocation_endpoint", TEXT, "The same for the revocation endpoint.");
  static final Field<String> MTLS_TOKEN_ENDPOINT = row(
      "mtls_token_endpoint",
      TEXT,
      "Token endpoint for a client with a certificate, instead of the discovered alias (RFC 8705 section 5).");
  static final Field<String> MTLS_INTROSPECTION_ENDPOINT =
      row("mtls_introspection_endpoint", TEXT, "The same for the introspection endpoint.");
  static final Field<String> MTLS_REVOCATION_ENDPOINT =
      row("mtls_revocation_endpoint", TEXT, "The same for the revocation endpoint.");

  static final Field<List<Secret>> CLIENT_ID =
      row("client_id", SECRETS, "Client identifiers; see `client_arg` where there are several.");
  static final Field<List<Secret>> CLIENT_SECRET = row(
      "client_secret",
      SECRETS,
      "The clients' secrets, in the same order; a client beyond the end of a list takes its first item, here and in the lists below.");
  static final Field<String> CLIENT_ARG = row(
      "client_arg",
      TEXT,
      "client_id",
      "Name of the caller's header or parameter that says which client to use, by its id or its place from 1 on; without it, or where it names none, the first.");
  static final Field<List<String>> CLIENT_AUTH_METHOD = row(
      "client_auth",
      listOf(CLIENT_AUTH),
      "How the client proves itself; default: what the issuer supports, else client_secret_basic.");
  static final Field<String> TOKEN_ENDPOINT_AUTH_METHOD = row(
      "token_endpoint_auth_method",
      CLIENT_AUTH,
      "The same for the token endpoint alone; goes before `client_auth`.");
  static final Field<String> INTROSPECTION_ENDPOINT_AUTH_METHOD = row(
      "introspection_endpoint_auth_method",
      CLIENT_AUTH,
      "The same for the introspection endpoint.");
  static final Field<String> REVOCATION_ENDPOINT_AUTH_METHOD =
      row("revocation_endpoint_auth_method", CLIENT_AUTH, "The same for the revocation endpoint.");
  static final Field<String> REVOCATION_TOKEN_PARAM_NAME = row(
      "revocation_token_param_name",
      TEXT,
      "token",
      "The parameter of revocation that carries the token.");
  static final Field<List<String>> CLIENT_ALG_NAMES = row(
      "client_alg",
      listOf(CLIENT_ALG),
      "Algorithm of the client's assertion; default: that of its key, else RS256 for private_key_jwt, HS256 for client_secret_jwt.");
  static final Field<List<JWK>> CLIENT_JWK = row(
      "client_jwk",
      listOf(JWK_TYPE),
      "Private keys for private_key_jwt; default: keys of our own, see `client_keys_file`.");
  static final Field<String> CLIENT_KEYS_FILE = row(
      "client_keys_file",
      TEXT,
      "File in which our own keys for private_key_jwt are kept; without it they last as long as the process. In the proxy it is the option `--client-keys`.");
  static final Field<String> CLIENT_ASSERTION_AUDIENCE = row(
      "client_assertion_audience",
      TEXT,
      "The `aud` of assertions; default: the issuer, and anything else weakens them (RFC 7523).");
  static final Field<String> CLIENT_ASSERTION_TYP = row(
      "client_assertion_typ",
      oneOf("client-authentication+jwt", "JWT"),
      "client-authentication+jwt",
      "The `typ` of assertions, for issuers that accept only the older one.");
  static final Field<TlsIdentity.Source> TLS_CLIENT_AUTH_CERT_ID = row(
      "tls_client_auth_cert_id",
      new CertificateIdType(),
      "Id of the entry of `certificates[]` that proves the client in TLS (RFC 8705).");
  static final Field<String> TLS_CLIENT_AUTH_CERT = row(
      "tls_client_auth_cert",
      REFERENCEABLE,
      "The same as PEM, or as a file of PEM or PKCS#12, which is read again when it changes.");
  static final Field<Secret> TLS_CLIENT_AUTH_KEY = row(
      "tls_client_auth_key",
      SECRET,
      "Its private key as PEM or a file; default: it stands beside the certificate.");
  static final Field<Secret> TLS_CLIENT_AUTH_KEY_PASSWORD = row(
      "tls_client_auth_key_password", SECRET, "Password of an encrypted key or a PKCS#12 file.");
  static final Field<Boolean> TLS_CLIENT_AUTH_SSL_VERIFY = row(
      "tls_client_auth_ssl_verify",
      BOOLEAN,
      true,
      "Verify the issuer's certificate and host name where the client presents its own.");
  static final Field<Boolean> TOKEN_ENDPOINT_DPOP = row(
      "token_endpoint_dpop",
      BOOLEAN,
      false,
      "Send a DPoP proof with every token request (RFC 9449 section 5); the token must then be bound to its key.");
  static final Field<JWK> DPOP_JWK = row(
      "dpop_jwk", JWK_TYPE, "Private key for DPoP proofs; default: one for ES256, made at start.");
  static final Field<Boolean> UPSTREAM_DPOP = row(
      "upstream_dpop",
      BOOLEAN,
      false,
      "Send the access token as `Authorization: DPoP` with a fresh proof for each request (RFC 9449 section 7).");
  static final Field<String> DPOP_UPSTREAM_URL = row(
      "dpop_upstream_url",
      TEXT,
      "URL under which the upstream knows itself, for the proofs' `htu`; default: the service's URL, in a web application the request's own.");

  static final Field<List<String>> AUTH_METHODS = row(
      "auth_methods",
      listOf(METHOD),
      "Which credentials are looked for; default: all that this release implements and that have their settings.");
  static final Field<List<String>> BEARER_TOKEN_PARAM_TYPE = row(
      "bearer_token_param_type",
      listOf(oneOf("header", "query", "body", "cookie")),
      EVERYWHERE,
      "Where a caller's access token is looked for; query and body: `access_token`.");
  static final Field<String> BEARER_TOKEN_HEADER_NAME = row(
      "bearer_token_header_name",
      TEXT,
      "The only header that may hold it; default: Authorization (`Bearer`, and `DPoP` where that is on), Access-Token, X-Access-Token.");
  static final Field<String> INTROSPECTION_HINT = row(
      "introspection_hint",
      TEXT,
      "access_token",
      "The `token_type_hint` of introspection; null sends none.");
  static final Field<String> INTROSPECTION_TOKEN_PARAM_NAME =
      row("introspection_token_param_name", TEXT, "token", "The parameter that carries the token.");
  static final Field<Boolean> INTROSPECTION_CHECK_ACTIVE = row(
      "introspection_check_active",
      BOOLEAN,
      true,
      "Refuse tokens that the issuer does not say are active.");
  static final Field<Boolean> CACHE_INTROSPECTION =
      row("cache_introspection", BOOLEAN, true, "Remember what introspection said.");
  static final Field<List<String>> AUDIENCE_REQUIRED = row(
      "audience_required",
      listOf(REFERENCEABLE),
      "Audiences of which an access token must name one; an item of several words: all of them.");
  static final Field<List<String>> AUDIENCE_CLAIM = row(
      "audience_claim",
      listOf(TEXT),
      List.of("aud"),
      "Path to the claim that holds them; an index counts from 1.");
  static final Field<List<String>> SCOPES_REQUIRED =
      row("scopes_required", listOf(REFERENCEABLE), "The same for scopes.");
  static final Field<List<String>> SCOPES_CLAIM =
      row("scopes_claim", listOf(TEXT), List.of("scope"), "Path to the claim that holds them.");
  static final Field<List<String>> GROUPS_REQUIRED =
      row("groups_required", listOf(REFERENCEABLE), "The same for groups.");
  static final Field<List<String>> GROUPS_CLAIM =
      row("groups_claim", listOf(TEXT), List.of("groups"), "Path to the claim that holds them.");
  static final Field<List<String>> ROLES_REQUIRED =
      row("roles_required", listOf(REFERENCEABLE), "The same for roles.");
  static final Field<List<String>> ROLES_CLAIM =
      row("roles_claim", listOf(TEXT), List.of("roles"), "Path to the claim that holds them.");
  static final Field<List<String>> CLAIMS_FORBIDDEN =
      row("claims_forbidden", listOf(TEXT), "Names of claims that an access token must not have.");
  static final Field<Boolean> INSECURE_ANY_AUDIENCE = row(
      "insecure_any_audience",
      BOOLEAN,
      false,
      "`bearer` and `introspection` may do without `audience_required`: any token of the issuer opens the door.");
  static final Field<String> PROOF_OF_POSSESSION_MTLS = row(
      "proof_of_possession_mtls",
      POSSESSION,
      "off",
      "Callers' tokens bound to a client certificate (RFC 8705 section 3): `strict` demands one, `optional` checks it where the token is bound, `off` refuses bound tokens.");
  static final Field<String> PROOF_OF_POSSESSION_DPOP = row(
      "proof_of_possession_dpop",
      POSSESSION,
      "off",
      "The same for tokens bound to a DPoP key (RFC 9449 section 7).");
  static final Field<Boolean> PROOF_OF_POSSESSION_AUTH_METHODS_VALIDATION = row(
      "proof_of_possession_auth_methods_validation",
      BOOLEAN,
      true,
      "Refuse `strict` beside methods that bring no token of the caller's; false: they pass without proof.");
  static final Field<CertificateHeaderSettings> PROOF_OF_POSSESSION_MTLS_FROM_HEADER = row(
      "proof_of_possession_mtls_from_header",
      new CertificateHeaderType(),
      "The caller's certificate is taken from a header of a trusted peer instead of TLS: `certificate_header_name`, `certificate_header_format` (url_encoded, base64_encoded), `ca_certificates` (ids of entries, PEM or files), `secure_source` (true: of `trusted_ips` only), `allow_partial_chain`, `revocation_check_mode` (only SKIP), `cert_cache_ttl` (milliseconds).");
  static final Field<Boolean> DPOP_USE_NONCE = row(
      "dpop_use_nonce", BOOLEAN, false, "Proofs must hold a nonce of ours (RFC 9449 section 9).");
  static final Field<Double> DPOP_PROOF_LIFETIME = row(
      "dpop_proof_lifetime",
      number(1, 3600),
      300.0,
      "How long a proof may be used, from its nonce on, else from its iat on, seconds.");
  static final Field<List<String>> TRUSTED_IPS = row(
      "trusted_ips",
      listOf(TEXT),
      List.of(),
      "Peers (addresses, or networks such as 10.0.0.0/8) whose certificate headers are believed; in the proxy: `--trusted-ips`.");
  static final Field<List<String>> PASSWORD_PARAM_TYPE = row(
      "password_param_type",
      listOf(LOCATION),
      EVERYWHERE,
      "Where user name and password are looked for.");
  static final Field<List<String>> CLIENT_CREDENTIALS_PARAM_TYPE = row(
      "client_credentials_param_type",
      listOf(LOCATION),
      EVERYWHERE,
      "Where the caller's client id and secret are looked for.");
  static final Field<List<String>> REFRESH_TOKEN_PARAM_TYPE = row(
      "refresh_token_param_type",
      listOf(LOCATION),
      EVERYWHERE,
      "Where the refresh token is looked for.");
  static final Field<String> REFRESH_TOKEN_PARAM_NAME = row(
      "refresh_token_param_name",
      TEXT,
      "Name of the refresh token's header (case, `_` and `-` do not matter) or parameter (to the letter).");
  static final Field<Boolean> HIDE_CREDENTIALS = row(
      "hide_credentials",
      BOOLEAN,
      true,
      "The credential that was used does not reach the upstream.");
  static final Field<Integer> CREDENTIAL_BODY_LIMIT = row(
      "credential_body_limit",
      integer(0, 16 * 1024 * 1024),
      65_536,
      "Largest body that is searched for credentials, bytes.");

  static final Field<List<String>> SCOPES = row(
      "scopes",
      listOf(REFERENCEABLE),
      List.of("openid"),
      "Scope of the token request; an empty list sends none.");
  static final Field<List<String>> AUDIENCE = row(
      "audience",
      listOf(TEXT),
      "Audiences beside the client that an ID token may name (OIDC Core 3.1.3.7).");
  static final Field<List<String>> TOKEN_HEADERS_NAMES =
      row("token_headers_names", listOf(TEXT), "Names of extra headers of the token request.");
  static final Field<List<String>> TOKEN_HEADERS_VALUES =
      row("token_headers_values", listOf(REFERENCEABLE), "Their values, in the same order.");
  static final Field<List<String>> TOKEN_HEADERS_CLIENT = row(
      "token_headers_client",
      listOf(TEXT),
      "Headers of the caller that are copied to the token request.");
  static final Field<List<String>> TOKEN_POST_ARGS_NAMES =
      row("token_post_args_names", listOf(TEXT), "Names of extra parameters of the token request.");
  static final Field<List<String>> TOKEN_POST_ARGS_VALUES =
      row("token_post_args_values", listOf(REFERENCEABLE), "Their values, in the same order.");
  static final Field<List<String>> TOKEN_POST_ARGS_CLIENT = row(
      "token_post_args_client",
      listOf(TEXT),
      "Parameters of the caller's query, body or headers (the first that has it) that are copied to the token request.");
  static final Field<List<String>> TOKEN_HEADERS_REPLAY = row(
      "token_headers_replay",
      listOf(TEXT),
      "Headers of the token endpoint's answer that the caller gets.");
  static final Field<String> TOKEN_HEADERS_PREFIX =
      row("token_headers_prefix", TEXT, "Put before the names of replayed headers.");
  static final Field<List<String>> TOKEN_HEADERS_GRANTS = row(
      "token_headers_grants", listOf(GRANT), "Grants whose headers are replayed; default: all.");

  static final Field<Boolean> VERIFY_SIGNATURE =
      row("verify_signature", BOOLEAN, true, "Verify the signatures of tokens.");
  static final Field<Boolean> VERIFY_CLAIMS = row(
      "verify_claims", BOOLEAN, true, "Verify iss, exp, nbf, iat, aud, azp and at_hash of tokens.");
  static final Field<List<String>> IGNORE_SIGNATURE = row(
      "ignore_signature",
      listOf(oneOf(
          "authorization_code",
          "client_credentials",
          "introspection",
          "password",
          "refresh_token",
          "session",
          "userinfo")),
      List.of(),
      "Grants whose access tokens are taken without looking at the signature.");
  static final Field<Double> LEEWAY = row(
      "leeway",
      number(0, 3600),
      0.0,
      "Tolerated difference of clocks for exp, nbf and iat, seconds.");

  static final Field<Boolean> CACHE_TOKENS =
      row("cache_tokens", BOOLEAN, true, "Remember the tokens of a credential.");
  static final Field<Double> CACHE_TTL = row(
      "cache_ttl",
      number(0, YEAR),
      3600.0,
      "How long tokens without an expiry are remembered, seconds.");
  static final Field<Double> CACHE_TTL_MAX =
      row("cache_ttl_max", number(0, YEAR), "Longest time that tokens are remembered, seconds.");
  static final Field<Double> CACHE_TTL_MIN = row(
      "cache_ttl_min",
      number(0, YEAR),
      "Shortest time that tokens are remembered, seconds; never past the token's own exp.");
  static final Field<Secret> CACHE_TOKENS_SALT = row(
      "cache_tokens_salt",
      SECRET,
      "Goes into the cache key: equal salts share what is remembered, default: shared with nobody.");
  static final Field<Boolean> TOKEN_CACHE_KEY_INCLUDE_SCOPE = row(
      "token_cache_key_include_scope",
      BOOLEAN,
      false,
      "Accepted for Kong's sake: the scope always is part of the key.");
  static final Field<Double> CACHE_TTL_NEG =
      row("cache_ttl_neg", number(0, 3600), "Kong's name of `negative_ttl`.");
  static final Field<Double> NEGATIVE_TTL = row(
      "negative_ttl",
      number(0, 3600),
      5.0,
      "How long a definite rejection is remembered for that very credential, seconds.");
  static final Field<Double> ROTATION_GRACE = row(
      "rotation_grace",
      number(0, 3600),
      30.0,
      "How long a refresh token that the issuer replaced is answered with what it was exchanged for, seconds.");
  static final Field<Boolean> REFRESH_TOKENS = row(
      "refresh_tokens",
      BOOLEAN,
      true,
      "Renew remembered tokens ahead of their end (see `refresh_ahead`).");
  static final Field<Double> REFRESH_AHEAD = row(
      "refresh_ahead",
      number(0, 3600),
      10.0,
      "Remembered tokens this close to their end are renewed in the background, seconds; at most half of their life.");
  static final Field<Boolean> STREAM_UNTIL_EXPIRY = row(
      "stream_until_expiry",
      BOOLEAN,
      true,
      "The proxy closes WebSockets, event streams and gRPC calls when the token that opened them ends.");
  static final Field<Double> STREAM_GRACE = row(
      "stream_grace",
      number(0, 3600),
      5.0,
      "How much longer than the token they may last, seconds.");
  static final Field<Double> JWKS_MAX_STALE = row(
      "jwks_max_stale",
      number(0, YEAR),
      DAY,
      "How long the last good keys serve while the issuer cannot be reached, seconds.");

  static final Field<String> UNAUTHORIZED_ERROR_MESSAGE =
      row("unauthorized_error_message", TEXT, "Unauthorized", "The `message` of a 401.");
  static final Field<String> FORBIDDEN_ERROR_MESSAGE =
      row("forbidden_error_message", TEXT, "Forbidden", "The `message` of a 403.");
  static final Field<Boolean> DISPLAY_ERRORS =
      row("display_errors", BOOLEAN, false, "Tell the caller what exactly was wrong.");
  static final Field<Boolean> EXPOSE_ERROR_CODE =
      row("expose_error_code", BOOLEAN, true, "Put RFC 6750's error code into the challenge.");

  static final Field<Integer> TIMEOUT = row(
      "timeout",
      integer(1, 600_000),
      10_000,
      "Longest time for one call of the issuer, from first to last byte, milliseconds.");
  static final Field<String> HTTP_PROXY =
      row("http_proxy", TEXT, "Proxy for an http issuer, a URL.");
  static final Field<Secret> HTTP_PROXY_AUTHORIZATION =
      row("http_proxy_authorization", SECRET, "`Proxy-Authorization` for it, such as `Basic …`.");
  static final Field<String> HTTPS_PROXY =
      row("https_proxy", TEXT, "Proxy for an https issuer, a URL.");
  static final Field<Secret> HTTPS_PROXY_AUTHORIZATION = row(
      "https_proxy_authorization",
      SECRET,
      "`Proxy-Authorization` for it; a web application's JVM needs `-Djdk.http.auth.tunneling.disabledSchemes=` for that.");
  static final Field<String> NO_PROXY = row(
      "no_proxy",
      TEXT,
      "Hosts and domains that are reached without a proxy, separated by commas; `*` for all.");
  static final Field<Boolean> KEEPALIVE = row(
      "keepalive",
      new OnlyType<>(BOOLEAN, true),
      true,
      "Connections to the issuer are kept as long as they are good.");
  static final Field<Boolean> SSL_VERIFY =
      row("ssl_verify", BOOLEAN, true, "Verify the issuer's certificate and host name.");
  static final Field<String> CA_CERTIFICATES_FILE = row(
      "ca_certificates_file",
      TEXT,
      "PEM file with certificates that are trusted for the issuer beside the JVM's.");
  static final Field<Boolean> INSECURE_HTTP_ISSUER =
      row("insecure_http_issuer", BOOLEAN, false, "The issuer may be plain http beyond loopback.");

  private static final List<Field<?>> ALL = Stream.of(
          ROWS.all(), CallerFields.rows(), IdentityFields.rows())
      .<Field<?>>flatMap(List::stream)
      .toList();

  private static final Map<String, Field<?>> BY_NAME =
      ALL.stream().collect(Collectors.toUnmodifiableMap(Field::name, field -> field));

  private OidcFields() {}

  /** All rows, in the order of the reference. */
  static List<Field<?>> rows() {
    return ALL;
  }

  /** The row of this name; null where there is none. */
  static @Nullable Field<?> named(String name) {
    return BY_NAME.get(name);
  }

  private static <T> Field<T> row(String name, FieldType<T> type, String sentence) {
    return ROWS.row(name, type, sentence);
  }

  private static <T> Field<T> row(String name, FieldType<T> type, T defaultValue, String sentence) {
    return ROWS.row(name, type, defaultValue, sentence);
  }
}
