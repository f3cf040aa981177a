package io.oidcgrant.config;

import io.oidcgrant.protocol.EndpointAddress;
import io.oidcgrant.protocol.Secret;
import io.oidcgrant.protocol.TokenPart;
import java.net.URI;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Which names and values headers and parameters may have, ours and those of calls we make. */
final class HeaderRules {
  private static final int LAST_PORT = 65_535;

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
      "password",
      "subject_token",
      "subject_token_type",
      "actor_token",
      "actor_token_type",
      "requested_token_type");

  private static final Set<String> RESERVED_HEADERS = Set.of(
      "authorization",
      "content-type",
      "content-length",
      "host",
      "connection",
      "transfer-encoding",
      "expect",
      "upgrade");

  /** Have a meaning of their own to whoever gets them. */
  private static final Set<String> OF_OTHERS = Set.of(
      "content-encoding",
      "cookie",
      "dpop",
      "proxy-authenticate",
      "proxy-authorization",
      "set-cookie",
      "te",
      "trailer",
      "www-authenticate");

  /** Always ours: see {@code Propagation}. */
  private static final Set<String> IDENTITY = Set.of(
      "x-consumer-id",
      "x-consumer-username",
      "x-consumer-custom-id",
      "x-consumer-groups",
      "x-credential-identifier",
      "x-anonymous-consumer",
      "x-authenticated-groups");

  private final Values values;
  private final BiConsumer<Field<?>, String> problem;

  private HeaderRules(Values values, BiConsumer<Field<?>, String> problem) {
    this.values = values;
    this.problem = problem;
  }

  static void check(Values values, BiConsumer<Field<?>, String> problem) {
    HeaderRules rules = new HeaderRules(values, problem);
    rules.names();
    rules.proxies();
  }

  private void proxies() {
    for (Field<String> field : List.of(OidcFields.HTTP_PROXY, OidcFields.HTTPS_PROXY)) {
      values
          .find(field)
          .filter(text -> !isProxy(text))
          .ifPresent(text -> problem.accept(field, "must be http://HOST:PORT"));
    }
    for (Field<Secret> field :
        List.of(OidcFields.HTTP_PROXY_AUTHORIZATION, OidcFields.HTTPS_PROXY_AUTHORIZATION)) {
      values
          .find(field)
          .filter(secret -> !HEADER_VALUE.matcher(secret.reveal()).matches())
          .ifPresent(secret -> problem.accept(field, "cannot be the value of a header"));
    }
  }

  private static boolean isProxy(String text) {
    if (EndpointAddress.wrong(text, true).isPresent()) {
      return false;
    }
    URI uri = URI.create(text);
    return uri.getScheme().equalsIgnoreCase("http")
        && uri.getPort() != 0
        && uri.getPort() <= LAST_PORT
        && (uri.getRawPath().isEmpty() || uri.getRawPath().equals("/"))
        && uri.getRawQuery() == null;
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
        OidcFields.TOKEN_HEADERS_CLIENT,
        CallerFields.INTROSPECTION_HEADERS_NAMES,
        CallerFields.INTROSPECTION_HEADERS_CLIENT,
        CallerFields.USERINFO_HEADERS_NAMES,
        CallerFields.USERINFO_HEADERS_CLIENT)) {
      for (String name : values.find(field).orElse(List.of())) {
        if (!OidcRules.isHeaderName(name)) {
          problem.accept(field, "holds what cannot be the name of a header");
        } else if (RESERVED_HEADERS.contains(name.toLowerCase(Locale.ROOT))) {
          problem.accept(field, "holds " + name + ", which the request sets itself");
        }
      }
    }
    for (Field<List<String>> field : List.of(
        OidcFields.DISCOVERY_HEADERS_VALUES,
        OidcFields.TOKEN_HEADERS_VALUES,
        CallerFields.INTROSPECTION_HEADERS_VALUES,
        CallerFields.USERINFO_HEADERS_VALUES)) {
      if (values.find(field).orElse(List.of()).stream()
          .anyMatch(v -> !HEADER_VALUE.matcher(v).matches())) {
        problem.accept(field, "holds what cannot be the value of a header");
      }
    }
    pairs(
        CallerFields.INTROSPECTION_HEADERS_NAMES,
        CallerFields.INTROSPECTION_HEADERS_VALUES,
        header);
    pairs(
        CallerFields.INTROSPECTION_POST_ARGS_NAMES,
        CallerFields.INTROSPECTION_POST_ARGS_VALUES,
        Comparator.naturalOrder());
    pairs(CallerFields.USERINFO_HEADERS_NAMES, CallerFields.USERINFO_HEADERS_VALUES, header);
    pairs(
        CallerFields.USERINFO_QUERY_ARGS_NAMES,
        CallerFields.USERINFO_QUERY_ARGS_VALUES,
        Comparator.naturalOrder());
    pairs(IdentityFields.UPSTREAM_HEADERS_NAMES, IdentityFields.UPSTREAM_HEADERS_CLAIMS, header);
    pairs(
        IdentityFields.DOWNSTREAM_HEADERS_NAMES, IdentityFields.DOWNSTREAM_HEADERS_CLAIMS, header);
    reserved(OidcFields.TOKEN_POST_ARGS_NAMES, RESERVED_ARGUMENTS);
    reserved(OidcFields.TOKEN_POST_ARGS_CLIENT, RESERVED_ARGUMENTS);
    Set<String> query = new HashSet<>(RESERVED_ARGUMENTS);
    query.addAll(Set.of("token", "token_type_hint"));
    query.add(values.get(OidcFields.INTROSPECTION_TOKEN_PARAM_NAME));
    reserved(CallerFields.INTROSPECTION_POST_ARGS_NAMES, query);
    reserved(CallerFields.INTROSPECTION_POST_ARGS_CLIENT, query);
    reserved(CallerFields.INTROSPECTION_POST_ARGS_CLIENT_HEADERS, query);
    reserved(CallerFields.USERINFO_QUERY_ARGS_NAMES, Set.of("access_token"));
    reserved(CallerFields.USERINFO_QUERY_ARGS_CLIENT, Set.of("access_token"));
    headers(
        IdentityFields::upstream,
        IdentityFields.UPSTREAM_HEADERS,
        IdentityFields.UPSTREAM_HEADERS_NAMES);
    headers(
        IdentityFields::downstream,
        IdentityFields.DOWNSTREAM_HEADERS,
        IdentityFields.DOWNSTREAM_HEADERS_NAMES);
    String before = values.find(OidcFields.TOKEN_HEADERS_PREFIX).orElse("");
    for (String name : values.find(OidcFields.TOKEN_HEADERS_REPLAY).orElse(List.of())) {
      if (ofTheMessage(folded(before + name))) {
        problem.accept(
            OidcFields.TOKEN_HEADERS_REPLAY, "holds " + name + ", which the message sets itself");
      }
    }
    values
        .find(OidcFields.TOKEN_HEADERS_PREFIX)
        .filter(prefix -> !OidcRules.isHeaderName(prefix))
        .ifPresent(prefix ->
            problem.accept(OidcFields.TOKEN_HEADERS_PREFIX, "cannot begin the name of a header"));
  }

  /** Headers of one message, none of which may replace another. */
  private void headers(
      Function<TokenPart, Field<String>> parts,
      Field<List<HeaderSetting>> claims,
      Field<List<String>> olderNames) {
    Set<String> distinct = new HashSet<>();
    for (TokenPart part : TokenPart.values()) {
      if (part != TokenPart.CLAIM) {
        Field<String> field = parts.apply(part);
        values
            .find(field)
            .filter(name -> !name.isEmpty())
            .ifPresent(name -> header(field, withoutScheme(name), distinct));
      }
    }
    for (HeaderSetting setting : values.find(claims).orElse(List.of())) {
      header(claims, setting.header(), distinct);
    }
    for (String name : values.find(olderNames).orElse(List.of())) {
      header(olderNames, name, distinct);
    }
  }

  private static String withoutScheme(String name) {
    return name.endsWith(":bearer") ? name.substring(0, name.length() - 7) : name;
  }

  private void header(Field<?> field, String name, Set<String> distinct) {
    if (!OidcRules.isHeaderName(name)) {
      problem.accept(field, "cannot be the name of a header");
    } else if (ofTheMessage(folded(name)) || OF_OTHERS.contains(folded(name))) {
      problem.accept(field, "is " + name + ", which the message sets itself");
    } else if (IDENTITY.contains(folded(name))) {
      problem.accept(field, "is " + name + ", which tells who the consumer is");
    } else if (!distinct.add(folded(name))) {
      problem.accept(field, "is " + name + ", which holds something else already");
    }
  }

  private static boolean ofTheMessage(String folded) {
    return RESERVED_HEADERS.contains(folded) && !folded.equals("authorization");
  }

  /** As upstreams see names, many of which take these characters for one. */
  private static String folded(String name) {
    return name.toLowerCase(Locale.ROOT).replace('_', '-').replace('.', '-');
  }

  private void reserved(Field<List<String>> field, Set<String> names) {
    for (String name : values.find(field).orElse(List.of())) {
      if (names.contains(name)) {
        problem.accept(field, "holds " + name + ", which the request sets itself");
      }
    }
  }

  private void pairs(
      Field<List<String>> names, Field<List<String>> texts, Comparator<String> order) {
    if (!values.isWritten(names) && !values.isWritten(texts)) {
      return;
    }
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
}
