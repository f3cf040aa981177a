package io.oidcgrant.config;

import io.oidcgrant.protocol.EndpointAddress;
import io.oidcgrant.protocol.Secret;
import io.oidcgrant.protocol.TokenPart;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/** What the fields of {@code upstream-oauth} must be to each other. */
final class UpstreamOAuthRules {
  private static final Set<String> RESERVED_HEADERS = Set.of(
      "connection",
      "content-length",
      "content-type",
      "expect",
      "host",
      "te",
      "trailer",
      "transfer-encoding",
      "upgrade");

  /** Fields of the one plugin that are fields of the other under another name. */
  private static final Map<String, Field<?>> NAMES = Map.ofEntries(
      Map.entry("issuer", UpstreamOAuthFields.ISSUER),
      Map.entry("token_endpoint", UpstreamOAuthFields.TOKEN_ENDPOINT),
      Map.entry("client_id", UpstreamOAuthFields.CLIENT_ID),
      Map.entry("client_secret", UpstreamOAuthFields.CLIENT_SECRET),
      Map.entry("client_auth", UpstreamOAuthFields.AUTH_METHOD),
      Map.entry("client_alg", UpstreamOAuthFields.CLIENT_ALG),
      Map.entry("client_jwk", UpstreamOAuthFields.CLIENT_JWK),
      Map.entry("tls_client_auth_cert", UpstreamOAuthFields.TLS_CLIENT_AUTH_CERT),
      Map.entry("tls_client_auth_cert_id", UpstreamOAuthFields.TLS_CLIENT_AUTH_CERT_ID),
      Map.entry("tls_client_auth_key", UpstreamOAuthFields.TLS_CLIENT_AUTH_KEY),
      Map.entry("tls_client_auth_key_password", UpstreamOAuthFields.TLS_CLIENT_AUTH_KEY_PASSWORD),
      Map.entry("token_endpoint_dpop", UpstreamOAuthFields.TOKEN_ENDPOINT_DPOP),
      Map.entry("dpop_jwk", UpstreamOAuthFields.DPOP_JWK),
      Map.entry("upstream_dpop", UpstreamOAuthFields.UPSTREAM_DPOP),
      Map.entry("upstream_access_token_header", UpstreamOAuthFields.HEADER_NAME),
      Map.entry("token_headers_names", UpstreamOAuthFields.TOKEN_HEADERS),
      Map.entry("token_headers_values", UpstreamOAuthFields.TOKEN_HEADERS),
      Map.entry("token_post_args_names", UpstreamOAuthFields.TOKEN_POST_ARGS),
      Map.entry("token_post_args_values", UpstreamOAuthFields.TOKEN_POST_ARGS),
      Map.entry("http_proxy", UpstreamOAuthFields.HTTP_PROXY),
      Map.entry("http_proxy_authorization", UpstreamOAuthFields.HTTP_PROXY_AUTHORIZATION),
      Map.entry("https_proxy", UpstreamOAuthFields.HTTPS_PROXY),
      Map.entry("https_proxy_authorization", UpstreamOAuthFields.HTTPS_PROXY_AUTHORIZATION),
      Map.entry("no_proxy", UpstreamOAuthFields.NO_PROXY));

  private UpstreamOAuthRules() {}

  static void check(Values values, BiConsumer<Field<?>, String> problem) {
    endpoint(values, problem);
    grant(values, problem);
    String header = values.get(UpstreamOAuthFields.HEADER_NAME);
    if (!OidcRules.isHeaderName(header)) {
      problem.accept(UpstreamOAuthFields.HEADER_NAME, "cannot be the name of a header");
    } else if (RESERVED_HEADERS.contains(header.toLowerCase(Locale.ROOT).replace('_', '-'))) {
      problem.accept(
          UpstreamOAuthFields.HEADER_NAME, "is " + header + ", which the message sets itself");
    }
    if (!values.get(UpstreamOAuthFields.ERROR_CONTENT_TYPE).matches("[!-~]+/[ -~]*[!-~]")) {
      problem.accept(UpstreamOAuthFields.ERROR_CONTENT_TYPE, "must be a media type");
    }
    if (values.find(UpstreamOAuthFields.CLIENT_ID).isPresent()) {
      Values requests = requests(values);
      BiConsumer<Field<?>, String> translated =
          (field, message) -> problem.accept(NAMES.getOrDefault(field.name(), field), message);
      ClientRules.check(requests, translated);
      HeaderRules.check(requests, translated);
    }
  }

  private static void endpoint(Values values, BiConsumer<Field<?>, String> problem) {
    Optional<String> endpoint = values.find(UpstreamOAuthFields.TOKEN_ENDPOINT);
    Optional<String> issuer = values.find(UpstreamOAuthFields.ISSUER);
    if (endpoint.isEmpty() && issuer.isEmpty()) {
      problem.accept(
          UpstreamOAuthFields.TOKEN_ENDPOINT,
          "is missing: where tokens are asked for, or oauth.issuer");
    }
    boolean http = values.get(UpstreamOAuthFields.INSECURE_HTTP_ISSUER);
    for (Field<String> field :
        List.of(UpstreamOAuthFields.TOKEN_ENDPOINT, UpstreamOAuthFields.ISSUER)) {
      values
          .find(field)
          .flatMap(text -> EndpointAddress.wrong(text, http))
          .ifPresent(wrong -> problem.accept(field, wrong));
    }
    if (values.find(UpstreamOAuthFields.CLIENT_ID).isEmpty()) {
      problem.accept(UpstreamOAuthFields.CLIENT_ID, "is missing: the client that asks");
    }
  }

  private static void grant(Values values, BiConsumer<Field<?>, String> problem) {
    boolean password = values.get(UpstreamOAuthFields.GRANT_TYPE).equals("password");
    for (Field<Secret> field :
        List.of(UpstreamOAuthFields.USERNAME, UpstreamOAuthFields.PASSWORD)) {
      if (password && values.find(field).filter(text -> !text.isEmpty()).isEmpty()) {
        problem.accept(field, "is missing: oauth.grant_type is password");
      }
    }
  }

  /** The token requests in the words of {@code openid-connect}. */
  static Values requests(Values values) {
    Values requests = new Values();
    Optional<String> issuer = values.find(UpstreamOAuthFields.ISSUER);
    Optional<String> endpoint = values.find(UpstreamOAuthFields.TOKEN_ENDPOINT);
    requests.put(OidcFields.ISSUER, issuer.or(() -> endpoint));
    requests.put(OidcFields.USING_PSEUDO_ISSUER, Optional.of(issuer.isEmpty()));
    requests.put(OidcFields.TOKEN_ENDPOINT, endpoint);
    requests.put(OidcFields.AUTH_METHODS, Optional.of(List.of("client_credentials")));
    // It is the upstream that takes the token, not we.
    requests.put(OidcFields.VERIFY_SIGNATURE, Optional.of(false));
    requests.put(
        OidcFields.CLIENT_ID, values.find(UpstreamOAuthFields.CLIENT_ID).map(List::of));
    requests.put(
        OidcFields.CLIENT_SECRET, values.find(UpstreamOAuthFields.CLIENT_SECRET).map(List::of));
    String method = values.get(UpstreamOAuthFields.AUTH_METHOD);
    requests.put(OidcFields.CLIENT_AUTH_METHOD, Optional.of(List.of(method)));
    requests.put(
        OidcFields.CLIENT_ALG_NAMES,
        (method.equals("client_secret_jwt")
                ? values.find(UpstreamOAuthFields.CLIENT_SECRET_JWT_ALG)
                : values.find(UpstreamOAuthFields.CLIENT_ALG))
            .map(List::of));
    requests.put(
        OidcFields.CLIENT_JWK, values.find(UpstreamOAuthFields.CLIENT_JWK).map(List::of));
    requests.put(OidcFields.SCOPES, values.find(UpstreamOAuthFields.SCOPES));
    pairs(
        requests,
        values.find(UpstreamOAuthFields.TOKEN_HEADERS),
        OidcFields.TOKEN_HEADERS_NAMES,
        OidcFields.TOKEN_HEADERS_VALUES);
    pairs(
        requests,
        values.find(UpstreamOAuthFields.TOKEN_POST_ARGS),
        OidcFields.TOKEN_POST_ARGS_NAMES,
        OidcFields.TOKEN_POST_ARGS_VALUES);
    same(requests, values, OidcFields.CLIENT_KEYS_FILE, UpstreamOAuthFields.CLIENT_KEYS_FILE);
    same(
        requests,
        values,
        OidcFields.TLS_CLIENT_AUTH_CERT_ID,
        UpstreamOAuthFields.TLS_CLIENT_AUTH_CERT_ID);
    same(
        requests,
        values,
        OidcFields.TLS_CLIENT_AUTH_CERT,
        UpstreamOAuthFields.TLS_CLIENT_AUTH_CERT);
    same(requests, values, OidcFields.TLS_CLIENT_AUTH_KEY, UpstreamOAuthFields.TLS_CLIENT_AUTH_KEY);
    same(
        requests,
        values,
        OidcFields.TLS_CLIENT_AUTH_KEY_PASSWORD,
        UpstreamOAuthFields.TLS_CLIENT_AUTH_KEY_PASSWORD);
    same(requests, values, OidcFields.TLS_CLIENT_AUTH_SSL_VERIFY, UpstreamOAuthFields.SSL_VERIFY);
    same(requests, values, OidcFields.TOKEN_ENDPOINT_DPOP, UpstreamOAuthFields.TOKEN_ENDPOINT_DPOP);
    same(requests, values, OidcFields.DPOP_JWK, UpstreamOAuthFields.DPOP_JWK);
    same(requests, values, OidcFields.UPSTREAM_DPOP, UpstreamOAuthFields.UPSTREAM_DPOP);
    requests.put(
        IdentityFields.upstream(TokenPart.ACCESS_TOKEN),
        values.find(UpstreamOAuthFields.HEADER_NAME).map(name -> name + ":bearer"));
    same(requests, values, OidcFields.TIMEOUT, UpstreamOAuthFields.TIMEOUT);
    same(requests, values, OidcFields.SSL_VERIFY, UpstreamOAuthFields.SSL_VERIFY);
    same(
        requests,
        values,
        OidcFields.CA_CERTIFICATES_FILE,
        UpstreamOAuthFields.CA_CERTIFICATES_FILE);
    same(
        requests,
        values,
        OidcFields.INSECURE_HTTP_ISSUER,
        UpstreamOAuthFields.INSECURE_HTTP_ISSUER);
    same(requests, values, OidcFields.HTTP_PROXY, UpstreamOAuthFields.HTTP_PROXY);
    same(
        requests,
        values,
        OidcFields.HTTP_PROXY_AUTHORIZATION,
        UpstreamOAuthFields.HTTP_PROXY_AUTHORIZATION);
    same(requests, values, OidcFields.HTTPS_PROXY, UpstreamOAuthFields.HTTPS_PROXY);
    same(
        requests,
        values,
        OidcFields.HTTPS_PROXY_AUTHORIZATION,
        UpstreamOAuthFields.HTTPS_PROXY_AUTHORIZATION);
    same(requests, values, OidcFields.NO_PROXY, UpstreamOAuthFields.NO_PROXY);
    return requests;
  }

  private static <T> void same(Values requests, Values values, Field<T> to, Field<T> from) {
    requests.put(to, values.find(from));
  }

  private static void pairs(
      Values requests,
      Optional<Map<String, String>> written,
      Field<List<String>> names,
      Field<List<String>> texts) {
    Map<String, String> pairs = written.orElse(Map.of());
    requests.put(names, Optional.of(new ArrayList<>(pairs.keySet())));
    requests.put(texts, Optional.of(new ArrayList<>(pairs.values())));
  }
}
