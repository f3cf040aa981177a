package io.oidcgrant.proxy.config;

import io.oidcgrant.config.ConfigNode;
import io.oidcgrant.config.FieldType;
import io.oidcgrant.config.MappingReader;
import io.oidcgrant.config.OidcGrantConfig;
import io.oidcgrant.config.PluginEntry;
import io.oidcgrant.config.Reading;
import io.oidcgrant.config.UpstreamOAuthConfig;
import io.oidcgrant.proxy.route.Criteria;
import io.oidcgrant.proxy.route.PathHandling;
import io.oidcgrant.proxy.route.Protocol;
import io.oidcgrant.proxy.route.Route;
import io.oidcgrant.proxy.route.UpstreamService;
import java.util.List;
import java.util.Locale;
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
    Criteria criteria,
    boolean stripPath,
    boolean preserveHost,
    PathHandling pathHandling,
    int httpsRedirectStatus) {
  private static final FieldType<Integer> REDIRECT = FieldType.integer(100, 599);

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
    fields.take("request_buffering", FieldType.BOOLEAN);
    fields.take("response_buffering", FieldType.BOOLEAN);
    fields.take("tags", FieldType.listOf(FieldType.TEXT));
    fields.ignore("updated_at", "ws_id", "_comment");
    fields.notImplemented("sources", "destinations", "expression", "priority");
    Criteria criteria = new CriteriaFields(fields, reading).read();
    return new RouteEntry(
        fields.node(),
        fields.path(),
        fields.take("name", FieldType.TEXT),
        fields.take("id", FieldType.TEXT),
        parent,
        service,
        fields.take("enabled", FieldType.BOOLEAN).orElse(true),
        criteria,
        stripPath(fields, criteria, reading),
        fields.take("preserve_host", FieldType.BOOLEAN).orElse(false),
        fields
            .take("path_handling", FieldType.oneOf("v0", "v1"))
            .map(version -> PathHandling.valueOf(version.toUpperCase(Locale.ROOT)))
            .orElse(PathHandling.V0),
        redirectStatus(fields, criteria, reading));
  }

  private static boolean stripPath(MappingReader fields, Criteria criteria, Reading reading) {
    boolean grpc = criteria.grpc();
    Optional<ConfigNode> at = fields.take("strip_path");
    boolean strip = at.flatMap(
            node -> FieldType.BOOLEAN.read(node, fields.pathOf("strip_path"), reading))
        .orElse(!grpc);
    if (strip && grpc) {
      fields.problem(
          "strip_path", null, "must be false for grpc: the path is the name of the procedure");
    } else if (strip && at.isPresent() && criteria.paths().isEmpty()) {
      reading.warning(
          at.get(), fields.pathOf("strip_path"), "has no effect: the route has no paths");
    }
    return strip;
  }

  private static int redirectStatus(MappingReader fields, Criteria criteria, Reading reading) {
    String name = "https_redirect_status_code";
    Optional<ConfigNode> at = fields.take(name);
    int status =
        at.flatMap(node -> REDIRECT.read(node, fields.pathOf(name), reading)).orElse(426);
    if (!List.of(426, 301, 302, 307, 308).contains(status)) {
      fields.problem(name, null, "must be one of 426, 301, 302, 307, 308");
    } else if (status != 426 && !criteria.protocols().equals(Set.of(Protocol.HTTPS))) {
      reading.warning(
          at.orElseThrow(),
          fields.pathOf(name),
          "has no effect: the route's protocols are not [https] alone");
    }
    return status;
  }

  Route toRoute(
      UpstreamService upstream,
      Optional<OidcGrantConfig> grant,
      Optional<UpstreamOAuthConfig> serviceToken) {
    return new Route(
        name.or(() -> id).orElse(path),
        upstream,
        criteria,
        stripPath,
        preserveHost,
        pathHandling,
        httpsRedirectStatus,
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
