package io.oidcgrant.config;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A private JSON Web Key (RFC 7517): a mapping of its members, or a text that holds its JSON. The
 * members that are secret may be written as references.
 */
final class JwkType implements FieldType<JWK> {
  private static final Set<String> SECRETS = Set.of("k", "d", "p", "q", "dp", "dq", "qi");

  @Override
  public Optional<JWK> read(ConfigNode node, String path, Reading reading) {
    int before = reading.problemCount();
    Map<String, Object> members = members(node, path, reading);
    if (reading.problemCount() > before) {
      return Optional.empty();
    }
    try {
      return Optional.of(JWK.parse(members));
    } catch (ParseException | RuntimeException e) {
      // Not its message: it may quote the key.
      reading.problem(
          node,
          path,
          "is not a JSON Web Key that can be used (RFC 7517): see its kty, crv and alg");
      return Optional.empty();
    }
  }

  private static Map<String, Object> members(ConfigNode node, String path, Reading reading) {
    if (!(node instanceof ConfigNode.Mapping mapping)) {
      return FieldType.REFERENCEABLE
          .read(node, path, reading)
          .map(text -> json(text, node, path, reading))
          .orElse(Map.of());
    }
    Map<String, Object> members = new LinkedHashMap<>();
    for (ConfigNode.Entry entry : mapping.entries()) {
      if (!entry.value().isNull()) {
        member(entry, path + "." + entry.name(), reading)
            .ifPresent(value -> members.put(entry.name(), value));
      }
    }
    return members;
  }

  private static Map<String, Object> json(
      String text, ConfigNode node, String path, Reading reading) {
    try {
      Map<String, Object> members = JSONObjectUtils.parse(text);
      if (members != null) {
        return members;
      }
    } catch (ParseException e) {
      // As good as none.
    }
    reading.problem(node, path, "must be a mapping, or a text that holds the JSON of a key");
    return Map.of();
  }

  private static Optional<Object> member(ConfigNode.Entry entry, String path, Reading reading) {
    if (entry.value() instanceof ConfigNode.Sequence sequence) {
      List<Object> items = new ArrayList<>();
      for (int i = 0; i < sequence.items().size(); i++) {
        FieldType.TEXT
            .read(sequence.items().get(i), path + "[" + i + "]", reading)
            .ifPresent(items::add);
      }
      return Optional.of(items);
    }
    FieldType<String> type = SECRETS.contains(entry.name()) ? REFERENCEABLE : TEXT;
    return type.read(entry.value(), path, reading).map(text -> text);
  }

  @Override
  public Optional<String> wrong(JWK value) {
    return Optional.empty();
  }

  @Override
  public Map<String, Object> schema() {
    return Map.of("type", List.of("object", "string"));
  }

  @Override
  public String words() {
    return "JSON Web Key";
  }
}
