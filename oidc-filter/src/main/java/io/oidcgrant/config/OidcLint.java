package io.oidcgrant.config;

import io.oidcgrant.protocol.EndpointAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

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
      OidcFields.BEARER_TOKEN_PARAM_TYPE, PRESENTED);

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
      if (values.isWritten(field)
          && values.find(field).isPresent()
          && !values.find(field).equals(field.defaultsTo())
          && methods.stream().noneMatch(wanted::contains)) {
        warning.accept(
            field,
            "has no effect: auth_methods does not have " + String.join(", ", sorted(wanted)));
      }
    });
    unless(OidcFields.REFRESH_TOKENS, OidcFields.REFRESH_AHEAD);
    unless(OidcFields.STREAM_UNTIL_EXPIRY, OidcFields.STREAM_GRACE);
    unless(
        OidcFields.CACHE_TOKENS,
        OidcFields.CACHE_TTL,
        OidcFields.CACHE_TTL_MAX,
        OidcFields.CACHE_TTL_MIN);
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
    if (values.get(OidcFields.INSECURE_HTTP_ISSUER)
        && values
            .find(OidcFields.ISSUER)
            .filter(issuer -> EndpointAddress.wrong(issuer, false).isPresent())
            .isPresent()) {
      warning.accept(
          OidcFields.ISSUER, "is plain http beyond this machine: secrets travel in clear text");
    }
  }
}
