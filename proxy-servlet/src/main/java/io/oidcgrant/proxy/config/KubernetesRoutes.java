package io.oidcgrant.proxy.config;

import io.oidcgrant.config.ConfigNode;
import io.oidcgrant.config.ConfigNodes;
import io.oidcgrant.config.FieldType;
import io.oidcgrant.config.Manifest;
import io.oidcgrant.config.MappingReader;
import io.oidcgrant.config.PluginEntry;
import io.oidcgrant.config.PluginManifests;
import io.oidcgrant.config.Reading;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes services and routes of {@code Service}, {@code Ingress} and {@code HTTPRoute}, as Kong's
 * ingress controller does, and binds the plugins that their annotations name. Beside a declarative
 * file, a {@code Service} stands for the service of its name. One per reading; not thread-safe.
 */
final class KubernetesRoutes {
  private static final String PREFIX = KubernetesServices.PREFIX;

  private static final FieldType<String> INGRESS_TYPE =
      FieldType.oneOf("Exact", "Prefix", "ImplementationSpecific");
  private static final FieldType<String> ROUTE_TYPE =
      FieldType.oneOf("Exact", "PathPrefix", "RegularExpression");
  private static final FieldType<String> HEADER_TYPE =
      FieldType.oneOf("Exact", "RegularExpression");

  /** The routes' annotations and what the declarative format calls them. */
  private static final Map<String, String> OF_ROUTE = Map.of(
      "strip-path", "strip_path",
      "preserve-host", "preserve_host",
      "regex-priority", "regex_priority",
      "path-handling", "path_handling",
      "https-redirect-status-code", "https_redirect_status_code",
      "request-buffering", "request_buffering",
      "response-buffering", "response_buffering");

  private final GatewayFiles files;
  private final PluginManifests plugins;
  private final Reading reading;
  private final KubernetesServices services;

  KubernetesRoutes(GatewayFiles files, PluginManifests plugins, Reading reading) {
    this.files = files;
    this.plugins = plugins;
    this.reading = reading;
    this.services = new KubernetesServices(files, plugins, reading);
  }

  void read(List<Manifest> manifests) {
    for (Manifest manifest : manifests) {
      if (manifest.kind().equals("Service")) {
        services.add(manifest);
      }
    }
    for (Manifest manifest : manifests) {
      switch (manifest.kind()) {
        case "KongPlugin", "KongClusterPlugin", "KongConsumer", "Secret" -> {}
        case "Service" ->
          files
              .service(manifest.name())
              .ifPresent(service -> bind(plugins.of(manifest), service, null));
        case "Ingress" -> ingress(manifest);
        case "HTTPRoute" -> httpRoute(manifest);
        default -> unread(manifest);
      }
    }
    plugins.global().forEach(entry -> files.bind(entry, null, null));
    services.unreached().forEach(this::bindsNothing);
    plugins
        .unbound()
        .forEach(plugin -> reading.warning(
            plugin.node(),
            plugin.path(),
            "is bound to nothing: no Service, Ingress or HTTPRoute has the annotation " + PREFIX
                + "plugins with its name"));
  }

  /** Beside a declarative file, it may be a slip in a name that leaves that file's service open. */
  private void bindsNothing(Manifest service) {
    if (service.annotations().getOrDefault(PREFIX + "plugins", "").isBlank()) {
      return;
    }
    String path = service.path() + ".metadata.annotations." + PREFIX + "plugins";
    String why = "binds to nothing: there is no service of this name, and no Ingress or HTTPRoute"
        + " that leads to it";
    if (files.declaresServices()) {
      reading.problem(service.node(), path, why);
    } else {
      reading.warning(service.node(), path, why);
    }
  }

  private void unread(Manifest manifest) {
    Optional<String> meant = PluginManifests.meantBy(manifest.kind());
    if (meant.isPresent()) {
      reading.problem(
          manifest.node(), manifest.path(), "is of no known kind; did you mean " + meant.get());
    } else {
      reading.warning(
          manifest.node(), manifest.path(), "is of a kind that is not read here, and skipped");
    }
  }

  private void bind(
      List<PluginEntry> entries, @Nullable ServiceEntry service, @Nullable RouteEntry route) {
    entries.forEach(entry -> files.bind(entry, service, route));
  }

  private void ingress(Manifest ingress) {
    List<PluginEntry> bound = plugins.of(ingress);
    Optional<MappingReader> spec = KubernetesServices.spec(ingress, reading);
    if (spec.isEmpty()) {
      files.route(ingress.name(), ingress).ifPresent(route -> bind(bound, null, route));
      return;
    }
    List<ConfigNode> rules = spec.get().takeItems("rules");
    int count = 0;
    for (int i = 0; i < rules.size(); i++) {
      String at = ingress.path() + ".spec.rules[" + i + "]";
      Optional<MappingReader> rule = MappingReader.of(rules.get(i), at, reading);
      if (rule.isEmpty()) {
        continue;
      }
      List<String> hosts = rule.get().take("host", FieldType.TEXT).map(List::of).orElse(List.of());
      List<ConfigNode> paths = rule.get()
          .take("http")
          .flatMap(http -> MappingReader.of(http, at + ".http", reading))
          .map(KubernetesRoutes::paths)
          .orElse(List.of());
      rule.get().finish();
      for (int j = 0; j < paths.size(); j++) {
        Optional<MappingReader> path =
            MappingReader.of(paths.get(j), at + ".http.paths[" + j + "]", reading);
        if (path.isPresent()) {
          ingressPath(ingress, path.get(), hosts, count++, bound);
        }
      }
    }
    spec.get()
        .take("defaultBackend")
        .flatMap(node -> MappingReader.of(node, ingress.path() + ".spec.defaultBackend", reading))
        .flatMap(backend -> ingressService(ingress, backend))
        .ifPresent(service -> route(
            ingress,
            "default",
            service,
            new ConfigNodes(ingress.node()).put("paths", "/"),
            List.of(),
            bound));
    spec.get().ignore("ingressClassName", "tls");
    spec.get().finish();
  }

  private static List<ConfigNode> paths(MappingReader http) {
    List<ConfigNode> paths = http.takeItems("paths");
    http.finish();
    return paths;
  }

  private void ingressPath(
      Manifest ingress,
      MappingReader path,
      List<String> hosts,
      int count,
      List<PluginEntry> bound) {
    String value = path.take("path", FieldType.TEXT).orElse("/");
    String type = path.take("pathType", INGRESS_TYPE).orElse("ImplementationSpecific");
    Optional<ServiceEntry> service = path.take("backend")
        .flatMap(node -> MappingReader.of(node, path.pathOf("backend"), reading))
        .flatMap(backend -> ingressService(ingress, backend));
    path.finish();
    if (service.isEmpty()) {
      path.problem("backend", null, "must name a service with its port");
      return;
    }
    ConfigNodes route = new ConfigNodes(path.node());
    route.put("paths", paths(type, value));
    route(ingress, Integer.toString(count), service.get(), route, hosts, bound);
  }

  /** Kong's paths for one of Kubernetes: a prefix ends where a segment does. */
  private static List<String> paths(String type, String value) {
    return switch (type) {
      case "Exact" -> List.of("~" + quoted(value) + "$");
      case "Prefix", "PathPrefix" -> {
        String stem = value.endsWith("/") ? value.substring(0, value.length() - 1) : value;
        yield stem.isEmpty() ? List.of("/") : List.of("~" + quoted(stem) + "$", stem + "/");
      }
      case "RegularExpression" -> List.of("~" + value);
      default -> List.of(value.startsWith("/~") ? "~" + value.substring(2) : value);
    };
  }

  private static String quoted(String literal) {
    return literal.replaceAll("([\\\\.\\[\\]{}()*+?^$|])", "\\\\$1");
  }

  private Optional<ServiceEntry> ingressService(Manifest ingress, MappingReader backend) {
    Optional<ConfigNode> written = backend.take("service");
    backend.notImplemented("resource");
    backend.finish();
    return written
        .flatMap(node -> MappingReader.of(node, backend.pathOf("service"), reading))
        .flatMap(service -> {
          Optional<String> name = service.take("name", FieldType.TEXT);
          Optional<MappingReader> port = service
              .take("port")
              .flatMap(node -> MappingReader.of(node, service.pathOf("port"), reading));
          Optional<String> number = port.flatMap(
                  of -> of.take("number", FieldType.integer(1, 65_535)))
              .map(found -> Integer.toString(found))
              .or(() -> port.flatMap(of -> of.take("name", FieldType.TEXT)));
          port.ifPresent(of -> of.ignore("name"));
          port.ifPresent(MappingReader::finish);
          service.finish();
          return name.flatMap(of -> services.find(service, ingress.namespace(), of, number));
        });
  }

  private void httpRoute(Manifest httpRoute) {
    List<PluginEntry> bound = plugins.of(httpRoute);
    Optional<MappingReader> spec = KubernetesServices.spec(httpRoute, reading);
    if (spec.isEmpty()) {
      files.route(httpRoute.name(), httpRoute).ifPresent(route -> bind(bound, null, route));
      return;
    }
    List<String> hosts =
        spec.get().take("hostnames", FieldType.listOf(FieldType.TEXT)).orElse(List.of());
    List<ConfigNode> rules = spec.get().takeItems("rules");
    for (int i = 0; i < rules.size(); i++) {
      String at = httpRoute.path() + ".spec.rules[" + i + "]";
      Optional<MappingReader> rule = MappingReader.of(rules.get(i), at, reading);
      if (rule.isPresent()) {
        rule(httpRoute, rule.get(), hosts, i, bound);
        rule.get().finish();
      }
    }
    spec.get().ignore("parentRefs", "useDefaultGateways");
    spec.get().finish();
  }

  private void rule(
      Manifest httpRoute,
      MappingReader rule,
      List<String> hosts,
      int index,
      List<PluginEntry> bound) {
    rule.ignore("name");
    rule.notImplemented("filters", "timeouts", "retry", "sessionPersistence");
    List<ConfigNode> matches = rule.takeItems("matches");
    List<ConfigNode> backends = rule.takeItems("backendRefs");
    Optional<MappingReader> backend = backends.size() == 1
        ? MappingReader.of(backends.get(0), rule.pathOf("backendRefs") + "[0]", reading)
        : Optional.empty();
    if (backend.isEmpty()) {
      rule.problem("backendRefs", null, "must hold one service; several are not implemented");
      return;
    }
    MappingReader ref = backend.get();
    ref.notImplemented("filters");
    Accepted.only(ref, "group", FieldType.TEXT, "");
    Accepted.only(ref, "kind", FieldType.TEXT, "Service");
    ref.take("weight", FieldType.integer(1, 1_000_000));
    Optional<ServiceEntry> service = ref.take("name", FieldType.TEXT)
        .flatMap(name -> services.find(
            ref,
            ref.take("namespace", FieldType.TEXT).orElse(httpRoute.namespace()),
            name,
            ref.take("port", FieldType.integer(1, 65_535)).map(port -> Integer.toString(port))));
    ref.finish();
    if (service.isEmpty()) {
      ref.problem("name", null, "must name a service with its port");
      return;
    }
    if (matches.isEmpty()) {
      route(
          httpRoute,
          Integer.toString(index),
          service.get(),
          new ConfigNodes(rule.node()).put("paths", "/"),
          hosts,
          bound);
    }
    for (int j = 0; j < matches.size(); j++) {
      Optional<MappingReader> match =
          MappingReader.of(matches.get(j), rule.pathOf("matches") + "[" + j + "]", reading);
      if (match.isPresent()) {
        route(httpRoute, index + "." + j, service.get(), match(match.get()), hosts, bound);
      }
    }
  }

  private ConfigNodes match(MappingReader match) {
    ConfigNodes route = new ConfigNodes(match.node());
    match.notImplemented("queryParams");
    Optional<MappingReader> path =
        match.take("path").flatMap(node -> MappingReader.of(node, match.pathOf("path"), reading));
    String value = path.flatMap(of -> of.take("value", FieldType.TEXT)).orElse("/");
    String type = path.flatMap(of -> of.take("type", ROUTE_TYPE)).orElse("PathPrefix");
    path.ifPresent(MappingReader::finish);
    route.put("paths", paths(type, value));
    match.take("method", FieldType.TEXT).ifPresent(method -> route.put("methods", List.of(method)));
    ConfigNodes headers = new ConfigNodes(match.node());
    List<ConfigNode> items = match.takeItems("headers");
    for (int i = 0; i < items.size(); i++) {
      MappingReader.of(items.get(i), match.pathOf("headers") + "[" + i + "]", reading)
          .ifPresent(header -> {
            String kind = header.take("type", HEADER_TYPE).orElse("Exact");
            String text = header.take("value", FieldType.TEXT).orElse("");
            header
                .take("name", FieldType.TEXT)
                .ifPresent(name -> headers.put(
                    name, List.of(kind.equals("RegularExpression") ? "~*" + text : text)));
            header.finish();
          });
    }
    if (!items.isEmpty()) {
      route.put("headers", headers.build());
    }
    match.finish();
    return route;
  }

  private void route(
      Manifest of,
      String suffix,
      ServiceEntry service,
      ConfigNodes route,
      List<String> hosts,
      List<PluginEntry> bound) {
    route.put("name", of.namespace() + "." + of.name() + "." + suffix);
    List<String> all = new ArrayList<>(hosts);
    all.addAll(list(of, "host-aliases"));
    if (!all.isEmpty()) {
      route.put("hosts", all);
    }
    Map<String, String> annotations = of.annotations();
    // The controller's defaults, which are not Kong's.
    route.put("strip_path", annotations.getOrDefault(PREFIX + "strip-path", "false"));
    route.put("preserve_host", annotations.getOrDefault(PREFIX + "preserve-host", "true"));
    ConfigNodes headers = new ConfigNodes(of.node());
    boolean anyHeader = false;
    for (Map.Entry<String, String> annotation : annotations.entrySet()) {
      if (!annotation.getKey().startsWith(PREFIX)) {
        continue;
      }
      String name = annotation.getKey().substring(PREFIX.length());
      if (name.equals("strip-path")
          || name.equals("preserve-host")
          || KubernetesServices.SEEN.contains(name)) {
        continue;
      }
      if (name.startsWith("headers.")) {
        headers.put(name.substring("headers.".length()), split(annotation.getValue()));
        anyHeader = true;
      } else if (OF_ROUTE.containsKey(name)) {
        route.put(OF_ROUTE.get(name), annotation.getValue());
      } else if (Set.of("methods", "protocols", "snis").contains(name)) {
        route.put(name, split(annotation.getValue()));
      } else {
        KubernetesServices.unknown(of, name, reading);
      }
    }
    if (anyHeader) {
      route.put("headers", headers.build());
    }
    bind(bound, null, files.addRoute(route.build(), of.path(), service));
  }

  private static List<String> list(Manifest of, String annotation) {
    return split(of.annotations().getOrDefault(PREFIX + annotation, ""));
  }

  private static List<String> split(String text) {
    return Arrays.stream(text.split(",", -1))
        .map(String::strip)
        .filter(part -> !part.isEmpty())
        .toList();
  }
}
