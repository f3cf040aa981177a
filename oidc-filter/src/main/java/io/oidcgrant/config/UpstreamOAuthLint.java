package io.oidcgrant.config;

import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/** What of {@code upstream-oauth} is allowed and makes no sense: warnings, each with what would. */
final class UpstreamOAuthLint {
  /** Fields that mean nothing unless another has this value. */
  private static final Map<Field<?>, Needed> NEEDED = Map.of(
      UpstreamOAuthFields.USERNAME, new Needed(UpstreamOAuthFields.GRANT_TYPE, "password"),
      UpstreamOAuthFields.PASSWORD, new Needed(UpstreamOAuthFields.GRANT_TYPE, "password"),
      UpstreamOAuthFields.CLIENT_ALG,
          new Needed(UpstreamOAuthFields.AUTH_METHOD, "private_key_jwt"),
      UpstreamOAuthFields.CLIENT_JWK,
          new Needed(UpstreamOAuthFields.AUTH_METHOD, "private_key_jwt"),
      UpstreamOAuthFields.CLIENT_SECRET_JWT_ALG,
          new Needed(UpstreamOAuthFields.AUTH_METHOD, "client_secret_jwt"));

  private record Needed(Field<String> field, String value) {}

  private UpstreamOAuthLint() {}

  static void check(Values values, BiConsumer<Field<?>, String> warning) {
    NEEDED.forEach((field, needed) -> {
      if (values.isSet(field) && !values.get(needed.field()).equals(needed.value())) {
        warning.accept(
            field, "has no effect: " + needed.field().name() + " is not " + needed.value());
      }
    });
    double early = values.get(UpstreamOAuthFields.EAGERLY_EXPIRE);
    if (early >= values.get(UpstreamOAuthFields.DEFAULT_TTL)) {
      warning.accept(
          UpstreamOAuthFields.EAGERLY_EXPIRE,
          "is not less than cache.default_ttl: a token without expires_in is asked for on every request");
    }
    if (!values.get(UpstreamOAuthFields.SSL_VERIFY)) {
      warning.accept(
          UpstreamOAuthFields.SSL_VERIFY, "is off: anybody can pretend to be the issuer");
    }
    if (values.get(UpstreamOAuthFields.INSECURE_HTTP_ISSUER)) {
      for (Field<String> field :
          List.of(UpstreamOAuthFields.TOKEN_ENDPOINT, UpstreamOAuthFields.ISSUER)) {
        OidcLint.clearText(values, field, warning);
      }
    }
  }
}
