package io.oidcgrant.config;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An item of {@code upstream_headers}: a header and the path of the claim that it holds. */
final class HeaderClaimType implements FieldType<HeaderSetting> {
  @Override
  public Optional<HeaderSetting> read(ConfigNode node, String path, Reading reading) {
    Optional<MappingReader> found = MappingReader.of(node, path, reading);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    int before = reading.problemCount();
    MappingReader mapping = found.get();
    Optional<String> header = mapping.take("header", TEXT);
    List<String> claim = mapping.take("path", FieldType.listOf(TEXT)).orElse(List.of());
    if (header.isEmpty()) {
      mapping.problem("header", null, "is missing: the name of a header");
    }
    if (claim.isEmpty()) {
      mapping.problem("path", null, "is missing: the path to a claim");
    }
    mapping.finish();
    return reading.problemCount() > before
        ? Optional.empty()
        : Optional.of(HeaderSetting.ofClaim(header.orElseThrow(), claim));
  }

  @Override
  public Optional<String> wrong(HeaderSetting value) {
    return value.path().isEmpty() ? Optional.of("has no path to a claim") : Optional.empty();
  }

  @Override
  public Map<String, Object> schema() {
    return Map.of(
        "type",
        "object",
        "required",
        List.of("header", "path"),
        "properties",
        Map.of("header", TEXT.schema(), "path", FieldType.listOf(TEXT).schema()));
  }

  @Override
  public String words() {
    return "mapping";
  }
}
