package io.oidcgrant.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A Kubernetes object as it is written in a file.
 *
 * @param namespace {@code default} where none is named
 */
public record Manifest(
    String kind,
    String name,
    String namespace,
    Map<String, String> annotations,
    Map<String, String> labels,
    ConfigNode node) {

  /** Whether a document is a manifest. */
  public static boolean isManifest(ConfigNode document) {
    return document instanceof ConfigNode.Mapping mapping
        && mapping.entries().stream().anyMatch(entry -> entry.name().equals("apiVersion"))
        && mapping.entries().stream().anyMatch(entry -> entry.name().equals("kind"));
  }

  /** The objects of the documents that are manifests, those in lists included. */
  public static List<Manifest> readAll(List<ConfigNode> documents, Reading reading) {
    List<Manifest> all = new ArrayList<>();
    for (ConfigNode document : documents) {
      if (!isManifest(document)) {
        continue;
      }
      MappingReader fields = MappingReader.of(document, "", reading).orElseThrow();
      Optional<String> kind = fields.take("kind", FieldType.TEXT);
      if (kind.isPresent() && kind.get().equals("List")) {
        fields.ignore("apiVersion", "metadata");
        List<ConfigNode> items = fields.takeItems("items");
        fields.finish();
        for (ConfigNode item : items) {
          if (!isManifest(item)) {
            reading.problem(item, "items", "has an entry without apiVersion and kind");
          }
        }
        all.addAll(readAll(items, reading));
      } else if (kind.isPresent()) {
        read(kind.get(), fields, reading).ifPresent(all::add);
      }
    }
    return all;
  }

  private static Optional<Manifest> read(String kind, MappingReader fields, Reading reading) {
    Optional<MappingReader> metadata =
        fields.take("metadata").flatMap(node -> MappingReader.of(node, "metadata", reading));
    Optional<String> name = metadata.flatMap(of -> of.take("name", FieldType.TEXT));
    if (name.isEmpty()) {
      fields.problem("metadata", null, "must have a name");
      return Optional.empty();
    }
    MappingReader of = metadata.orElseThrow();
    return Optional.of(new Manifest(
        kind,
        name.get(),
        of.take("namespace", FieldType.TEXT).orElse("default"),
        texts(of, "annotations", reading),
        texts(of, "labels", reading),
        fields.node()));
  }

  /** A mapping of texts. */
  static Map<String, String> texts(MappingReader in, String name, Reading reading) {
    Map<String, String> texts = new LinkedHashMap<>();
    in.take(name)
        .flatMap(node -> MappingReader.of(node, in.pathOf(name), reading))
        .ifPresent(mapping -> {
          for (ConfigNode.Entry entry : mapping.takeRest()) {
            FieldType.TEXT
                .read(entry.value(), mapping.pathOf(entry.name()), reading)
                .ifPresent(text -> texts.put(entry.name(), text));
          }
        });
    return texts;
  }

  /** How messages call it. */
  public String path() {
    return kind + "/" + name;
  }
}
