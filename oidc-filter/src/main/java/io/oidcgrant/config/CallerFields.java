package io.oidcgrant.config;

import static io.oidcgrant.config.FieldType.BOOLEAN;
import static io.oidcgrant.config.FieldType.REFERENCEABLE;
import static io.oidcgrant.config.FieldType.TEXT;
import static io.oidcgrant.config.FieldType.listOf;
import static io.oidcgrant.config.FieldType.number;
import static io.oidcgrant.config.FieldType.oneOf;

import com.nimbusds.jose.jwk.JWK;
import java.util.List;

/** Rows of the field table: tokens that callers bring, and what the issuer is asked about them. */
final class CallerFields {
  private static final FieldRows ROWS = new FieldRows();

  static final Field<String> BEARER_TOKEN_COOKIE_NAME = ROWS.row(
      "bearer_token_cookie_name",
      TEXT,
      "Name of the cookie that may hold the access token, for the location `cookie`.");
  static final Field<List<String>> ID_TOKEN_PARAM_TYPE = ROWS.row(
      "id_token_param_type",
      listOf(oneOf("header", "query", "body")),
      List.of("header", "query", "body"),
      "Where an ID token beside a caller's access token is looked for; the first that has it.");
  static final Field<String> ID_TOKEN_PARAM_NAME = ROWS.row(
      "id_token_param_name",
      TEXT,
      "Name of its header (case, `_` and `-` do not matter) or parameter (to the letter); without it none is looked for.");
  static final Field<String> JWT_SESSION_COOKIE = ROWS.row(
      "jwt_session_cookie",
      TEXT,
      "Cookie whose value must be that of `jwt_session_claim` in a caller's token.");
  static final Field<String> JWT_SESSION_CLAIM = ROWS.row(
      "jwt_session_claim", TEXT, "sid", "The claim that `jwt_session_cookie` is compared with.");
  static final Field<List<String>> EXTRA_JWKS_URIS = ROWS.row(
      "extra_jwks_uris",
      listOf(REFERENCEABLE),
      "More addresses of keys, which count for every accepted issuer that has none of its own in `issuer_jwks`.");
  static final Field<List<IssuerKeys>> ISSUER_JWKS = ROWS.row(
      "issuer_jwks",
      listOf(new IssuerKeysType()),
      "Issuers beside the configured one with keys of their own, which count for them alone: `issuer`, `jwks_uri`. They are accepted where `issuers_allowed` is not set.");
  static final Field<Boolean> ENABLE_HS_SIGNATURES = ROWS.row(
      "enable_hs_signatures",
      BOOLEAN,
      false,
      "Accept HS256, HS384 and HS512 signatures made with a client's secret that is at least as long as the hash (RFC 7518 section 3.2); not for issuers of `issuer_jwks`.");
  static final Field<List<JWK>> DECRYPTION_JWK = ROWS.row(
      "decryption_jwk",
      listOf(new JwkType()),
      "Private keys for encrypted tokens (RFC 7516) that hold a signed one: RSA with RSA-OAEP or RSA-OAEP-256, EC with ECDH-ES; without them an encrypted token is opaque.");
  static final Field<String> ACCESS_TOKEN_PROFILE = ROWS.row(
      "access_token_profile",
      oneOf("any", "rfc9068"),
      "any",
      "`rfc9068`: access tokens must be of type `at+jwt` and have the claims of RFC 9068 section 2.2; `leeway` at most 60.");
  static final Field<Double> MAX_AGE = ROWS.row(
      "max_age",
      number(0, 366 * 86_400.0),
      "Longest time since the user was authenticated (`auth_time`), seconds; older: 401 with `insufficient_user_authentication` (RFC 9470).");
  static final Field<List<String>> ACR_VALUES = ROWS.row(
      "acr_values",
      listOf(TEXT),
      "Authentication contexts of which the claim `acr` must be one; else 401 with `insufficient_user_authentication` (RFC 9470).");
  static final Field<List<String>> DOMAINS =
      ROWS.row("domains", listOf(TEXT), "Domains of which the claim `hd` must be one; else 403.");

  static final Field<Boolean> INTROSPECT_JWT_TOKENS = ROWS.row(
      "introspect_jwt_tokens",
      BOOLEAN,
      false,
      "Ask the issuer also about JWTs that are verified here: sees revocation.");
  static final Field<String> INTROSPECTION_ACCEPT = ROWS.row(
      "introspection_accept",
      oneOf("application/json", "application/jwt", "application/token-introspection+jwt"),
      "application/json",
      "The form in which introspection must be answered; the last is signed (RFC 9701).");
  static final Field<List<String>> INTROSPECTION_HEADERS_NAMES = ROWS.row(
      "introspection_headers_names", listOf(TEXT), "Names of extra headers of introspection.");
  static final Field<List<String>> INTROSPECTION_HEADERS_VALUES = ROWS.row(
      "introspection_headers_values", listOf(REFERENCEABLE), "Their values, in the same order.");
  static final Field<List<String>> INTROSPECTION_HEADERS_CLIENT = ROWS.row(
      "introspection_headers_client",
      listOf(TEXT),
      "Headers of the caller that are copied to introspection.");
  static final Field<List<String>> INTROSPECTION_POST_ARGS_NAMES = ROWS.row(
      "introspection_post_args_names", listOf(TEXT), "Names of extra parameters of introspection.");
  static final Field<List<String>> INTROSPECTION_POST_ARGS_VALUES = ROWS.row(
      "introspection_post_args_values", listOf(REFERENCEABLE), "Their values, in the same order.");
  static final Field<List<String>> INTROSPECTION_POST_ARGS_CLIENT = ROWS.row(
      "introspection_post_args_client",
      listOf(TEXT),
      "Parameters of the caller's query or body that are copied to introspection.");
  static final Field<List<String>> INTROSPECTION_POST_ARGS_CLIENT_HEADERS = ROWS.row(
      "introspection_post_args_client_headers",
      listOf(TEXT),
      "Headers of the caller that become parameters of introspection, under their own names.");

  static final Field<String> USERINFO_ENDPOINT =
      ROWS.row("userinfo_endpoint", TEXT, "Userinfo endpoint, instead of the discovered one.");
  static final Field<String> USERINFO_ACCEPT = ROWS.row(
      "userinfo_accept",
      oneOf("application/json", "application/jwt"),
      "application/json",
      "The form in which userinfo is asked for; a JWT is verified (OIDC Core 5.3.2).");
  static final Field<List<String>> USERINFO_HEADERS_NAMES =
      ROWS.row("userinfo_headers_names", listOf(TEXT), "Names of extra headers of userinfo.");
  static final Field<List<String>> USERINFO_HEADERS_VALUES = ROWS.row(
      "userinfo_headers_values", listOf(REFERENCEABLE), "Their values, in the same order.");
  static final Field<List<String>> USERINFO_HEADERS_CLIENT = ROWS.row(
      "userinfo_headers_client",
      listOf(TEXT),
      "Headers of the caller that are copied to userinfo.");
  static final Field<List<String>> USERINFO_QUERY_ARGS_NAMES = ROWS.row(
      "userinfo_query_args_names", listOf(TEXT), "Names of extra query parameters of userinfo.");
  static final Field<List<String>> USERINFO_QUERY_ARGS_VALUES = ROWS.row(
      "userinfo_query_args_values", listOf(REFERENCEABLE), "Their values, in the same order.");
  static final Field<List<String>> USERINFO_QUERY_ARGS_CLIENT = ROWS.row(
      "userinfo_query_args_client",
      listOf(TEXT),
      "Parameters of the caller's query or body that are copied to userinfo.");
  static final Field<Boolean> SEARCH_USER_INFO = ROWS.row(
      "search_user_info",
      BOOLEAN,
      false,
      "Ask userinfo with every access token, for claims that the token lacks.");
  static final Field<Boolean> CACHE_USER_INFO =
      ROWS.row("cache_user_info", BOOLEAN, true, "Remember what userinfo said.");

  static final Field<TokenExchangeSettings> TOKEN_EXCHANGE = ROWS.row(
      "token_exchange",
      new TokenExchangeType(),
      "Exchange callers' tokens for ours before all else (RFC 8693): `subject_token_issuers` (`issuer`, `conditions`, `verify_signature`, `jwks_uri`, and ours: `audience_required`, of which a token must name one), `request` (`scopes`, `audience`, `empty_scopes`, `empty_audience`), `cache` (`enabled`, `ttl`).");

  private CallerFields() {}

  static List<Field<?>> rows() {
    return ROWS.all();
  }
}
