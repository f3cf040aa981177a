package io.oidcgrant.config;

import io.oidcgrant.protocol.EndpointAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;

/**
 * What the fields of {@code openid-connect} must be to each other, beyond what each must be by
 * itself.
 */
final class OidcRules {
  private static final Pattern HEADER_NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
  /** Of {@code auth_methods}, those of APIs, in Kong's order. */
  static final List<String> DEFAULT_METHODS =
      List.of("bearer", "introspection", "refresh_token", "password", "client_credentials");

  private static final Pattern HEADER_VALUE = Pattern.compile("[\\x20-\\x7e\\t]*");

  /**
   * Parameters that the grants set themselves; one more of the same name would change the request's
   * meaning.
   */
  private static final Set<String> RESERVED_ARGUMENTS = Set.of(
      "grant_type",
      "client_id",
      "client_secret",
      "client_assertion",
      "client_assertion_type",
      "refresh_token",
      "username",
      "password");

  private static final Set<String> RESERVED_HEADERS = Set.of(
      "authorization",
      "content-type",
      "content-length",
      "host",
      "connection",
      "transfer-encoding",
      "expect",
      "upgrade");

  private final Values values;
  private final BiConsumer<Field<?>, String> problem;

  private OidcRules(Values values, BiConsumer<Field<?>, String> problem) {
    this.values = values;
    this.problem = problem;
  }

  static void check(Values values, BiConsumer<Field<?>, String> problem) {
    OidcRules rules = new OidcRules(values, problem);
    rules.issuer();
    ClientRules.check(values, problem);
    rules.methods();
    PossessionRules.check(values, problem);
    rules.names();
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
    for (Field<String> field : List.of(OidcFields.JWKS_ENDPOINT, OidcFields.MTLS_TOKEN_ENDPOINT)) {
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
    for (Field<String> field : List.of(
        OidcFields.REFRESH_TOKEN_PARAM_NAME,
        OidcFields.BEARER_TOKEN_HEADER_NAME,
        OidcFields.CLIENT_ARG)) {
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
      return written.get().stream().distinct().toList();
    }
    List<String> usable = new ArrayList<>();
    for (String method : DEFAULT_METHODS) {
      if (missingFor(values, method).isEmpty()) {
        usable.add(method);
      }
    }
    return usable;
  }

  /** The field that {@code method} cannot do without and that is not set. */
  static Optional<Field<?>> missingFor(Values values, String method) {
    boolean client = !values.find(OidcFields.CLIENT_ID).orElse(List.of()).isEmpty();
    return switch (method) {
      case "bearer" -> audience(values);
      case "introspection" -> client ? audience(values) : Optional.of(OidcFields.CLIENT_ID);
      case "refresh_token" ->
        values.find(OidcFields.REFRESH_TOKEN_PARAM_NAME).isEmpty()
            ? Optional.of(OidcFields.REFRESH_TOKEN_PARAM_NAME)
            : client ? Optional.empty() : Optional.of(OidcFields.CLIENT_ID);
      case "password" -> client ? Optional.empty() : Optional.of(OidcFields.CLIENT_ID);
      default -> Optional.empty();
    };
  }

  /** Without one, any token of the issuer would open the door. */
  private static Optional<Field<?>> audience(Values values) {
    return values.find(OidcFields.AUDIENCE_REQUIRED).orElse(List.of()).isEmpty()
            && !values.get(OidcFields.INSECURE_ANY_AUDIENCE)
        ? Optional.of(OidcFields.AUDIENCE_REQUIRED)
        : Optional.empty();
  }

  private void names() {
    Comparator<String> header = String.CASE_INSENSITIVE_ORDER;
    pairs(OidcFields.DISCOVERY_HEADERS_NAMES, OidcFields.DISCOVERY_HEADERS_VALUES, header);
    pairs(OidcFields.TOKEN_HEADERS_NAMES, OidcFields.TOKEN_HEADERS_VALUES, header);
    pairs(
        OidcFields.TOKEN_POST_ARGS_NAMES,
        OidcFields.TOKEN_POST_ARGS_VALUES,
        Comparator.naturalOrder());
    for (Field<List<String>> field : List.of(
        OidcFields.DISCOVERY_HEADERS_NAMES,
        OidcFields.TOKEN_HEADERS_NAMES,
        OidcFields.TOKEN_HEADERS_CLIENT)) {
      for (String name : values.find(field).orElse(List.of())) {
        if (!HEADER_NAME.matcher(name).matches()) {
          problem.accept(field, "holds what cannot be the name of a header");
        } else if (RESERVED_HEADERS.contains(name.toLowerCase(Locale.ROOT))) {
          problem.accept(field, "holds " + name + ", which the request sets itself");
        }
      }
    }
    for (Field<List<String>> field :
        List.of(OidcFields.DISCOVERY_HEADERS_VALUES, OidcFields.TOKEN_HEADERS_VALUES)) {
      if (values.find(field).orElse(List.of()).stream()
          .anyMatch(v -> !HEADER_VALUE.matcher(v).matches())) {
        problem.accept(field, "holds what cannot be the value of a header");
      }
    }
    reserved(OidcFields.TOKEN_POST_ARGS_NAMES);
    reserved(OidcFields.TOKEN_POST_ARGS_CLIENT);
    tokenHeaders(
        OidcFields.UPSTREAM_ACCESS_TOKEN_HEADER,
        OidcFields.UPSTREAM_REFRESH_TOKEN_HEADER,
        OidcFields.UPSTREAM_ID_TOKEN_HEADER);
    tokenHeaders(
        OidcFields.DOWNSTREAM_ACCESS_TOKEN_HEADER,
        OidcFields.DOWNSTREAM_REFRESH_TOKEN_HEADER,
        OidcFields.DOWNSTREAM_ID_TOKEN_HEADER);
    String before = values.find(OidcFields.TOKEN_HEADERS_PREFIX).orElse("");
    for (String name : values.find(OidcFields.TOKEN_HEADERS_REPLAY).orElse(List.of())) {
      if (ofTheMessage(folded(before + name))) {
        problem.accept(
            OidcFields.TOKEN_HEADERS_REPLAY, "holds " + name + ", which the message sets itself");
      }
    }
    values
        .find(OidcFields.TOKEN_HEADERS_PREFIX)
        .filter(prefix -> !HEADER_NAME.matcher(prefix).matches())
        .ifPresent(prefix ->
            problem.accept(OidcFields.TOKEN_HEADERS_PREFIX, "cannot begin the name of a header"));
  }

  /** Headers of one message, none of which may replace another. */
  @SafeVarargs
  private void tokenHeaders(Field<String>... fields) {
    Set<String> distinct = new HashSet<>();
    for (Field<String> field : fields) {
      String written = values.find(field).orElse("");
      String name =
          written.endsWith(":bearer") ? written.substring(0, written.length() - 7) : written;
      if (name.isEmpty()) {
        continue;
      }
      if (!HEADER_NAME.matcher(name).matches()) {
        problem.accept(field, "cannot be the name of a header");
      } else if (ofTheMessage(folded(name))) {
        problem.accept(field, "is " + name + ", which the message sets itself");
      } else if (!distinct.add(folded(name))) {
        problem.accept(field, "is " + name + ", which holds another token");
      }
    }
  }

  private static boolean ofTheMessage(String folded) {
    return RESERVED_HEADERS.contains(folded) && !folded.equals("authorization");
  }

  /** As upstreams see names, many of which take these characters for one. */
  private static String folded(String name) {
    return name.toLowerCase(Locale.ROOT).replace('_', '-').replace('.', '-');
  }

  private void reserved(Field<List<String>> field) {
    for (String name : values.find(field).orElse(List.of())) {
      if (RESERVED_ARGUMENTS.contains(name)) {
        problem.accept(field, "holds " + name + ", which the grant sets itself");
      }
    }
  }

  private void pairs(
      Field<List<String>> names, Field<List<String>> texts, Comparator<String> order) {
    Set<String> distinct = new TreeSet<>(order);
    for (String name : values.find(names).orElse(List.of())) {
      if (!distinct.add(name)) {
        problem.accept(names, "holds " + name + " twice, which is not implemented in this release");
      }
    }
    int named = values.find(names).orElse(List.of()).size();
    int valued = values.find(texts).orElse(List.of()).size();
    if (named != valued) {
      problem.accept(
          texts,
          "has " + valued + " items beside " + named + " of " + names.name()
              + "; each name needs its value");
    }
  }

  private void cache() {
    Optional<Double> max = values.find(OidcFields.CACHE_TTL_MAX);
    Optional<Double> min = values.find(OidcFields.CACHE_TTL_MIN);
    if (max.isPresent() && min.isPresent() && min.get() > max.get()) {
      problem.accept(OidcFields.CACHE_TTL_MIN, "is more than cache_ttl_max");
    }
  }
}
