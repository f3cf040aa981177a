package io.oidcgrant.config;

import io.oidcgrant.http.Pem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The mapping of {@code proof_of_possession_mtls_from_header}. */
final class CertificateHeaderType implements FieldType<CertificateHeaderSettings> {
  private static final int MAX_MILLIS = 86_400_000;

  @Override
  public Optional<CertificateHeaderSettings> read(ConfigNode node, String path, Reading reading) {
    Optional<MappingReader> found = MappingReader.of(node, path, reading);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    int before = reading.problemCount();
    MappingReader mapping = found.get();
    Optional<String> name = mapping.take("certificate_header_name", FieldType.TEXT);
    if (name.isEmpty() || !OidcRules.isHeaderName(name.get())) {
      mapping.problem("certificate_header_name", null, "must be the name of a header");
    }
    boolean urlEncoded = mapping
        .take("certificate_header_format", FieldType.oneOf("url_encoded", "base64_encoded"))
        .map("url_encoded"::equals)
        .orElse(true);
    List<String> anchors = anchors(mapping, reading);
    boolean secure = mapping.take("secure_source", FieldType.BOOLEAN).orElse(true);
    boolean partial = mapping.take("allow_partial_chain", FieldType.BOOLEAN).orElse(false);
    List<String> readable =
        anchors.stream().filter(CertificateHeaderType::certificates).toList();
    if (!readable.isEmpty()
        && !partial
        && readable.stream().noneMatch(CertificateHeaderType::root)) {
      mapping.problem(
          "ca_certificates",
          null,
          "holds no root certificate: set allow_partial_chain to let a chain end at another one");
    }
    mapping
        .take("revocation_check_mode", FieldType.oneOf("IGNORE_CA_ERROR", "SKIP", "STRICT"))
        .filter(mode -> !mode.equals("SKIP"))
        .ifPresent(mode -> mapping.problem(
            "revocation_check_mode",
            null,
            mode + " is not implemented in this release; write SKIP"));
    int cacheMillis =
        mapping.take("cert_cache_ttl", FieldType.integer(0, MAX_MILLIS)).orElse(60_000);
    // They say how revocation would be asked for.
    mapping.ignore(
        "http_timeout",
        "http_proxy_host",
        "http_proxy_port",
        "https_proxy_host",
        "https_proxy_port",
        "ssl_verify");
    mapping.finish();
    return reading.problemCount() > before
        ? Optional.empty()
        : Optional.of(new CertificateHeaderSettings(
            name.orElseThrow(),
            urlEncoded,
            anchors,
            secure,
            partial,
            Duration.ofMillis(cacheMillis)));
  }

  private static List<String> anchors(MappingReader mapping, Reading reading) {
    Optional<ConfigNode> node = mapping.take("ca_certificates");
    List<String> named = node.flatMap(value -> FieldType.listOf(FieldType.REFERENCEABLE)
            .read(value, mapping.pathOf("ca_certificates"), reading))
        .orElse(List.of());
    if (named.isEmpty()) {
      mapping.problem(
          "ca_certificates", null, "is missing: certificates to one of which a caller's must lead");
    }
    List<String> anchors = new ArrayList<>();
    for (String name : named) {
      pem(name, reading)
          .ifPresentOrElse(
              anchors::add,
              () -> mapping.problem(
                  "ca_certificates",
                  null,
                  "holds what is no id of an entry of ca_certificates, no PEM and no file of certificates"));
    }
    return anchors;
  }

  private static boolean certificates(String pem) {
    try {
      return !Pem.certificates(pem).isEmpty();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static boolean root(String pem) {
    return Pem.certificates(pem).stream()
        .anyMatch(certificate ->
            certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal()));
  }

  private static Optional<String> pem(String name, Reading reading) {
    Optional<String> entry = reading.certificates().findAuthority(name);
    if (entry.isPresent()) {
      // One that cannot be used is a problem where it stands.
      return entry;
    }
    try {
      return Optional.of(Pem.isPem(name) ? name : Files.readString(Path.of(name)))
          .filter(CertificateHeaderType::certificates);
    } catch (IOException | InvalidPathException e) {
      return Optional.empty();
    }
  }

  @Override
  public Optional<String> wrong(CertificateHeaderSettings value) {
    return Optional.empty();
  }

  @Override
  public Map<String, Object> schema() {
    return Map.of("type", "object");
  }

  @Override
  public String words() {
    return "mapping";
  }
}
