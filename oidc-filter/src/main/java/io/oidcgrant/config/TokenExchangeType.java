package io.oidcgrant.config;

import io.oidcgrant.config.TokenExchangeSettings.Conditions;
import io.oidcgrant.config.TokenExchangeSettings.SubjectIssuer;
import io.oidcgrant.protocol.EndpointAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The mapping of {@code token_exchange}. */
final class TokenExchangeType implements FieldType<TokenExchangeSettings> {
  private static final FieldType<List<String>> TEXTS = FieldType.listOf(REFERENCEABLE);
  private static final int LONGEST = 366 * 86_400;

  @Override
  public Optional<TokenExchangeSettings> read(ConfigNode node, String path, Reading reading) {
    Optional<MappingReader> found = MappingReader.of(node, path, reading);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    int before = reading.problemCount();
    MappingReader mapping = found.get();
    List<ConfigNode> items = mapping.takeItems("subject_token_issuers");
    List<SubjectIssuer> issuers = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      String place = mapping.pathOf("subject_token_issuers") + "[" + i + "]";
      issuer(items.get(i), place, reading).ifPresent(issuers::add);
    }
    if (items.isEmpty()) {
      mapping.problem(
          "subject_token_issuers", null, "is missing: the issuers whose tokens are exchanged");
    }
    Optional<MappingReader> request = inner(mapping, "request", reading);
    Optional<List<String>> scopes = list(request, "scopes", "empty_scopes");
    Optional<List<String>> audience = list(request, "audience", "empty_audience");
    request.ifPresent(MappingReader::finish);
    Optional<MappingReader> cache = inner(mapping, "cache", reading);
    boolean remembers = cache.flatMap(c -> c.take("enabled", BOOLEAN)).orElse(true);
    Optional<Duration> longest =
        cache.flatMap(c -> c.take("ttl", FieldType.integer(0, LONGEST))).map(Duration::ofSeconds);
    cache.ifPresent(MappingReader::finish);
    mapping.finish();
    return reading.problemCount() > before
        ? Optional.empty()
        : Optional.of(
            new TokenExchangeSettings(List.copyOf(issuers), scopes, audience, remembers, longest));
  }

  private static Optional<MappingReader> inner(
      MappingReader mapping, String name, Reading reading) {
    return mapping
        .take(name)
        .flatMap(node -> MappingReader.of(node, mapping.pathOf(name), reading));
  }

  /** The list; an empty one where the flag asks for none. */
  private static Optional<List<String>> list(
      Optional<MappingReader> request, String name, String emptyFlag) {
    Optional<List<String>> written = request.flatMap(r -> r.take(name, TEXTS));
    return request.flatMap(r -> r.take(emptyFlag, BOOLEAN)).orElse(false)
        ? Optional.of(List.of())
        : written;
  }

  private static Optional<SubjectIssuer> issuer(ConfigNode node, String path, Reading reading) {
    Optional<MappingReader> found = MappingReader.of(node, path, reading);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    MappingReader mapping = found.get();
    Optional<String> issuer = mapping.take("issuer", REFERENCEABLE);
    if (issuer.isEmpty()) {
      mapping.problem("issuer", null, "is missing: the iss of the tokens");
    }
    Optional<Conditions> conditions = inner(mapping, "conditions", reading).map(inner -> {
      Conditions read = new Conditions(
          inner.take("has_audience", TEXTS).orElse(List.of()),
          inner.take("missing_audience", TEXTS).orElse(List.of()),
          inner.take("has_scopes", TEXTS).orElse(List.of()),
          inner.take("missing_scopes", TEXTS).orElse(List.of()));
      inner.finish();
      return read;
    });
    // Kong verifies only where that is asked for.
    boolean verified = mapping.take("verify_signature", BOOLEAN).orElse(!reading.kongCompatible());
    Optional<String> address = mapping.take("jwks_uri", REFERENCEABLE);
    address
        .flatMap(text -> EndpointAddress.wrong(text, true))
        .ifPresent(wrong -> mapping.problem("jwks_uri", null, wrong));
    List<String> audience = mapping.take("audience_required", TEXTS).orElse(List.of());
    mapping.finish();
    return issuer.map(name -> new SubjectIssuer(
        name,
        conditions,
        verified,
        address.filter(text -> EndpointAddress.wrong(text, true).isEmpty()).map(URI::create),
        audience));
  }

  @Override
  public Optional<String> wrong(TokenExchangeSettings value) {
    return value.issuers().isEmpty() ? Optional.of("names no issuers") : Optional.empty();
  }

  @Override
  public Map<String, Object> schema() {
    return Map.of("type", "object", "required", List.of("subject_token_issuers"));
  }

  @Override
  public String words() {
    return "mapping";
  }
}
