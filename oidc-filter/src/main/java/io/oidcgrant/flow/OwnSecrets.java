package io.oidcgrant.flow;

import io.oidcgrant.config.OidcGrantConfig;
import io.oidcgrant.protocol.Secret;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** What a configuration sends to the token endpoint and nobody else may read. Immutable. */
final class OwnSecrets {
  /** So much of a secret is a part of it. */
  private static final int TELLING = 32;

  private final List<Secret> secrets;

  private OwnSecrets(List<Secret> secrets) {
    this.secrets = secrets;
  }

  static OwnSecrets of(OidcGrantConfig config) {
    List<Secret> secrets = new ArrayList<>();
    config
        .clients()
        .forEach(client -> client.secret().ifPresent(secret -> {
          secrets.add(secret);
          secrets.add(Secret.of(basic(client.id(), secret.reveal())));
        }));
    config.tokenHeaders().values().forEach(value -> secrets.add(Secret.of(value)));
    return new OwnSecrets(List.copyOf(secrets));
  }

  /** As a header has it (RFC 6749 section 2.3.1). */
  private static String basic(String id, String secret) {
    String both = URLEncoder.encode(id, StandardCharsets.UTF_8)
        + ":"
        + URLEncoder.encode(secret, StandardCharsets.UTF_8);
    return Base64.getEncoder().encodeToString(both.getBytes(StandardCharsets.UTF_8));
  }

  /** Whether a text has one of them in it, or the beginning of a long one. */
  boolean areIn(String text) {
    return secrets.stream().anyMatch(secret -> isIn(text, secret));
  }

  /** Whether a text has a secret in it, or the beginning of a long one. */
  static boolean isIn(String text, Secret secret) {
    String value = secret.reveal();
    return !value.isEmpty() && text.contains(value.substring(0, Math.min(value.length(), TELLING)));
  }
}
