package io.oidcgrant.flow;

import com.nimbusds.jose.jwk.OctetSequenceKey;
import io.oidcgrant.config.ClientSettings;
import io.oidcgrant.config.IssuerKeys;
import io.oidcgrant.config.OidcGrantConfig;
import io.oidcgrant.config.TokenExchangeSettings.SubjectIssuer;
import io.oidcgrant.issuer.RemoteIssuer;
import io.oidcgrant.issuer.RemoteKeys;
import io.oidcgrant.protocol.Secret;
import io.oidcgrant.verify.KeySource;
import io.oidcgrant.verify.TokenVerifier;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whose keys verify whose tokens: an issuer of {@code issuer_jwks} has its own and no others, the
 * rest share the configured issuer's, those of {@code extra_jwks_uris} and the clients' secrets.
 * Immutable.
 */
final class TrustedKeys {
  private final OidcGrantConfig config;
  private final List<KeySource> shared = new ArrayList<>();
  private final Map<String, List<KeySource>> own = new HashMap<>();

  /** Shared with the configured issuer, and with no other. */
  private final List<OctetSequenceKey> secrets;

  TrustedKeys(OidcGrantConfig config, RemoteIssuer issuer, GrantRuntime runtime) {
    this.config = config;
    this.secrets = config.enableHsSignatures() ? secrets(config) : List.of();
    shared.add(source(issuer.keys()));
    for (URI address : config.extraJwksUris()) {
      shared.add(source(runtime.keys(config, address)));
    }
    for (IssuerKeys keys : config.issuerJwks()) {
      own.put(keys.issuer(), List.of(source(runtime.keys(config, keys.jwksUri()))));
    }
  }

  /** Asks for all keys that tokens of this configuration may need. */
  static void ask(OidcGrantConfig config, RemoteIssuer issuer, GrantRuntime runtime) {
    config.extraJwksUris().forEach(address -> runtime.keys(config, address));
    config.issuerJwks().forEach(keys -> runtime.keys(config, keys.jwksUri()));
    config
        .tokenExchange()
        .ifPresent(exchange ->
            exchange.issuers().forEach(subject -> verifierOf(subject, config, issuer, runtime)));
  }

  TokenVerifier.Rules rules() {
    return new TokenVerifier.Rules(
        config.verifySignature(),
        config.verifyClaims(),
        config.leeway(),
        List.copyOf(config.audience()),
        config.atJwtRequired());
  }

  TokenVerifier.Keys keys() {
    return new TokenVerifier.Keys(
        issuer -> own.getOrDefault(issuer, shared),
        issuer -> own.containsKey(issuer) ? List.of() : secrets,
        config.decryptionJwk());
  }

  private static List<OctetSequenceKey> secrets(OidcGrantConfig config) {
    return config.clients().stream()
        .map(ClientSettings::secret)
        .flatMap(Optional::stream)
        .map(Secret::reveal)
        .map(text -> new OctetSequenceKey.Builder(text.getBytes(StandardCharsets.UTF_8)).build())
        .toList();
  }

  /** For tokens of an issuer that are exchanged, not let pass. */
  static TokenVerifier verifierOf(
      SubjectIssuer subject, OidcGrantConfig config, RemoteIssuer target, GrantRuntime runtime) {
    KeySource keys = source(subject
        .jwksUri()
        .map(address -> runtime.keys(config, address))
        .orElseGet(() -> subject.issuer().equals(config.issuer()) || !subject.verified()
            ? target.keys()
            : runtime.issuer(config, subject.issuer()).keys()));
    return new TokenVerifier(
        new TokenVerifier.Rules(subject.verified(), true, config.leeway(), List.of(), false),
        runtime.clock(),
        new TokenVerifier.Keys(
            issuer -> List.of(keys), issuer -> List.of(), config.decryptionJwk()));
  }

  private static KeySource source(RemoteKeys keys) {
    return new KeySource(keys::current, keys::newerThan);
  }
}
