package io.oidcgrant.config;

import io.oidcgrant.http.TlsIdentity;
import java.util.Map;
import java.util.Optional;

/** The id of an entry of {@code certificates[]}, read as what the entry holds. */
final class CertificateIdType implements FieldType<TlsIdentity.Source> {
  @Override
  public Optional<TlsIdentity.Source> read(ConfigNode node, String path, Reading reading) {
    return TEXT.read(node, path, reading).flatMap(id -> {
      Optional<Certificates.Entry> entry = reading.certificates().find(id);
      if (entry.isEmpty()) {
        reading.problem(node, path, "names no entry of certificates[]");
      }
      return entry.map(Certificates.Entry::source);
    });
  }

  @Override
  public Optional<String> wrong(TlsIdentity.Source value) {
    return Optional.empty();
  }

  @Override
  public Map<String, Object> schema() {
    return TEXT.schema();
  }

  @Override
  public String words() {
    return "a text";
  }
}
