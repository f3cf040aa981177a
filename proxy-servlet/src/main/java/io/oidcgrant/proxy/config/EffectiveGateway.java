package io.oidcgrant.proxy.config;

import io.oidcgrant.config.ConfigProblem;
import io.oidcgrant.config.EffectiveConfig;
import io.oidcgrant.config.OidcGrantConfig;
import io.oidcgrant.config.PluginEntry;
import io.oidcgrant.flow.GrantFlow;
import io.oidcgrant.proxy.route.Criteria;
import io.oidcgrant.proxy.route.HeaderCriterion;
import io.oidcgrant.proxy.route.HostPattern;
import io.oidcgrant.proxy.route.PathPattern;
import io.oidcgrant.proxy.route.Route;
import io.oidcgrant.proxy.route.UpstreamService;
import io.oidcgrant.proxy.route.UpstreamTls;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** What is in force, for people to read: YAML, defaults included, secrets masked. */
public final class EffectiveGateway {
  private EffectiveGateway() {}

  public static List<String> lines(Gateway gateway) {
    List<String> lines = new ArrayList<>();
    lines.add("services:");
    for (UpstreamService service : gateway.services()) {
      lines.add("  - name: " + EffectiveConfig.quoted(service.name()));
      lines.add("    url: "
          + EffectiveConfig.quoted(
              protocol(service) + service.address().replaceFirst("^https?", "")));
      lines.add("    connect_timeout: " + service.connectTimeout());
      lines.add("    write_timeout: " + service.writeTimeout());
      lines.add("    read_timeout: " + service.readTimeout());
      lines.add("    retries: " + service.retries());
      tls(lines, service.tls());
    }
    lines.add("routes:");
    gateway.routes().forEach(route -> route(lines, route, gateway.entries()));
    lines.add("plugins:");
    gateway.entries().values().stream()
        .distinct()
        .sorted((a, b) -> place(a).compareTo(place(b)))
        .forEach(entry -> plugin(lines, entry, gateway));
    return lines;
  }

  /** What an operator should know of the plugins in force, in the order in which they stand. */
  public static List<ConfigProblem> warnings(Gateway gateway) {
    List<ConfigProblem> warnings = new ArrayList<>();
    gateway.entries().forEach((settings, entry) -> {
      if (settings instanceof OidcGrantConfig grant) {
        GrantFlow.warnings(grant)
            .forEach(warning -> warnings.add(new ConfigProblem(
                entry.node().source(), entry.node().line(), entry.path(), warning)));
      }
    });
    warnings.sort(
        Comparator.comparing(ConfigProblem::source).thenComparingInt(ConfigProblem::line));
    return warnings;
  }

  private static void tls(List<String> lines, UpstreamTls tls) {
    lines.add("    tls_verify: " + tls.verify());
    tls.depth().ifPresent(depth -> lines.add("    tls_verify_depth: " + depth));
    if (!tls.authorities().isEmpty()) {
      lines.add("    # trusts " + tls.authorities().size() + " ca_certificates, no others");
    }
    if (tls.identity().isPresent()) {
      lines.add("    # shows its client_certificate");
    }
  }

  private static String protocol(UpstreamService service) {
    boolean secure = service.scheme().equals("https");
    return service.http2() ? secure ? "grpcs" : "grpc" : service.scheme();
  }

  private static void route(List<String> lines, Route route, Map<Object, PluginEntry> entries) {
    Criteria criteria = route.criteria();
    lines.add("  - name: " + EffectiveConfig.quoted(route.name()));
    lines.add("    service: " + EffectiveConfig.quoted(route.service().name()));
    list(lines, "hosts", criteria.hosts().stream().map(EffectiveGateway::host).toList());
    list(lines, "paths", criteria.paths().stream().map(EffectiveGateway::path).toList());
    list(lines, "methods", criteria.methods().stream().sorted().toList());
    list(
        lines,
        "headers",
        criteria.headers().stream().map(EffectiveGateway::header).toList());
    list(lines, "snis", criteria.snis().stream().map(EffectiveGateway::host).toList());
    list(
        lines,
        "protocols",
        criteria.protocols().stream()
            .map(one -> one.name().toLowerCase(Locale.ROOT))
            .sorted()
            .toList());
    lines.add("    strip_path: " + route.stripPath());
    lines.add("    preserve_host: " + route.preserveHost());
    lines.add("    path_handling: " + route.pathHandling().name().toLowerCase(Locale.ROOT));
    lines.add("    regex_priority: " + criteria.regexPriority());
    lines.add("    https_redirect_status_code: " + route.httpsRedirectStatus());
    list(
        lines,
        "plugins",
        Stream.<Object>concat(route.grant().stream(), route.serviceToken().stream())
            .flatMap(config -> Stream.ofNullable(entries.get(config)))
            .map(EffectiveGateway::place)
            .toList());
  }

  private static String path(PathPattern path) {
    return (path.regex() == null ? "" : "~") + path.text();
  }

  private static String header(HeaderCriterion header) {
    return header.name() + ": "
        + (header.regex() == null
            ? String.join(", ", header.values().stream().sorted().toList())
            : "~*" + header.regex());
  }

  private static String host(HostPattern host) {
    return host.port() == 0 ? host.text() : host.text() + ":" + host.port();
  }

  private static void list(List<String> lines, String name, Collection<String> values) {
    if (!values.isEmpty()) {
      lines.add("    " + name + ": ["
          + String.join(", ", values.stream().map(EffectiveConfig::quoted).toList()) + "]");
    }
  }

  private static void plugin(List<String> lines, PluginEntry entry, Gateway gateway) {
    List<String> routes = gateway.routes().stream()
        .filter(
            route -> Stream.<Object>concat(route.grant().stream(), route.serviceToken().stream())
                .anyMatch(config -> entry.equals(gateway.entries().get(config))))
        .map(Route::name)
        .toList();
    lines.add("  # " + place(entry) + ", in force on " + String.join(", ", routes));
    lines.add("  - name: " + entry.name());
    lines.add("    config:");
    EffectiveConfig.lines(entry).forEach(line -> lines.add("      " + line));
  }

  private static String place(PluginEntry entry) {
    return entry.name() + " " + entry.node().source() + ":" + entry.node().line();
  }
}
