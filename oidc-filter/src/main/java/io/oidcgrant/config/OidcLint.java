package io.oidcgrant.config;

import io.oidcgrant.protocol.EndpointAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/** What of {@code openid-connect} is allowed and makes no sense: warnings, each with what would. */
final class OidcLint {
  /** More than clocks differ, and than some tokens live. */
  private static final double LONG_LEEWAY = 300;

  private static final Set<String> PRESENTED = Set.of("bearer", "introspection", "userinfo");

  /** Fields that mean nothing unless one of these methods is on. */
  private static final Map<Field<?>, Set<String>> OF_METHODS = Map.of(
      OidcFields.PASSWORD_PARAM_TYPE, Set.of("password"),
      OidcFields.CLIENT_CREDENTIALS_PARAM_TYPE, Set.of("client_credentials"),
      OidcFields.REFRESH_TOKEN_PARAM_TYPE, Set.of("refresh_token"),
      OidcFields.REFRESH_TOKEN_PARAM_NAME, Set.of("refresh_token"),
      OidcFields.ROTATION_GRACE, Set.of("refresh_token"),
      OidcFields.BEARER_TOKEN_PARAM_TYPE, PRESENTED,
      OidcFields.BEARER_TOKEN_HEADER_NAME, PRESENTED,
      CallerFields.BEARER_TOKEN_COOKIE_NAME, PRESENTED);

  /** Fields of the endpoint that is asked about tokens. */
  private static final List<Field<?>> OF_INTROSPECTION = List.of(
      OidcFields.INTROSPECTION_ENDPOINT,
      OidcFields.INTROSPECTION_HINT,
      OidcFields.INTROSPECTION_TOKEN_PARAM_NAME,
      OidcFields.INTROSPECTION_CHECK_ACTIVE,
      OidcFields.INTROSPECTION_ENDPOINT_AUTH_METHOD,
      CallerFields.INTROSPECTION_ACCEPT,
      CallerFields.INTROSPECTION_HEADERS_NAMES,
      CallerFields.INTROSPECTION_HEADERS_CLIENT,
      CallerFields.INTROSPECTION_POST_ARGS_NAMES,
      CallerFields.INTROSPECTION_POST_ARGS_CLIENT);

  private static final List<Field<?>> OF_USERINFO = List.of(
      CallerFields.USERINFO_ENDPOINT,
      CallerFields.USERINFO_ACCEPT,
      CallerFields.USERINFO_HEADERS_NAMES,
      CallerFields.USERINFO_HEADERS_CLIENT,
      CallerFields.USERINFO_QUERY_ARGS_NAMES,
      CallerFields.USERINFO_QUERY_ARGS_CLIENT);

  private static final List<Field<String>> ADDRESSES = List.of(
      OidcFields.ISSUER,
      OidcFields.TOKEN_ENDPOINT,
      OidcFields.INTROSPECTION_ENDPOINT,
      OidcFields.REVOCATION_ENDPOINT,
      OidcFields.JWKS_ENDPOINT,
      CallerFields.USERINFO_ENDPOINT);

  private final Values values;
  private final List<String> methods;
  private final BiConsumer<Field<?>, String> warning;

  private OidcLint(Values values, BiConsumer<Field<?>, String> warning) {
    this.values = values;
    this.methods = OidcRules.methods(values);
    this.warning = warning;
  }

  static void check(Values values, BiConsumer<Field<?>, String> warning) {
    OidcLint lint = new OidcLint(values, warning);
    lint.times();
    lint.basic();
    lint.withoutEffect();
    lint.secret();
    lint.clearText();
  }

  private void times() {
    double leeway = values.get(OidcFields.LEEWAY);
    Optional<Double> longest = values.find(OidcFields.CACHE_TTL_MAX);
    if (leeway > LONG_LEEWAY || longest.filter(life -> leeway >= life).isPresent()) {
      warning.accept(
          OidcFields.LEEWAY,
          "is longer than clocks differ and than some tokens live: 60 s are enough");
    }
    Optional<Double> usual = values.find(OidcFields.CACHE_TTL);
    if (values.isSet(OidcFields.REFRESH_AHEAD)
        && usual.filter(life -> values.get(OidcFields.REFRESH_AHEAD) >= life).isPresent()) {
      warning.accept(
          OidcFields.REFRESH_AHEAD,
          "is not less than cache_ttl, the life of tokens without an end: half of it counts");
    }
    if (longest.filter(life -> values.get(OidcFields.REFRESH_AHEAD) >= life).isPresent()) {
      warning.accept(
          OidcFields.REFRESH_AHEAD,
          "is not less than cache_ttl_max, the life of what is remembered: half of it counts");
    }
  }

  private void basic() {
    if (values.isWritten(OidcFields.AUTH_METHODS)
        && methods.containsAll(List.of("password", "client_credentials"))
        && values.get(OidcFields.PASSWORD_PARAM_TYPE).contains("header")
        && values.get(OidcFields.CLIENT_CREDENTIALS_PARAM_TYPE).contains("header")) {
      warning.accept(
          OidcFields.CLIENT_CREDENTIALS_PARAM_TYPE,
          "has header, where Authorization: Basic is taken for a user name and password: leave it out here or in password_param_type");
    }
  }

  private void withoutEffect() {
    OF_METHODS.forEach((field, wanted) -> {
      if (values.isSet(field) && methods.stream().noneMatch(wanted::contains)) {
        warning.accept(
            field,
            "has no effect: auth_methods does not have " + String.join(", ", sorted(wanted)));
      }
    });
    unasked(OF_INTROSPECTION, "introspection", CallerFields.INTROSPECT_JWT_TOKENS);
    unasked(OF_USERINFO, "userinfo", CallerFields.SEARCH_USER_INFO);
    unless(OidcFields.REFRESH_TOKENS, OidcFields.REFRESH_AHEAD);
    unless(OidcFields.STREAM_UNTIL_EXPIRY, OidcFields.STREAM_GRACE);
    unless(
        OidcFields.CACHE_TOKENS,
        OidcFields.CACHE_TTL,
        OidcFields.CACHE_TTL_MAX,
        OidcFields.CACHE_TTL_MIN);
  }

  private void unasked(List<Field<?>> fields, String method, Field<Boolean> also) {
    if (methods.contains(method) || values.get(also)) {
      return;
    }
    for (Field<?> field : fields) {
      if (values.isSet(field)) {
        warning.accept(
            field,
            "has no effect: auth_methods does not have " + method + " and " + also.name()
                + " is false");
      }
    }
  }

  private void secret() {
    Stream<String> ofEndpoints = Stream.of(
            OidcFields.TOKEN_ENDPOINT_AUTH_METHOD,
            OidcFields.INTROSPECTION_ENDPOINT_AUTH_METHOD,
            OidcFields.REVOCATION_ENDPOINT_AUTH_METHOD)
        .flatMap(field -> values.find(field).stream());
    List<String> ways = values.find(OidcFields.CLIENT_AUTH_METHOD).orElse(List.of());
    if (values.isSet(OidcFields.CLIENT_SECRET)
        && !ways.isEmpty()
        && !values.get(CallerFields.ENABLE_HS_SIGNATURES)
        && Stream.concat(ways.stream(), ofEndpoints)
            .noneMatch(way -> way.startsWith("client_secret"))) {
      warning.accept(
          OidcFields.CLIENT_SECRET,
          "has no effect: client_auth is " + String.join(", ", ways) + ", which needs none");
    }
  }

  private static List<String> sorted(Set<String> names) {
    return names.stream().sorted().toList();
  }

  private void unless(Field<Boolean> on, Field<?>... fields) {
    if (values.get(on)) {
      return;
    }
    for (Field<?> field : fields) {
      if (values.isWritten(field) && values.find(field).isPresent()) {
        warning.accept(field, "has no effect: " + on.name() + " is false");
      }
    }
  }

  private void clearText() {
    if (values.get(OidcFields.INSECURE_HTTP_ISSUER)) {
      ADDRESSES.forEach(field -> clearText(values, field, warning));
    }
  }

  /** Warns of an address to which secrets travel as everybody on the way can read them. */
  static void clearText(Values values, Field<String> field, BiConsumer<Field<?>, String> warning) {
    if (values
        .find(field)
        .filter(text -> EndpointAddress.wrong(text, true).isEmpty())
        .filter(text -> EndpointAddress.wrong(text, false).isPresent())
        .isPresent()) {
      warning.accept(field, "is plain http beyond this machine: secrets travel in clear text");
    }
  }
}
