package io.oidcgrant.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The objects {@code KongPlugin} and {@code KongClusterPlugin}, with what they take from
 * {@code Secret}s of the same files. Not thread-safe.
 */
public final class PluginManifests {
  private static final String CLUSTER = "KongClusterPlugin";

  /**
   * A plugin.
   *
   * @param entry empty where it is disabled, wrong or none of ours
   */
  private record Plugin(Manifest manifest, Optional<PluginEntry> entry) {}

  private final Reading reading;
  private final SecretManifests secrets;
  private final Map<List<String>, Plugin> plugins = new HashMap<>();
  private final List<Plugin> all = new ArrayList<>();
  private final Set<String> bound = new HashSet<>();

  /** Reads all of them; other objects are left alone. */
  public PluginManifests(List<Manifest> manifests, SecretManifests secrets, Reading reading) {
    this.secrets = secrets;
    this.reading = reading;
    for (Manifest manifest : manifests) {
      if (manifest.kind().equals("KongPlugin") || manifest.kind().equals(CLUSTER)) {
        Plugin plugin = new Plugin(manifest, read(manifest));
        all.add(plugin);
        if (plugins.putIfAbsent(key(namespace(manifest), manifest.name()), plugin) != null) {
          reading.problem(manifest.node(), manifest.path(), "stands here twice");
        }
      }
    }
  }

  private static List<String> key(String namespace, String name) {
    return List.of(namespace, name);
  }

  /** Empty for a cluster's. */
  private static String namespace(Manifest manifest) {
    return manifest.kind().equals(CLUSTER) ? "" : manifest.namespace();
  }

  /** The plugins that are in force everywhere. */
  public List<PluginEntry> global() {
    return all.stream()
        .filter(plugin -> isGlobal(plugin.manifest()))
        .flatMap(plugin -> plugin.entry().stream())
        .toList();
  }

  /** The kind of plugin that another kind is a misspelling of. */
  public static Optional<String> meantBy(String kind) {
    return Nearest.to(kind, List.of("KongPlugin", CLUSTER));
  }

  /** What is in force nowhere, though it could be: so far nothing names it. */
  public List<Manifest> unbound() {
    return all.stream()
        .filter(plugin -> plugin.entry().isPresent())
        .map(Plugin::manifest)
        .filter(manifest -> !isGlobal(manifest))
        .filter(manifest -> !bound.contains(namespace(manifest) + "/" + manifest.name()))
        .toList();
  }

  private static boolean isGlobal(Manifest manifest) {
    return manifest.kind().equals(CLUSTER) && "true".equals(manifest.labels().get("global"));
  }

  /** All of them. */
  public List<PluginEntry> all() {
    return all.stream().flatMap(plugin -> plugin.entry().stream()).toList();
  }

  /** The plugins that an object's annotation {@code konghq.com/plugins} names. */
  public List<PluginEntry> of(Manifest bound) {
    List<PluginEntry> found = new ArrayList<>();
    Set<String> names = new LinkedHashSet<>();
    for (String name :
        bound.annotations().getOrDefault("konghq.com/plugins", "").split(",", -1)) {
      names.add(name.strip());
    }
    names.remove("");
    for (String name : names) {
      Plugin plugin =
          plugins.getOrDefault(key(bound.namespace(), name), plugins.get(key("", name)));
      if (plugin == null) {
        reading.problem(
            bound.node(),
            bound.path() + ".metadata.annotations.konghq.com/plugins",
            "there is no KongPlugin of the name " + name + " in namespace " + bound.namespace()
                + ", and no KongClusterPlugin");
      } else {
        this.bound.add(namespace(plugin.manifest()) + "/" + plugin.manifest().name());
        plugin.entry().ifPresent(found::add);
      }
    }
    return found;
  }

  private Optional<PluginEntry> read(Manifest manifest) {
    MappingReader fields =
        MappingReader.of(manifest.node(), manifest.path(), reading).orElseThrow();
    fields.ignore("apiVersion", "kind", "metadata", "status", "run_on", "instance_name");
    fields.notImplemented("consumerRef", "ordering");
    Optional<ConfigNode> plugin = fields.take("plugin");
    if (plugin.isEmpty()) {
      fields.problem("plugin", null, "is missing: the plugin's name");
    }
    Optional<ConfigNode> written = fields.take("config");
    Optional<ConfigNode> from = fields.take("configFrom");
    if (written.isPresent() && from.isPresent()) {
      fields.problem("configFrom", from.get(), "cannot stand beside config");
    }
    boolean disabled = fields.take("disabled", FieldType.BOOLEAN).orElse(false);
    Optional<ConfigNode> protocols = fields.take("protocols");
    List<ConfigNode> patches = fields.takeItems("configPatches");
    fields.finish();
    Optional<ConfigNode> config = written;
    if (written.isEmpty() && from.isPresent()) {
      config = MappingReader.of(from.get(), fields.pathOf("configFrom"), reading)
          .flatMap(reference -> secret(reference, manifest));
      if (config.isEmpty()) {
        return Optional.empty();
      }
    }
    ConfigNode patched = config.orElseGet(() -> new ConfigNodes(manifest.node()).build());
    for (int i = 0; i < patches.size(); i++) {
      String path = fields.pathOf("configPatches") + "[" + i + "]";
      patched = patch(patched, patches.get(i), path, manifest);
    }
    if (plugin.isEmpty()) {
      return Optional.empty();
    }
    ConfigNodes entry = new ConfigNodes(manifest.node())
        .put("name", plugin.get())
        .put("enabled", Boolean.toString(!disabled))
        .put("config", patched);
    protocols.ifPresent(value -> entry.put("protocols", value));
    return PluginEntry.read(entry.build(), manifest.path(), reading).filter(PluginEntry::enabled);
  }

  private ConfigNode patch(ConfigNode config, ConfigNode written, String path, Manifest manifest) {
    Optional<MappingReader> found = MappingReader.of(written, path, reading);
    if (found.isEmpty()) {
      return config;
    }
    MappingReader patch = found.get();
    Optional<String> pointer = patch.take("path", FieldType.TEXT);
    Optional<ConfigNode> value = patch
        .take("valueFrom")
        .flatMap(node -> MappingReader.of(node, patch.pathOf("valueFrom"), reading))
        .flatMap(reference -> secret(reference, manifest));
    patch.finish();
    if (pointer.isEmpty()) {
      patch.problem("path", null, "is missing: a JSON pointer such as /client_secret");
    }
    if (pointer.isEmpty() || value.isEmpty()) {
      return config;
    }
    Optional<ConfigNode> changed = ConfigNodes.add(config, pointer.get(), value.get());
    if (changed.isEmpty()) {
      patch.problem("path", null, "points at no place of the config");
    }
    return changed.orElse(config);
  }

  /** What a {@code secretKeyRef} leads to, read as YAML, of which JSON is a part. */
  private Optional<ConfigNode> secret(MappingReader from, Manifest manifest) {
    Optional<MappingReader> found = from.take("secretKeyRef")
        .flatMap(node -> MappingReader.of(node, from.pathOf("secretKeyRef"), reading));
    from.finish();
    if (found.isEmpty()) {
      from.problem("secretKeyRef", null, "is missing");
      return Optional.empty();
    }
    MappingReader reference = found.get();
    String name = reference.take("name", FieldType.TEXT).orElse("");
    String key = reference.take("key", FieldType.TEXT).orElse("");
    String namespace = reference.take("namespace", FieldType.TEXT).orElse(manifest.namespace());
    reference.finish();
    Optional<String> text = secrets.find(namespace, name, key);
    if (text.isEmpty()) {
      reference.problem(
          "name", null, "there is no Secret of this name with this key in namespace " + namespace);
      return Optional.empty();
    }
    String source = reference.node().source() + " (Secret " + name + ")";
    int before = reading.problemCount();
    Optional<ConfigNode> value =
        YamlReader.single(YamlReader.readLiteral(source, text.get(), reading));
    if (value.isEmpty() && reading.problemCount() == before) {
      reference.problem("key", null, "leads to what is not one YAML document");
    }
    return value;
  }
}
