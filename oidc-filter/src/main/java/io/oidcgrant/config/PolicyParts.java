package io.oidcgrant.config;

import com.nimbusds.jose.jwk.JWK;
import io.oidcgrant.protocol.Secret;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What of a configuration changes which tokens a credential brings, as texts of which no two
 * different configurations have the same. Everything counts that is not listed as a rule that is
 * applied, or a thing that is told, on every request.
 */
final class PolicyParts {
  private static final List<Field<?>> FIELDS = fields();

  private PolicyParts() {}

  private static List<Field<?>> fields() {
    Set<Field<?>> fields = new HashSet<>(IdentityFields.rows());
    fields.addAll(Set.of(
        // Which of them is in force is told apart by what is asked of whom.
        OidcFields.AUTH_METHODS,
        OidcFields.CACHE_TOKENS_SALT,
        OidcFields.CACHE_TOKENS,
        OidcFields.NEGATIVE_TTL,
        OidcFields.CACHE_TTL_NEG,
        OidcFields.REFRESH_TOKENS,
        OidcFields.REFRESH_AHEAD,
        OidcFields.TOKEN_CACHE_KEY_INCLUDE_SCOPE,
        OidcFields.BEARER_TOKEN_PARAM_TYPE,
        OidcFields.BEARER_TOKEN_HEADER_NAME,
        OidcFields.PASSWORD_PARAM_TYPE,
        OidcFields.CLIENT_CREDENTIALS_PARAM_TYPE,
        OidcFields.REFRESH_TOKEN_PARAM_TYPE,
        OidcFields.REFRESH_TOKEN_PARAM_NAME,
        OidcFields.HIDE_CREDENTIALS,
        OidcFields.CREDENTIAL_BODY_LIMIT,
        OidcFields.CLIENT_ARG,
        OidcFields.TRUSTED_IPS,
        OidcFields.TIMEOUT,
        OidcFields.STREAM_UNTIL_EXPIRY,
        OidcFields.STREAM_GRACE,
        OidcFields.KEEPALIVE));
    fields.addAll(Set.of(
        OidcFields.AUDIENCE_REQUIRED,
        OidcFields.AUDIENCE_CLAIM,
        OidcFields.SCOPES_REQUIRED,
        OidcFields.SCOPES_CLAIM,
        OidcFields.GROUPS_REQUIRED,
        OidcFields.GROUPS_CLAIM,
        OidcFields.ROLES_REQUIRED,
        OidcFields.ROLES_CLAIM,
        OidcFields.CLAIMS_FORBIDDEN,
        OidcFields.INSECURE_ANY_AUDIENCE,
        CallerFields.DOMAINS,
        CallerFields.MAX_AGE,
        CallerFields.ACR_VALUES,
        CallerFields.BEARER_TOKEN_COOKIE_NAME,
        CallerFields.JWT_SESSION_COOKIE));
    fields.addAll(Set.of(
        OidcFields.PROOF_OF_POSSESSION_MTLS,
        OidcFields.PROOF_OF_POSSESSION_DPOP,
        OidcFields.PROOF_OF_POSSESSION_AUTH_METHODS_VALIDATION,
        OidcFields.PROOF_OF_POSSESSION_MTLS_FROM_HEADER,
        OidcFields.DPOP_USE_NONCE,
        OidcFields.DPOP_PROOF_LIFETIME,
        OidcFields.UPSTREAM_DPOP,
        OidcFields.DPOP_UPSTREAM_URL,
        OidcFields.UNAUTHORIZED_ERROR_MESSAGE,
        OidcFields.FORBIDDEN_ERROR_MESSAGE,
        OidcFields.DISPLAY_ERRORS,
        OidcFields.EXPOSE_ERROR_CODE));
    return OidcFields.rows().stream().filter(field -> !fields.contains(field)).toList();
  }

  /** What is as by default says nothing. */
  static List<String> of(Values values) {
    List<String> parts = new ArrayList<>();
    for (Field<?> field : FIELDS) {
      if (!values.isDefault(field)) {
        parts.add(field.name());
        add(parts, values.find(field));
      }
    }
    return parts;
  }

  /** With its size before what has several, so that no two sequences are the same parts. */
  private static void add(List<String> parts, Object value) {
    if (value instanceof Optional<?> optional) {
      add(parts, optional.map(List::<Object>of).orElseGet(List::of));
    } else if (value instanceof Collection<?> items) {
      parts.add(Integer.toString(items.size()));
      items.forEach(item -> add(parts, item));
    } else if (value instanceof Map<?, ?> pairs) {
      parts.add(Integer.toString(pairs.size()));
      pairs.forEach((name, member) -> {
        add(parts, name);
        add(parts, member);
      });
    } else if (value instanceof Record composed) {
      for (RecordComponent component : composed.getClass().getRecordComponents()) {
        add(parts, valueOf(composed, component));
      }
    } else if (value instanceof Secret secret) {
      parts.add(secret.reveal());
    } else if (value instanceof JWK key) {
      parts.add(key.toJSONString());
    } else {
      parts.add(String.valueOf(value));
    }
  }

  private static Object valueOf(Record composed, RecordComponent component) {
    try {
      component.getAccessor().setAccessible(true);
      return component.getAccessor().invoke(composed);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
