package io.oidcgrant.config;

import io.oidcgrant.protocol.EndpointAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An item of {@code issuer_jwks}. */
final class IssuerKeysType implements FieldType<IssuerKeys> {
  @Override
  public Optional<IssuerKeys> read(ConfigNode node, String path, Reading reading) {
    Optional<MappingReader> found = MappingReader.of(node, path, reading);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    int before = reading.problemCount();
    MappingReader mapping = found.get();
    Optional<String> issuer = mapping.take("issuer", REFERENCEABLE);
    Optional<String> address = mapping.take("jwks_uri", REFERENCEABLE);
    if (issuer.isEmpty()) {
      mapping.problem("issuer", null, "is missing: the iss of its tokens");
    }
    if (address.isEmpty()) {
      mapping.problem("jwks_uri", null, "is missing: where its keys are");
    }
    // Whether http is allowed is seen with the other fields.
    address
        .flatMap(text -> EndpointAddress.wrong(text, true))
        .ifPresent(wrong -> mapping.problem("jwks_uri", null, wrong));
    mapping.finish();
    return reading.problemCount() > before
        ? Optional.empty()
        : Optional.of(new IssuerKeys(issuer.orElseThrow(), URI.create(address.orElseThrow())));
  }

  @Override
  public Optional<String> wrong(IssuerKeys value) {
    return EndpointAddress.wrong(value.jwksUri().toString(), true);
  }

  @Override
  public Map<String, Object> schema() {
    return Map.of(
        "type",
        "object",
        "required",
        List.of("issuer", "jwks_uri"),
        "properties",
        Map.of("issuer", TEXT.schema(), "jwks_uri", TEXT.schema()));
  }

  @Override
  public String words() {
    return "mapping";
  }
}
