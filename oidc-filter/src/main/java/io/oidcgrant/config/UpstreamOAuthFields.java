package io.oidcgrant.config;

import static io.oidcgrant.config.FieldType.BOOLEAN;
import static io.oidcgrant.config.FieldType.REFERENCEABLE;
import static io.oidcgrant.config.FieldType.SECRET;
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

/**
 * The fields of {@code upstream-oauth} that this release implements, Kong's and ours: one row each.
 * What stands before the dot is the mapping that holds the field.
 */
final class UpstreamOAuthFields {
  private static final FieldRows ROWS = new FieldRows();
  private static final int YEAR = 366 * 86_400;

  static final Field<String> TOKEN_ENDPOINT = ROWS.row(
      "oauth.token_endpoint",
      REFERENCEABLE,
      "Where tokens are asked for. Required, unless `oauth.issuer` is there.");
  static final Field<String> ISSUER = ROWS.row(
      "oauth.issuer",
      REFERENCEABLE,
      "The issuer, whose discovery document names the token endpoint.");
  static final Field<String> GRANT_TYPE = ROWS.row(
      "oauth.grant_type",
      oneOf("client_credentials", "password", "token_exchange"),
      "client_credentials",
      "How tokens are asked for; `token_exchange`: for the access token with which the caller came or that the `openid-connect` plugin before this one has (RFC 8693).");
  static final Field<Secret> CLIENT_ID =
      ROWS.row("oauth.client_id", SECRET, "The client that asks.");
  static final Field<Secret> CLIENT_SECRET = ROWS.row("oauth.client_secret", SECRET, "Its secret.");
  static final Field<Secret> USERNAME =
      ROWS.row("oauth.username", SECRET, "The user, for `password`.");
  static final Field<Secret> PASSWORD = ROWS.row("oauth.password", SECRET, "His password.");
  static final Field<List<String>> SCOPES = ROWS.row(
      "oauth.scopes",
      listOf(REFERENCEABLE),
      List.of("openid"),
      "Scope of the token request; an empty list sends none.");
  static final Field<List<String>> AUDIENCE = ROWS.row(
      "oauth.audience",
      listOf(REFERENCEABLE),
      List.of(),
      "Audiences that are asked for, each in an `audience` parameter of its own.");
  static final Field<Map<String, String>> TOKEN_HEADERS =
      ROWS.row("oauth.token_headers", new TextMapType(), "Extra headers of the token request.");
  static final Field<Map<String, String>> TOKEN_POST_ARGS = ROWS.row(
      "oauth.token_post_args", new TextMapType(), "Extra parameters of the token request.");

  static final Field<String> AUTH_METHOD = ROWS.row(
      "client.auth_method",
      oneOf(
          "client_secret_basic",
          "client_secret_post",
          "client_secret_jwt",
          "private_key_jwt",
          "tls_client_auth",
          "self_signed_tls_client_auth",
          "none"),
      "client_secret_post",
      "How the client proves itself.");
  static final Field<String> CLIENT_SECRET_JWT_ALG = ROWS.row(
      "client.client_secret_jwt_alg",
      oneOf("HS256", "HS512"),
      "HS512",
      "Algorithm for `client_secret_jwt`.");
  static final Field<String> CLIENT_ALG = ROWS.row(
      "client.client_alg",
      oneOf(
          "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"),
      "Algorithm for `private_key_jwt`; default: that of its key, else RS256.");
  static final Field<JWK> CLIENT_JWK = ROWS.row(
      "client.client_jwk",
      new JwkType(),
      "Private key for `private_key_jwt`; default: keys of our own, see `client_keys_file` of `openid-connect`.");
  static final Field<String> CLIENT_KEYS_FILE =
      ROWS.row("client.client_keys_file", TEXT, "File in which keys of our own are kept.");
  static final Field<TlsIdentity.Source> TLS_CLIENT_AUTH_CERT_ID = ROWS.row(
      "client.tls_client_auth_cert_id",
      new CertificateIdType(),
      "Id of the entry of `certificates[]` that proves the client in TLS (RFC 8705).");
  static final Field<String> TLS_CLIENT_AUTH_CERT = ROWS.row(
      "client.tls_client_auth_cert",
      REFERENCEABLE,
      "The same as PEM, or as a file of PEM or PKCS#12, which is read again when it changes.");
  static final Field<Secret> TLS_CLIENT_AUTH_KEY = ROWS.row(
      "client.tls_client_auth_key",
      SECRET,
      "Its private key as PEM or a file; default: it stands beside the certificate.");
  static final Field<Secret> TLS_CLIENT_AUTH_KEY_PASSWORD = ROWS.row(
      "client.tls_client_auth_key_password",
      SECRET,
      "Password of an encrypted key or a PKCS#12 file.");
  static final Field<Boolean> TOKEN_ENDPOINT_DPOP = ROWS.row(
      "client.token_endpoint_dpop",
      BOOLEAN,
      false,
      "Send a DPoP proof with every token request (RFC 9449 section 5); the token must then be bound to its key.");
  static final Field<JWK> DPOP_JWK = ROWS.row(
      "client.dpop_jwk",
      new JwkType(),
      "Private key for DPoP proofs; default: one for ES256, made at start.");
  static final Field<Double> HTTP_VERSION = ROWS.row(
      "client.http_version",
      new OnlyType<>(number(1.0, 1.1), 1.1),
      1.1,
      "Version of HTTP towards the token endpoint.");
  static final Field<String> HTTP_PROXY =
      ROWS.row("client.http_proxy", TEXT, "Proxy for an http token endpoint, a URL.");
  static final Field<Secret> HTTP_PROXY_AUTHORIZATION = ROWS.row(
      "client.http_proxy_authorization",
      SECRET,
      "`Proxy-Authorization` for it, such as `Basic …`.");
  static final Field<String> HTTPS_PROXY =
      ROWS.row("client.https_proxy", TEXT, "Proxy for an https token endpoint, a URL.");
  static final Field<Secret> HTTPS_PROXY_AUTHORIZATION =
      ROWS.row("client.https_proxy_authorization", SECRET, "`Proxy-Authorization` for it.");
  static final Field<String> NO_PROXY = ROWS.row(
      "client.no_proxy", TEXT, "Hosts that are reached without a proxy, separated by commas.");
  static final Field<Integer> TIMEOUT = ROWS.row(
      "client.timeout",
      integer(1, 600_000),
      10_000,
      "Longest time for one token request, from first to last byte, milliseconds.");
  static final Field<Boolean> KEEP_ALIVE = ROWS.row(
      "client.keep_alive",
      new OnlyType<>(BOOLEAN, true),
      true,
      "Connections to the issuer are kept as long as they are good.");
  static final Field<Boolean> SSL_VERIFY = ROWS.row(
      "client.ssl_verify", BOOLEAN, true, "Verify the issuer's certificate and host name.");
  static final Field<String> CA_CERTIFICATES_FILE = ROWS.row(
      "client.ca_certificates_file",
      TEXT,
      "PEM file with certificates that are trusted for the issuer beside the JVM's.");
  static final Field<Boolean> INSECURE_HTTP_ISSUER = ROWS.row(
      "client.insecure_http_issuer",
      BOOLEAN,
      false,
      "The token endpoint may be plain http beyond loopback.");

  static final Field<String> CACHE_STRATEGY = ROWS.row(
      "cache.strategy",
      new Unfinished(List.of("memory"), List.of("redis")),
      "memory",
      "Where tokens are remembered.");
  static final Field<Double> EAGERLY_EXPIRE = ROWS.row(
      "cache.eagerly_expire",
      number(0, YEAR),
      5.0,
      "How long before its end a token is not used any more, seconds.");
  static final Field<Double> DEFAULT_TTL = ROWS.row(
      "cache.default_ttl",
      number(0, YEAR),
      3600.0,
      "Life of a token that is answered without `expires_in`, seconds; never past its own exp.");

  static final Field<String> HEADER_NAME = ROWS.row(
      "behavior.upstream_access_token_header_name",
      TEXT,
      "Authorization",
      "Header with the token for the upstream; the value is `Bearer` and the token.");
  static final Field<Boolean> UPSTREAM_DPOP = ROWS.row(
      "behavior.upstream_dpop",
      BOOLEAN,
      false,
      "Send the token as `Authorization: DPoP` with a fresh proof for each request (RFC 9449 section 7).");
  static final Field<Integer> ERROR_STATUS = ROWS.row(
      "behavior.idp_error_response_status_code",
      integer(500, 599),
      502,
      "Status of the answer where no token can be had.");
  static final Field<String> ERROR_CONTENT_TYPE = ROWS.row(
      "behavior.idp_error_response_content_type",
      TEXT,
      "application/json; charset=utf-8",
      "Its media type.");
  static final Field<String> ERROR_MESSAGE = ROWS.row(
      "behavior.idp_error_response_message",
      TEXT,
      "Failed to authenticate request to upstream",
      "Its message.");
  static final Field<String> ERROR_TEMPLATE = ROWS.row(
      "behavior.idp_error_response_body_template",
      TEXT,
      "{ \"code\": \"{{status}}\", \"message\": \"{{message}}\" }",
      "Its body, with `{{status}}` and `{{message}}`; in JSON the message is escaped.");
  static final Field<List<Integer>> PURGE_STATUSES = ROWS.row(
      "behavior.purge_token_on_upstream_status_codes",
      listOf(integer(100, 599)),
      List.of(401),
      "Statuses of the upstream after which the token is not used again; an empty list: none.");
  static final Field<Boolean> RETRY_ON_PURGE = ROWS.row(
      "behavior.retry_on_purge",
      BOOLEAN,
      true,
      "Repeat the request once with a new token, where its method is idempotent and its body none or in memory; false: the caller gets the upstream's answer, as with Kong.");

  private UpstreamOAuthFields() {}

  static List<Field<?>> rows() {
    return ROWS.all();
  }
}
