package io.oidcgrant.config;

import io.oidcgrant.protocol.Consumers;
import io.oidcgrant.protocol.EndpointAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;

/**
 * What the fields of {@code openid-connect} must be to each other, beyond what each must be by
 * itself.
 */
final class OidcRules {
  private static final Pattern HEADER_NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
  /** Of {@code auth_methods}, those of APIs, in Kong's order. */
  static final List<String> DEFAULT_METHODS = List.of(
      "bearer", "introspection", "userinfo", "refresh_token", "password", "client_credentials");

  private final Values values;
  private final BiConsumer<Field<?>, String> problem;

  private OidcRules(Values values, BiConsumer<Field<?>, String> problem) {
    this.values = values;
    this.problem = problem;
  }

  static void check(Values values, Consumers consumers, BiConsumer<Field<?>, String> problem) {
    OidcRules rules = new OidcRules(values, problem);
    rules.issuer();
    ClientRules.check(values, problem);
    rules.methods();
    PossessionRules.check(values, problem);
    HeaderRules.check(values, problem);
    CallerRules.check(values, consumers, problem);
    rules.cache();
  }

  private void issuer() {
    Optional<String> issuer = values.find(OidcFields.ISSUER);
    if (issuer.isEmpty()) {
      problem.accept(
          OidcFields.ISSUER,
          "is missing: the URL of the issuer, such as https://idp.example/realms/one");
      return;
    }
    boolean pseudo = values.get(OidcFields.USING_PSEUDO_ISSUER);
    if (!pseudo) {
      address(OidcFields.ISSUER, issuer.get());
    } else {
      if (values.find(OidcFields.TOKEN_ENDPOINT).isEmpty()) {
        problem.accept(
            OidcFields.TOKEN_ENDPOINT, "is missing: with using_pseudo_issuer it is not discovered");
      }
      if (values.find(OidcFields.JWKS_ENDPOINT).isEmpty()
          && values.get(OidcFields.VERIFY_SIGNATURE)) {
        problem.accept(
            OidcFields.JWKS_ENDPOINT, "is missing: with using_pseudo_issuer it is not discovered");
      }
    }
    values
        .find(OidcFields.TOKEN_ENDPOINT)
        .ifPresent(url -> address(OidcFields.TOKEN_ENDPOINT, url));
    for (Field<String> field : List.of(
        OidcFields.JWKS_ENDPOINT,
        OidcFields.MTLS_TOKEN_ENDPOINT,
        OidcFields.INTROSPECTION_ENDPOINT,
        OidcFields.MTLS_INTROSPECTION_ENDPOINT,
        OidcFields.REVOCATION_ENDPOINT,
        OidcFields.MTLS_REVOCATION_ENDPOINT,
        CallerFields.USERINFO_ENDPOINT)) {
      values.find(field).ifPresent(url -> address(field, url));
    }
    values
        .find(OidcFields.DPOP_UPSTREAM_URL)
        .flatMap(url -> EndpointAddress.wrong(url, true))
        .ifPresent(wrong -> problem.accept(OidcFields.DPOP_UPSTREAM_URL, wrong));
  }

  private void address(Field<String> field, String text) {
    Optional<String> wrong =
        EndpointAddress.wrong(text, values.get(OidcFields.INSECURE_HTTP_ISSUER));
    wrong.ifPresent(message -> problem.accept(field, message));
  }

  private void methods() {
    Optional<List<String>> written = values.find(OidcFields.AUTH_METHODS);
    if (written.isPresent() && written.get().isEmpty()) {
      problem.accept(OidcFields.AUTH_METHODS, "is empty: nobody could pass");
    }
    for (String method : written.orElse(List.of())) {
      missingFor(values, method)
          .ifPresent(
              missing -> problem.accept(missing, "is missing: auth_methods lists " + method));
    }
    if (written.isEmpty() && methods(values).isEmpty()) {
      problem.accept(OidcFields.AUTH_METHODS, "leaves no method that has its settings");
    }
    location(OidcFields.BEARER_TOKEN_PARAM_TYPE);
    location(OidcFields.PASSWORD_PARAM_TYPE);
    location(OidcFields.CLIENT_CREDENTIALS_PARAM_TYPE);
    location(OidcFields.REFRESH_TOKEN_PARAM_TYPE);
    location(CallerFields.ID_TOKEN_PARAM_TYPE);
    for (Field<String> field : List.of(
        OidcFields.REFRESH_TOKEN_PARAM_NAME,
        OidcFields.BEARER_TOKEN_HEADER_NAME,
        OidcFields.CLIENT_ARG,
        CallerFields.BEARER_TOKEN_COOKIE_NAME,
        CallerFields.JWT_SESSION_COOKIE,
        CallerFields.ID_TOKEN_PARAM_NAME)) {
      values
          .find(field)
          .filter(name -> !isHeaderName(name))
          .ifPresent(name -> problem.accept(field, "must be made of letters, digits, - and _"));
    }
  }

  static boolean isHeaderName(String name) {
    return HEADER_NAME.matcher(name).matches();
  }

  private void location(Field<List<String>> field) {
    if (values.find(field).map(List::isEmpty).orElse(false)) {
      problem.accept(field, "is empty: list header, query or body");
    }
  }

  /** The methods in effect: those listed, or all that have what they need. */
  static List<String> methods(Values values) {
    Optional<List<String>> written = values.find(OidcFields.AUTH_METHODS);
    if (written.isPresent()) {
      return List.copyOf(new LinkedHashSet<>(written.get()));
    }
    List<String> usable = new ArrayList<>();
    for (String method : DEFAULT_METHODS) {
      if (missingFromDefault(values, method).isEmpty()) {
        usable.add(method);
      }
    }
    return usable;
  }

  /**
   * The same for a method that nobody listed: userinfo tells of no audience, so what it lets pass
   * is any token of the issuer.
   */
  static Optional<Field<?>> missingFromDefault(Values values, String method) {
    return method.equals("userinfo") && !values.get(OidcFields.INSECURE_ANY_AUDIENCE)
        ? Optional.of(OidcFields.INSECURE_ANY_AUDIENCE)
        : missingFor(values, method);
  }

  /** The field that {@code method} cannot do without and that is not set. */
  static Optional<Field<?>> missingFor(Values values, String method) {
    boolean client = !values.find(OidcFields.CLIENT_ID).orElse(List.of()).isEmpty();
    return switch (method) {
      case "bearer" -> audience(values);
      case "introspection" ->
        client
            ? endpoint(values, OidcFields.INTROSPECTION_ENDPOINT).or(() -> audience(values))
            : Optional.of(OidcFields.CLIENT_ID);
      case "userinfo" -> endpoint(values, CallerFields.USERINFO_ENDPOINT);
      case "refresh_token" ->
        values.find(OidcFields.REFRESH_TOKEN_PARAM_NAME).isEmpty()
            ? Optional.of(OidcFields.REFRESH_TOKEN_PARAM_NAME)
            : client ? Optional.empty() : Optional.of(OidcFields.CLIENT_ID);
      case "password" -> client ? Optional.empty() : Optional.of(OidcFields.CLIENT_ID);
      default -> Optional.empty();
    };
  }

  /** Where nothing is discovered. */
  private static Optional<Field<?>> endpoint(Values values, Field<String> field) {
    return values.get(OidcFields.USING_PSEUDO_ISSUER) && values.find(field).isEmpty()
        ? Optional.of(field)
        : Optional.empty();
  }

  /** Without one, any token of the issuer would open the door. */
  private static Optional<Field<?>> audience(Values values) {
    return values.find(OidcFields.AUDIENCE_REQUIRED).orElse(List.of()).isEmpty()
            && !values.get(OidcFields.INSECURE_ANY_AUDIENCE)
        ? Optional.of(OidcFields.AUDIENCE_REQUIRED)
        : Optional.empty();
  }

  private void cache() {
    Optional<Double> max = values.find(OidcFields.CACHE_TTL_MAX);
    Optional<Double> min = values.find(OidcFields.CACHE_TTL_MIN);
    if (max.isPresent() && min.isPresent() && min.get() > max.get()) {
      problem.accept(OidcFields.CACHE_TTL_MIN, "is more than cache_ttl_max");
    }
  }
}
