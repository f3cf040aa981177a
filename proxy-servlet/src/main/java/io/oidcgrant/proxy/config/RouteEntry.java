package io.oidcgrant.proxy.config;

import io.oidcgrant.config.ConfigNode;
import io.oidcgrant.config.FieldType;
import io.oidcgrant.config.MappingReader;
import io.oidcgrant.config.OidcGrantConfig;
import io.oidcgrant.config.PluginEntry;
import io.oidcgrant.config.Reading;
import io.oidcgrant.config.UpstreamOAuthConfig;
import io.oidcgrant.proxy.route.CanonicalPath;
import io.oidcgrant.proxy.route.HostPattern;
import io.oidcgrant.proxy.route.Route;
import io.oidcgrant.proxy.route.UpstreamService;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One entry of {@code routes}; the same only as itself.
 *
 * @param parent the service it stands in
 * @param service the name or id of the service it names
 */
record RouteEntry(
    ConfigNode node,
    String path,
    Optional<String> name,
    Optional<String> id,
    @Nullable ServiceEntry parent,
    Optional<String> service,
    boolean enabled,
    List<HostPattern> hosts,
    List<String> paths,
    Set<String> methods,
    boolean stripPath,
    boolean preserveHost) {
  private static final FieldType<List<String>> TEXTS = FieldType.listOf(FieldType.TEXT);

  static RouteEntry read(MappingReader fields, @Nullable ServiceEntry parent, Reading reading) {
    Optional<String> service = PluginEntry.reference(fields, "service", reading);
    if (parent == null && service.isEmpty()) {
      fields.problem("service", null, "is missing");
    } else if (parent != null
        && service.isPresent()
        && !service.equals(parent.name())
        && !service.equals(parent.id())) {
      fields.problem("service", null, "is not the service that the route stands in");
    }
    List<String> hosts = fields.take("hosts", TEXTS).orElse(List.of());
    List<String> paths = fields.take("paths", TEXTS).orElse(List.of());
    List<String> methods = fields.take("methods", TEXTS).orElse(List.of());
    for (String method : methods) {
      if (!method.matches("[A-Z][A-Z-]*")) {
        fields.problem("methods", null, "must hold methods in upper case");
      }
    }
    if (hosts.isEmpty() && paths.isEmpty() && methods.isEmpty()) {
      fields.problem("paths", null, "is missing: a route needs paths, hosts or methods");
    }
    boolean grpc = fields
        .take("protocols", FieldType.listOf(FieldType.oneOf("http", "https", "grpc", "grpcs")))
        .orElse(List.of())
        .stream()
        .anyMatch(protocol -> protocol.startsWith("grpc"));
    fields.take("regex_priority", FieldType.integer(0, Integer.MAX_VALUE));
    fields.take("request_buffering", FieldType.BOOLEAN);
    fields.take("response_buffering", FieldType.BOOLEAN);
    Accepted.only(fields, "path_handling", FieldType.TEXT, "v0");
    Accepted.only(fields, "https_redirect_status_code", FieldType.integer(100, 599), 426);
    fields.ignore("tags", "created_at", "updated_at", "ws_id", "_comment");
    fields.notImplemented("headers", "snis", "sources", "destinations", "expression", "priority");
    return new RouteEntry(
        fields.node(),
        fields.path(),
        fields.take("name", FieldType.TEXT),
        fields.take("id", FieldType.TEXT),
        parent,
        service,
        fields.take("enabled", FieldType.BOOLEAN).orElse(true),
        patterns(fields, hosts),
        prefixes(fields, paths),
        Set.copyOf(methods),
        // The path of a gRPC call is the name of its method.
        fields.take("strip_path", FieldType.BOOLEAN).orElse(!grpc),
        fields.take("preserve_host", FieldType.BOOLEAN).orElse(false));
  }

  private static List<HostPattern> patterns(MappingReader fields, List<String> hosts) {
    List<HostPattern> patterns = new ArrayList<>();
    for (String host : hosts) {
      Optional<HostPattern> pattern = HostPattern.parse(host);
      if (pattern.isEmpty()) {
        fields.problem(
            "hosts",
            null,
            "must hold host names, without port, the leftmost or rightmost label may be *");
      }
      pattern.ifPresent(patterns::add);
    }
    return List.copyOf(patterns);
  }

  private static List<String> prefixes(MappingReader fields, List<String> paths) {
    List<String> prefixes = new ArrayList<>();
    for (String path : paths) {
      Optional<CanonicalPath> prefix = CanonicalPath.of(path);
      if (path.startsWith("~")) {
        fields.problem("paths", null, "a regular expression is not implemented in this release");
      } else if (prefix.isEmpty()) {
        fields.problem("paths", null, "must hold prefixes that begin with / and are not ambiguous");
      }
      prefix.ifPresent(canonical -> prefixes.add(canonical.text()));
    }
    return List.copyOf(prefixes);
  }

  Route toRoute(
      UpstreamService upstream,
      Optional<OidcGrantConfig> grant,
      Optional<UpstreamOAuthConfig> serviceToken) {
    return new Route(
        name.or(() -> id).orElse(path),
        upstream,
        hosts,
        paths,
        methods,
        stripPath,
        preserveHost,
        grant,
        serviceToken);
  }

  @Override
  public boolean equals(Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}
