package io.oidcgrant.config;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Names and texts, each of which may be written as a reference to where it is kept. */
final class TextMapType implements FieldType<Map<String, String>> {
  @Override
  public Optional<Map<String, String>> read(ConfigNode node, String path, Reading reading) {
    if (!(node instanceof ConfigNode.Mapping mapping)) {
      reading.problem(node, path, "is " + node.kind() + ", must be a mapping of names to texts");
      return Optional.empty();
    }
    Map<String, String> texts = new LinkedHashMap<>();
    boolean whole = true;
    for (ConfigNode.Entry entry : mapping.entries()) {
      if (entry.value().isNull()) {
        continue;
      }
      Optional<String> text = REFERENCEABLE.read(entry.value(), path + "." + entry.name(), reading);
      whole &= text.isPresent();
      text.ifPresent(value -> texts.put(entry.name(), value));
    }
    return whole ? Optional.of(texts) : Optional.empty();
  }

  @Override
  public Optional<String> wrong(Map<String, String> value) {
    return Optional.empty();
  }

  @Override
  public Map<String, Object> schema() {
    return Map.of("type", "object", "additionalProperties", TEXT.schema());
  }

  @Override
  public String words() {
    return "mapping";
  }
}
