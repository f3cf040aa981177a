package io.oidcgrant.proxy.config;

import io.oidcgrant.config.ConfigNode;
import io.oidcgrant.config.ConfigNodes;
import io.oidcgrant.config.FieldType;
import io.oidcgrant.config.Manifest;
import io.oidcgrant.config.MappingReader;
import io.oidcgrant.config.PluginManifests;
import io.oidcgrant.config.Reading;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The services that manifests name, made of {@code Service}. One per reading; not thread-safe. */
final class KubernetesServices {
  static final String PREFIX = "konghq.com/";
  static final Set<String> SEEN = Set.of("plugins", "tags", "host-aliases");

  private static final Map<String, String> OF_SERVICE = Map.of(
      "protocol", "protocol",
      "path", "path",
      "connect-timeout", "connect_timeout",
      "read-timeout", "read_timeout",
      "write-timeout", "write_timeout",
      "retries", "retries",
      "tls-verify", "tls_verify",
      "tls-verify-depth", "tls_verify_depth",
      "client-cert", "client_certificate");

  /** What says how the cluster gets to the service. */
  private static final String[] OF_CLUSTER = {
    "allocateLoadBalancerNodePorts", "clusterIP", "clusterIPs", "externalIPs",
    "externalTrafficPolicy", "healthCheckNodePort", "internalTrafficPolicy", "ipFamilies",
    "ipFamilyPolicy", "loadBalancerClass", "loadBalancerIP", "loadBalancerSourceRanges",
    "publishNotReadyAddresses", "selector", "sessionAffinity", "sessionAffinityConfig",
    "trafficDistribution", "type",
  };

  private final GatewayFiles files;
  private final PluginManifests plugins;
  private final Reading reading;
  private final Map<List<String>, Manifest> services = new HashMap<>();
  private final Map<List<String>, ServiceEntry> made = new HashMap<>();

  KubernetesServices(GatewayFiles files, PluginManifests plugins, Reading reading) {
    this.files = files;
    this.plugins = plugins;
    this.reading = reading;
  }

  void add(Manifest service) {
    if (services.put(List.of(service.namespace(), service.name()), service) != null) {
      reading.problem(service.node(), service.path(), "stands here twice");
    }
    spec(service, reading).ifPresent(spec -> {
      List<ConfigNode> ports = spec.takeItems("ports");
      for (int i = 0; i < ports.size(); i++) {
        MappingReader.of(ports.get(i), spec.pathOf("ports") + "[" + i + "]", reading)
            .ifPresent(port -> {
              port.ignore("appProtocol", "name", "nodePort", "port", "protocol", "targetPort");
              port.finish();
            });
      }
      spec.ignore("externalName");
      spec.ignore(OF_CLUSTER);
      spec.finish();
    });
  }

  /** What a manifest says beside what every object of a cluster has; anything else is a problem. */
  static Optional<MappingReader> spec(Manifest manifest, Reading reading) {
    MappingReader fields =
        MappingReader.of(manifest.node(), manifest.path(), reading).orElseThrow();
    fields.ignore("apiVersion", "kind", "metadata", "status");
    Optional<ConfigNode> spec = fields.take("spec");
    fields.finish();
    return spec.flatMap(node -> MappingReader.of(node, manifest.path() + ".spec", reading));
  }

  /** The same once more. */
  private Optional<MappingReader> read(Manifest service) {
    return MappingReader.of(service.node(), service.path(), reading)
        .flatMap(fields -> fields.take("spec"))
        .flatMap(node -> MappingReader.of(node, service.path() + ".spec", reading));
  }

  static void unknown(Manifest of, String name, Reading reading) {
    reading.problem(
        of.node(),
        of.path() + ".metadata.annotations." + PREFIX + name,
        "is not implemented in this release");
  }

  /** The service behind a route: that of the declarative file, or one made of the cluster's. */
  Optional<ServiceEntry> find(
      MappingReader at, String namespace, String name, Optional<String> port) {
    Optional<ServiceEntry> declared = files.service(name);
    if (declared.isPresent()) {
      return declared;
    }
    if (port.isEmpty()) {
      return Optional.empty();
    }
    List<String> key = List.of(namespace, name, port.get());
    ServiceEntry known = made.get(key);
    if (known != null) {
      return Optional.of(known);
    }
    Manifest service = services.get(List.of(namespace, name));
    Optional<String> number = port.filter(text -> text.matches("\\d+"))
        .or(() -> service == null ? Optional.empty() : named(service, port.get()));
    if (number.isEmpty()) {
      at.problem("port", null, "there is no Service of this name with a port of this name");
      return Optional.empty();
    }
    ConfigNodes fields = new ConfigNodes(service == null ? at.node() : service.node())
        .put("name", namespace + "." + name + "." + port.get())
        .put("host", service == null ? name + "." + namespace + ".svc" : host(service))
        .put("port", number.get());
    if (service != null) {
      service.annotations().forEach((annotation, value) -> {
        String of = annotation.startsWith(PREFIX) ? annotation.substring(PREFIX.length()) : "";
        if (OF_SERVICE.containsKey(of)) {
          fields.put(OF_SERVICE.get(of), value);
        } else if (!of.isEmpty() && !SEEN.contains(of)) {
          unknown(service, of, reading);
        }
      });
    }
    ServiceEntry entry =
        files.addService(fields.build(), service == null ? at.path() : service.path());
    made.put(key, entry);
    if (service != null) {
      plugins.of(service).forEach(plugin -> files.bind(plugin, entry, null));
    }
    return Optional.of(entry);
  }

  /** Those that no route leads to, and that are not the declarative file's. */
  List<Manifest> unreached() {
    return services.values().stream()
        .filter(service -> files.service(service.name()).isEmpty())
        .filter(service -> made.keySet().stream()
            .noneMatch(
                key -> key.get(0).equals(service.namespace()) && key.get(1).equals(service.name())))
        .toList();
  }

  private String host(Manifest service) {
    return read(service)
        .flatMap(spec -> spec.take("externalName", FieldType.TEXT))
        .orElse(service.name() + "." + service.namespace() + ".svc");
  }

  private Optional<String> named(Manifest service, String port) {
    return read(service).stream()
        .flatMap(spec -> spec.takeItems("ports").stream())
        .flatMap(node -> MappingReader.of(node, service.path() + ".spec.ports", reading).stream())
        .filter(
            fields -> fields.take("name", FieldType.TEXT).filter(port::equals).isPresent())
        .flatMap(fields -> fields.take("port", FieldType.integer(1, 65_535)).stream())
        .map(number -> Integer.toString(number))
        .findFirst();
  }
}
