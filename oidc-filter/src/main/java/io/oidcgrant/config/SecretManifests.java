package io.oidcgrant.config;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The objects {@code Secret} of some manifests. Immutable once made; never prints what they hold.
 */
public final class SecretManifests {
  private final Map<List<String>, Map<String, String>> secrets = new HashMap<>();

  /** Reads all of them; other objects are left alone. */
  public SecretManifests(List<Manifest> manifests, Reading reading) {
    for (Manifest manifest : manifests) {
      if (manifest.kind().equals("Secret")) {
        List<String> key = List.of(manifest.namespace(), manifest.name());
        if (secrets.put(key, values(manifest, reading)) != null) {
          reading.problem(manifest.node(), manifest.path(), "stands here twice");
        }
      }
    }
  }

  private static Map<String, String> values(Manifest manifest, Reading reading) {
    MappingReader fields =
        MappingReader.of(manifest.node(), manifest.path(), reading).orElseThrow();
    Map<String, String> values = new HashMap<>();
    Manifest.texts(fields, "data", reading).forEach((key, encoded) -> {
      try {
        byte[] decoded = Base64.getDecoder().decode(encoded.replaceAll("\\s", ""));
        values.put(key, new String(decoded, StandardCharsets.UTF_8));
      } catch (IllegalArgumentException e) {
        fields.problem("data", null, "must hold base64 under " + key);
      }
    });
    values.putAll(Manifest.texts(fields, "stringData", reading));
    return values;
  }

  /** What a secret holds under a key. */
  public Optional<String> find(String namespace, String name, String key) {
    return Optional.ofNullable(secrets.get(List.of(namespace, name)))
        .map(values -> values.get(key));
  }
}
