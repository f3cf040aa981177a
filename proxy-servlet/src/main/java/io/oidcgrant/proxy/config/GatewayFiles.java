package io.oidcgrant.proxy.config;

import io.oidcgrant.config.ConfigNode;
import io.oidcgrant.config.Manifest;
import io.oidcgrant.config.MappingReader;
import io.oidcgrant.config.PluginEntry;
import io.oidcgrant.config.PluginManifests;
import io.oidcgrant.config.Reading;
import io.oidcgrant.config.SecretManifests;
import io.oidcgrant.config.YamlReader;
import io.oidcgrant.proxy.route.Criteria;
import io.oidcgrant.proxy.route.Route;
import io.oidcgrant.proxy.route.UpstreamService;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads Kong's declarative format and Kubernetes manifests. Several files are one configuration:
 * each may name what stands in another. One per reading; not thread-safe.
 */
public final class GatewayFiles {
  private final Reading reading;
  private final Named<ServiceEntry> services;
  private final Named<RouteEntry> routes;
  private final List<ScopedPlugin> plugins = new ArrayList<>();
  private final WrittenEntities written = new WrittenEntities();
  private boolean declares;

  private GatewayFiles(Reading reading) {
    this.reading = reading;
    this.services = new Named<>("service", reading, WrittenEntities::idOf);
    this.routes = new Named<>("route", reading, WrittenEntities::idOf);
  }

  /** What the files say; problems and warnings go to {@code reading}. */
  public static Gateway read(List<Path> files, Reading reading) {
    return of(documents(files, reading), List.of(), reading);
  }

  /** What stands in the files. */
  public static List<ConfigNode> documents(List<Path> files, Reading reading) {
    List<ConfigNode> documents = new ArrayList<>();
    for (Path file : files) {
      documents.addAll(YamlReader.readFile(file, reading));
    }
    return List.copyOf(documents);
  }

  /**
   * What the documents of files say.
   *
   * @param more stand in no file
   */
  public static Gateway of(List<ConfigNode> ofFiles, List<ConfigNode> more, Reading reading) {
    GatewayFiles all = new GatewayFiles(reading);
    List<ConfigNode> documents = new ArrayList<>(ofFiles);
    documents.addAll(more);
    documents.forEach(reading::readEntities);
    List<Manifest> manifests = Manifest.readAll(documents, reading);
    SecretManifests secrets = new SecretManifests(manifests, reading);
    new KubernetesEntities(secrets, reading).read(manifests);
    documents.forEach(all::document);
    new KubernetesRoutes(all, new PluginManifests(manifests, secrets, reading), reading)
        .read(manifests);
    documents.forEach(all.written::certificates);
    reading.consumersAsWritten().forEach(all.written::consumer);
    Gateway gateway = all.resolve();
    if (gateway.routes().isEmpty() && reading.problemCount() == 0 && more.isEmpty()) {
      reading.warning(
          new ConfigNode.Mapping(
              reading.files().stream().findFirst().map(Path::toString).orElse("configuration"),
              0,
              List.of()),
          "routes",
          "there is no route: every request will be answered 404");
    }
    return gateway;
  }

  private void document(ConfigNode node) {
    if (!(node instanceof ConfigNode.Mapping)) {
      reading.problem(node, "file", "is " + node.kind() + ", must be a mapping");
      return;
    }
    if (Manifest.isManifest(node)) {
      return;
    }
    MappingReader root = MappingReader.of(node, "", reading).orElseThrow();
    root.take("_format_version").ifPresent(version -> {
      if (!(version instanceof ConfigNode.Scalar scalar)
          || !scalar.text().matches("1\\.1|2\\.1|3(\\.0)?")) {
        root.problem("_format_version", version, "must be \"3.0\", \"2.1\" or \"1.1\"");
      }
    });
    root.take("_info").flatMap(info -> MappingReader.of(info, "_info", reading)).ifPresent(info -> {
      info.ignore("select_tags");
      info.notImplemented("defaults");
      info.finish();
    });
    // Read before: what is here may be named in another file.
    root.ignore("certificates", "ca_certificates", "consumers");
    root.ignore("_transform", "_comment", "_ignore", "_workspace", "_konnect");
    readItems(root, "services", null);
    readItems(root, "routes", null);
    readPlugins(root, null, null);
    root.notImplemented(
        "_plugin_configs",
        "cloned_plugins",
        "consumer_groups",
        "custom_plugins",
        "filter_chains",
        "key_sets",
        "keys",
        "licenses",
        "partials",
        "snis",
        "upstreams",
        "vaults");
    root.finish();
  }

  /** The services of the file, or the routes of the file or of {@code parent}. */
  private void readItems(MappingReader in, String list, @Nullable ServiceEntry parent) {
    List<ConfigNode> items = in.takeItems(list);
    for (int i = 0; i < items.size(); i++) {
      Optional<MappingReader> found =
          MappingReader.of(items.get(i), in.pathOf(list) + "[" + i + "]", reading);
      if (found.isPresent() && list.equals("services")) {
        declares = true;
        readService(found.get());
      } else if (found.isPresent()) {
        readRoute(found.get(), parent);
      }
    }
  }

  /** Whether a declarative file has services. */
  boolean declaresServices() {
    return declares;
  }

  /** The service of a declarative file with this name or id. */
  Optional<ServiceEntry> service(String name) {
    return services.find(name);
  }

  /** The route of this name that a manifest stands for, which there must be. */
  Optional<RouteEntry> route(String name, Manifest manifest) {
    return routes.find(name, manifest.node(), manifest.path());
  }

  ServiceEntry addService(ConfigNode node, String path) {
    return readService(MappingReader.of(node, path, reading).orElseThrow());
  }

  RouteEntry addRoute(ConfigNode node, String path, ServiceEntry service) {
    return readRoute(MappingReader.of(node, path, reading).orElseThrow(), service);
  }

  void bind(PluginEntry entry, @Nullable ServiceEntry service, @Nullable RouteEntry route) {
    plugins.add(new ScopedPlugin(entry, service, route));
  }

  private ServiceEntry readService(MappingReader fields) {
    ServiceEntry service = ServiceEntry.read(fields, reading);
    services.add(fields, service.name(), service.id(), service);
    written.service(service, fields.node());
    readItems(fields, "routes", service);
    readPlugins(fields, service, null);
    fields.finish();
    return service;
  }

  private RouteEntry readRoute(MappingReader fields, @Nullable ServiceEntry parent) {
    RouteEntry route = RouteEntry.read(fields, parent, reading);
    routes.add(fields, route.name(), route.id(), route);
    readPlugins(fields, null, route);
    fields.finish();
    return route;
  }

  private void readPlugins(
      MappingReader in, @Nullable ServiceEntry service, @Nullable RouteEntry route) {
    PluginEntry.readAll(in.takeItems("plugins"), in.pathOf("plugins"), reading)
        .forEach(entry -> plugins.add(new ScopedPlugin(entry, service, route)));
  }

  private Gateway resolve() {
    Map<RouteEntry, ServiceEntry> targets = new LinkedHashMap<>();
    for (RouteEntry route : routes.all()) {
      Optional<ServiceEntry> service = route.parent() != null
          ? Optional.of(route.parent())
          : route.service().flatMap(name -> services.find(name, route.node(), route.path()));
      service.ifPresent(found -> targets.put(route, found));
      written.route(route, service);
    }
    warnOfTwins();
    Map<List<Object>, ScopedPlugin> scopes = scopes();
    List<UpstreamService> enabled = services.all().stream()
        .filter(ServiceEntry::enabled)
        .flatMap(service -> service.upstream().stream())
        .toList();
    List<Route> found = new ArrayList<>();
    IdentityHashMap<Object, PluginEntry> entries = new IdentityHashMap<>();
    IdentityHashMap<Object, String> names = new IdentityHashMap<>();
    targets.forEach((route, service) -> {
      if (route.enabled() && service.enabled() && service.upstream().isPresent()) {
        Optional<ScopedPlugin> grant =
            effective(scopes, PluginEntry.OPENID_CONNECT, service, route);
        Optional<ScopedPlugin> serviceToken =
            effective(scopes, PluginEntry.UPSTREAM_OAUTH, service, route);
        for (Optional<ScopedPlugin> plugin : List.of(grant, serviceToken)) {
          plugin.ifPresent(one -> one.settings().ifPresent(settings -> {
            entries.put(settings, one.entry());
            names.computeIfAbsent(settings, of -> one.called());
          }));
        }
        found.add(route.toRoute(
            service.upstream().get(),
            grant.flatMap(plugin -> plugin.entry().config()),
            serviceToken.flatMap(plugin -> plugin.entry().upstreamOAuth())));
      }
    });
    return new Gateway(
        enabled,
        List.copyOf(found),
        reading.certificates().all(),
        Collections.unmodifiableMap(entries),
        Collections.unmodifiableMap(names),
        written::all);
  }

  private void warnOfTwins() {
    Map<Criteria, RouteEntry> first = new HashMap<>();
    for (RouteEntry route : routes.all()) {
      RouteEntry twin =
          route.enabled() ? first.putIfAbsent(route.criteria().ageless(), route) : null;
      if (twin != null) {
        reading.warning(
            route.node(),
            route.path(),
            "matches the same requests as the route at " + twin.node().source() + ":"
                + twin.node().line() + ": one of them is never reached");
      }
    }
  }

  /** The plugins by name and what they are bound to: nothing, a service, a route, or both. */
  private Map<List<Object>, ScopedPlugin> scopes() {
    Map<List<Object>, ScopedPlugin> all = new LinkedHashMap<>();
    for (ScopedPlugin plugin : plugins) {
      PluginEntry entry = plugin.entry();
      boolean bound = plugin.service() != null || plugin.route() != null;
      if (bound && (entry.service().isPresent() || entry.route().isPresent())) {
        reading.problem(
            entry.node(), entry.path(), "stands in a service or route and names one as well");
        continue;
      }
      Optional<ServiceEntry> service = Optional.ofNullable(plugin.service())
          .or(() -> entry.service().flatMap(n -> services.find(n, entry.node(), entry.path())));
      Optional<RouteEntry> route = Optional.ofNullable(plugin.route())
          .or(() -> entry.route().flatMap(n -> routes.find(n, entry.node(), entry.path())));
      if (!bound
          && (service.isEmpty() != entry.service().isEmpty()
              || route.isEmpty() != entry.route().isEmpty())) {
        continue;
      }
      written.plugin(entry, service, route);
      ScopedPlugin earlier = all.putIfAbsent(
          List.of(entry.name(), service, route),
          new ScopedPlugin(entry, service.orElse(null), route.orElse(null)));
      if (earlier != null) {
        reading.problem(
            entry.node(),
            entry.path(),
            "is a second " + entry.name() + " plugin for the same scope, the first is "
                + earlier.entry().node().source() + ":" + earlier.entry().node().line());
      }
    }
    // What is not in force takes a place, and no other's.
    all.values().removeIf(plugin -> !plugin.entry().enabled());
    return all;
  }

  /** The most specific plugin wins; they are never merged. */
  private static Optional<ScopedPlugin> effective(
      Map<List<Object>, ScopedPlugin> scopes, String name, ServiceEntry service, RouteEntry route) {
    Optional<ServiceEntry> ofService = Optional.of(service);
    Optional<RouteEntry> ofRoute = Optional.of(route);
    return Optional.ofNullable(scopes.get(List.<Object>of(name, ofService, ofRoute)))
        .or(() -> Optional.ofNullable(scopes.get(List.<Object>of(name, Optional.empty(), ofRoute))))
        .or(() ->
            Optional.ofNullable(scopes.get(List.<Object>of(name, ofService, Optional.empty()))))
        .or(() -> Optional.ofNullable(
            scopes.get(List.<Object>of(name, Optional.empty(), Optional.empty()))));
  }

  private record ScopedPlugin(
      PluginEntry entry,
      @Nullable ServiceEntry service,
      @Nullable RouteEntry route) {
    Optional<?> settings() {
      return entry.config().isPresent() ? entry.config() : entry.upstreamOAuth();
    }

    /** The same in every reading, as far as what it is bound to has a name. */
    String called() {
      return entry.name()
          + "\n" + (service == null ? "" : service.name().or(service::id).orElse(service.place()))
          + "\n" + (route == null ? "" : route.name().or(route::id).orElse(route.path()));
    }
  }
}
