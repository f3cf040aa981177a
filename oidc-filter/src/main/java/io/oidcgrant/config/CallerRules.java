package io.oidcgrant.config;

import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.RSAKey;
import io.oidcgrant.config.TokenExchangeSettings.SubjectIssuer;
import io.oidcgrant.protocol.Consumers;
import io.oidcgrant.protocol.EndpointAddress;
import io.oidcgrant.protocol.Secret;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/** What the fields about callers and their tokens must be to each other. */
final class CallerRules {
  /** Bytes: the hash of HS256. */
  private static final int SHORTEST_SECRET = 32;

  private final Values values;
  private final BiConsumer<Field<?>, String> problem;

  private CallerRules(Values values, BiConsumer<Field<?>, String> problem) {
    this.values = values;
    this.problem = problem;
  }

  static void check(Values values, Consumers consumers, BiConsumer<Field<?>, String> problem) {
    CallerRules rules = new CallerRules(values, problem);
    rules.cookie();
    rules.keys();
    rules.exchange();
    rules.effects();
    rules.identity(consumers);
    rules.resource();
  }

  private void cookie() {
    if (values.get(OidcFields.BEARER_TOKEN_PARAM_TYPE).contains("cookie")
        && values.find(CallerFields.BEARER_TOKEN_COOKIE_NAME).isEmpty()) {
      problem.accept(
          CallerFields.BEARER_TOKEN_COOKIE_NAME,
          "is missing: bearer_token_param_type lists cookie");
    }
    if (values.get(CallerFields.ACCESS_TOKEN_PROFILE).equals("rfc9068")
        && values.get(OidcFields.LEEWAY) > 60) {
      problem.accept(OidcFields.LEEWAY, "is more than the 60 seconds of access_token_profile");
    }
    for (String value : values.find(CallerFields.ACR_VALUES).orElse(List.of())) {
      if (value.isEmpty()
          || !value.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '"' && c != '\\')) {
        problem.accept(CallerFields.ACR_VALUES, "must be visible characters without quotes");
      }
    }
  }

  private void keys() {
    for (String address : values.find(CallerFields.EXTRA_JWKS_URIS).orElse(List.of())) {
      address(CallerFields.EXTRA_JWKS_URIS, address);
    }
    List<String> allowed = values.find(OidcFields.ISSUERS_ALLOWED).orElse(List.of());
    Set<String> issuers = new HashSet<>();
    for (IssuerKeys keys : values.find(CallerFields.ISSUER_JWKS).orElse(List.of())) {
      address(CallerFields.ISSUER_JWKS, keys.jwksUri().toString());
      if (!issuers.add(keys.issuer())) {
        problem.accept(CallerFields.ISSUER_JWKS, "names " + keys.issuer() + " twice");
      }
      if (!allowed.isEmpty() && !allowed.contains(keys.issuer())) {
        problem.accept(
            CallerFields.ISSUER_JWKS,
            "names " + keys.issuer() + ", which issuers_allowed does not");
      }
    }
    if (values.get(CallerFields.ENABLE_HS_SIGNATURES)
        && values.find(OidcFields.CLIENT_SECRET).orElse(List.of()).stream()
            .map(Secret::reveal)
            .noneMatch(text -> text.getBytes(StandardCharsets.UTF_8).length >= SHORTEST_SECRET)) {
      problem.accept(
          CallerFields.ENABLE_HS_SIGNATURES,
          "needs a client_secret of at least " + SHORTEST_SECRET + " bytes (RFC 7518 section 3.2)");
    }
    for (JWK key : values.find(CallerFields.DECRYPTION_JWK).orElse(List.of())) {
      if (!(key instanceof RSAKey || key instanceof ECKey) || !key.isPrivate()) {
        problem.accept(CallerFields.DECRYPTION_JWK, "must be private RSA or EC keys");
      }
    }
  }

  /** What is asked for and cannot be done. */
  private void effects() {
    List<String> methods = OidcRules.methods(values);
    boolean bearer = methods.contains("bearer");
    if (values.get(CallerFields.INTROSPECT_JWT_TOKENS) && bearer) {
      if (values.find(OidcFields.CLIENT_ID).orElse(List.of()).isEmpty()) {
        problem.accept(OidcFields.CLIENT_ID, "is missing: introspect_jwt_tokens needs it");
      }
      discovered(OidcFields.INTROSPECTION_ENDPOINT, "introspect_jwt_tokens");
    }
    if (values.get(CallerFields.SEARCH_USER_INFO)) {
      discovered(CallerFields.USERINFO_ENDPOINT, "search_user_info");
    }
    if (values.get(CallerFields.ACCESS_TOKEN_PROFILE).equals("rfc9068") && !bearer) {
      problem.accept(
          CallerFields.ACCESS_TOKEN_PROFILE, "has no effect: bearer is not among auth_methods");
    }
  }

  private void discovered(Field<String> field, String needs) {
    if (values.get(OidcFields.USING_PSEUDO_ISSUER) && values.find(field).isEmpty()) {
      problem.accept(
          field,
          "is missing: " + needs + " needs it, and with using_pseudo_issuer it is not discovered");
    }
  }

  private void exchange() {
    Optional<TokenExchangeSettings> exchange = values.find(CallerFields.TOKEN_EXCHANGE);
    if (exchange.isEmpty()) {
      return;
    }
    if (values.find(OidcFields.CLIENT_ID).orElse(List.of()).isEmpty()) {
      problem.accept(OidcFields.CLIENT_ID, "is missing: token_exchange needs it");
    }
    String own = OidcGrantConfig.identifier(values.find(OidcFields.ISSUER).orElse(""));
    Set<String> issuers = new HashSet<>();
    for (SubjectIssuer issuer : exchange.get().issuers()) {
      boolean target = issuer.issuer().equals(own);
      if (target && issuer.conditions().isEmpty()) {
        problem.accept(
            CallerFields.TOKEN_EXCHANGE,
            "needs conditions for " + issuer.issuer() + ", whose tokens need no exchange else");
      }
      if (!target && issuer.conditions().isPresent()) {
        problem.accept(
            CallerFields.TOKEN_EXCHANGE,
            "has conditions for " + issuer.issuer() + ", whose tokens are always exchanged");
      }
      if (!issuers.add(issuer.issuer())) {
        problem.accept(CallerFields.TOKEN_EXCHANGE, "names " + issuer.issuer() + " twice");
      }
      issuer
          .jwksUri()
          .map(URI::toString)
          .ifPresent(text -> address(CallerFields.TOKEN_EXCHANGE, text));
      if (issuer.verified() && !target && issuer.jwksUri().isEmpty()) {
        address(CallerFields.TOKEN_EXCHANGE, issuer.issuer());
      }
    }
  }

  private void identity(Consumers consumers) {
    if (values.get(IdentityFields.CONSUMER_BY).isEmpty()) {
      problem.accept(IdentityFields.CONSUMER_BY, "is empty: list username, custom_id or id");
    }
    values
        .find(IdentityFields.ANONYMOUS)
        .filter(name -> !name.isEmpty() && !consumers.all().isEmpty())
        .filter(name -> consumers.meant(name).isEmpty())
        .ifPresent(name -> problem.accept(
            IdentityFields.ANONYMOUS, "is neither the id nor the username of a consumer"));
  }

  private void resource() {
    Optional<String> resource = values.find(IdentityFields.PROTECTED_RESOURCE);
    resource
        .flatMap(text -> EndpointAddress.wrong(text, true))
        .ifPresent(wrong -> problem.accept(IdentityFields.PROTECTED_RESOURCE, wrong));
  }

  private void address(Field<?> field, String text) {
    EndpointAddress.wrong(text, values.get(OidcFields.INSECURE_HTTP_ISSUER))
        .ifPresent(wrong -> problem.accept(field, wrong));
  }
}
