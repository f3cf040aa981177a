package io.oidcgrant.flow;

import io.oidcgrant.clientauth.ClientKeys;
import io.oidcgrant.config.OidcGrantConfig;
import io.oidcgrant.http.Pem;
import io.oidcgrant.protocol.TrustedPeers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What configurations need beside themselves: files that can be used, peers that are trusted. Each
 * file is looked at once. Not thread-safe.
 */
public final class Needs {
  private final TrustedPeers trusted;
  private final Map<String, Optional<String>> authorities = new HashMap<>();
  private final Map<Path, Optional<String>> keys = new HashMap<>();

  /** @param trusted as {@link GrantRuntime#trust} will learn */
  public Needs(TrustedPeers trusted) {
    this.trusted = trusted;
  }

  /** What is missing, by the field that asks for it. */
  public Map<String, String> missing(OidcGrantConfig config) {
    Map<String, String> missing = new LinkedHashMap<>();
    boolean verified = config.sslVerify()
        || (config.tlsClientAuth().isPresent() && config.tlsClientAuthSslVerify());
    config
        .caCertificatesFile()
        .filter(file -> verified)
        .flatMap(file -> authorities.computeIfAbsent(file, Needs::wrongAuthorities))
        .ifPresent(wrong -> missing.put("ca_certificates_file", wrong));
    config
        .clientKeysFile()
        .flatMap(file -> keys.computeIfAbsent(file, Needs::wrongKeys))
        .ifPresent(wrong -> missing.put("client_keys_file", wrong));
    CallerPossession.untrusted(
            config, config.trustedIps().isEmpty() ? trusted : TrustedPeers.of(config.trustedIps()))
        .ifPresent(wrong -> missing.put("proof_of_possession_mtls_from_header", wrong));
    return missing;
  }

  private static Optional<String> wrongAuthorities(String file) {
    try {
      var unused = Pem.certificates(Files.readString(Path.of(file)));
      return Optional.empty();
    } catch (IOException | IllegalArgumentException e) {
      return Optional.of(file + " cannot be used: it must be a file of PEM certificates");
    }
  }

  /** Makes none: that comes with the first key. */
  private static Optional<String> wrongKeys(Path file) {
    try {
      var unused = ClientKeys.at(file);
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }
}
