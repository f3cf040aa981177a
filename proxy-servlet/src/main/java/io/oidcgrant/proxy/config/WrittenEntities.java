package io.oidcgrant.proxy.config;

import io.oidcgrant.config.ConfigNode;
import io.oidcgrant.config.MappingReader;
import io.oidcgrant.config.MaskedValues;
import io.oidcgrant.config.PluginEntry;
import io.oidcgrant.protocol.Consumer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Collects what was written of each entity. One per reading; not thread-safe. */
final class WrittenEntities {
  private static final List<String> LISTS =
      List.of("paths", "hosts", "methods", "snis", "protocols", "tags");

  private final List<Written> all = new ArrayList<>();
  private final Map<Object, String> ids = new HashMap<>();

  List<Written> all() {
    return List.copyOf(all);
  }

  /** The id of what has none: the same at every start. */
  static String idOf(String kind, String called) {
    return UUID.nameUUIDFromBytes((kind + "\n" + called).getBytes(StandardCharsets.UTF_8))
        .toString();
  }

  /** Takes note of it, and tells its id. */
  String service(ServiceEntry service, MappingReader fields) {
    Map<String, @Nullable Object> members = MaskedValues.of(fields.node());
    members.remove("routes");
    members.remove("plugins");
    if (members.remove("url") instanceof String url) {
      ServiceUrl.parse(url).ifPresent(parts -> {
        members.put("protocol", parts.protocol());
        members.put("host", parts.host());
        members.put("port", parts.port());
        members.put("path", parts.path().isEmpty() ? null : parts.path());
      });
    }
    members.putIfAbsent("protocol", "http");
    members.putIfAbsent("port", ServiceUrl.defaultPort(String.valueOf(members.get("protocol"))));
    members.putIfAbsent("retries", 5);
    for (String timeout : List.of("connect_timeout", "read_timeout", "write_timeout")) {
      members.putIfAbsent(timeout, 60_000);
    }
    members.putIfAbsent("enabled", true);
    String place = fields.node().source() + "\n" + fields.path();
    String id = add("services", service.id(), service.name().orElse(place), members);
    ids.put(service, id);
    return id;
  }

  static String idOf(RouteEntry route) {
    return route
        .id()
        .orElseGet(
            () -> idOf("routes", route.name().orElse(route.node().source() + "\n" + route.path())));
  }

  void route(RouteEntry route, Optional<ServiceEntry> service) {
    Map<String, @Nullable Object> members = MaskedValues.of(route.node());
    members.remove("plugins");
    members.putIfAbsent("protocols", List.of("http", "https"));
    for (String list : LISTS) {
      if (members.get(list) instanceof String one) {
        members.put(list, List.of(one));
      }
    }
    members.put("strip_path", route.stripPath());
    members.put("preserve_host", route.preserveHost());
    members.put("path_handling", route.pathHandling().name().toLowerCase(Locale.ROOT));
    members.put("https_redirect_status_code", route.httpsRedirectStatus());
    members.putIfAbsent("regex_priority", 0);
    members.put("service", reference(service));
    ids.put(route, add("routes", Optional.of(idOf(route)), "", members));
  }

  void plugin(PluginEntry entry, Optional<ServiceEntry> service, Optional<RouteEntry> route) {
    Map<String, @Nullable Object> members = MaskedValues.of(entry.node());
    members.put("name", entry.name());
    members.put("enabled", entry.enabled());
    members.putIfAbsent("protocols", List.of("grpc", "grpcs", "http", "https"));
    members.putIfAbsent("tags", null);
    members.put("service", reference(service));
    members.put("route", reference(route));
    members.put("consumer", null);
    Optional<String> id = Optional.ofNullable(members.get("id")).map(String::valueOf);
    String scope = entry.name() + "\n" + members.get("service") + "\n" + members.get("route");
    add("plugins", id, scope, members);
  }

  void consumer(Consumer consumer) {
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    members.put("username", consumer.username().orElse(null));
    members.put("custom_id", consumer.customId().orElse(null));
    add("consumers", Optional.of(consumer.id()), "", members);
  }

  /** Those of one document, of either kind. */
  void certificates(ConfigNode document) {
    if (!(document instanceof ConfigNode.Mapping mapping)) {
      return;
    }
    for (ConfigNode.Entry entry : mapping.entries()) {
      boolean kind = entry.name().equals("certificates") || entry.name().equals("ca_certificates");
      if (kind && entry.value() instanceof ConfigNode.Sequence list) {
        for (int i = 0; i < list.items().size(); i++) {
          Map<String, @Nullable Object> members = MaskedValues.of(list.items().get(i));
          Optional<String> id = Optional.ofNullable(members.get("id")).map(String::valueOf);
          add(entry.name(), id, document.source() + "\n" + i, members);
        }
      }
    }
  }

  private @Nullable Object reference(Optional<?> owner) {
    return owner.map(found -> Map.of("id", String.valueOf(ids.get(found)))).orElse(null);
  }

  private String add(
      String kind, Optional<String> id, String called, Map<String, @Nullable Object> members) {
    String known = id.orElseGet(() -> idOf(kind, called));
    members.put("id", known);
    all.add(new Written(kind, known, members));
    return known;
  }
}
