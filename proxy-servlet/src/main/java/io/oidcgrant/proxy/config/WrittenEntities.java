package io.oidcgrant.proxy.config;

import io.oidcgrant.config.ConfigNode;
import io.oidcgrant.config.MaskedValues;
import io.oidcgrant.config.PluginEntry;
import io.oidcgrant.protocol.Consumer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Collects what was written of each entity, and puts it into words once somebody asks: a start does
 * not wait for it. One per reading; one thread collects, any may ask.
 */
final class WrittenEntities {
  private static final List<String> LISTS =
      List.of("paths", "hosts", "methods", "snis", "protocols", "tags", "ca_certificates");

  private final List<Supplier<Written>> collected = new ArrayList<>();
  private @Nullable List<Written> all;

  synchronized List<Written> all() {
    if (all == null) {
      all = collected.stream().map(Supplier::get).toList();
      collected.clear();
    }
    return all;
  }

  /** The id of what has none: the same at every start. */
  static String idOf(String kind, String called) {
    return UUID.nameUUIDFromBytes((kind + "\n" + called).getBytes(StandardCharsets.UTF_8))
        .toString();
  }

  static String idOf(ServiceEntry service) {
    return service.id().orElseGet(() -> idOf("services", service.name().orElse(service.place())));
  }

  static String idOf(RouteEntry route) {
    return route
        .id()
        .orElseGet(
            () -> idOf("routes", route.name().orElse(route.node().source() + "\n" + route.path())));
  }

  void service(ServiceEntry service, ConfigNode node) {
    collected.add(() -> {
      Map<String, @Nullable Object> members = MaskedValues.of(node, "routes", "plugins");
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
      return written("services", idOf(service), members);
    });
  }

  void route(RouteEntry route, Optional<ServiceEntry> service) {
    collected.add(() -> {
      Map<String, @Nullable Object> members = MaskedValues.of(route.node(), "plugins");
      members.putIfAbsent("protocols", List.of("http", "https"));
      members.put("strip_path", route.stripPath());
      members.put("preserve_host", route.preserveHost());
      members.put("path_handling", route.pathHandling().name().toLowerCase(Locale.ROOT));
      members.put("https_redirect_status_code", route.httpsRedirectStatus());
      members.putIfAbsent("regex_priority", 0);
      members.put("service", reference(service.map(WrittenEntities::idOf)));
      return written("routes", idOf(route), members);
    });
  }

  void plugin(PluginEntry entry, Optional<ServiceEntry> service, Optional<RouteEntry> route) {
    collected.add(() -> {
      Map<String, @Nullable Object> members = MaskedValues.of(entry.node());
      members.put("name", entry.name());
      members.put("enabled", entry.enabled());
      members.putIfAbsent("protocols", List.of("grpc", "grpcs", "http", "https"));
      members.putIfAbsent("tags", null);
      members.put("service", reference(service.map(WrittenEntities::idOf)));
      members.put("route", reference(route.map(WrittenEntities::idOf)));
      members.put("consumer", null);
      String scope = entry.name() + "\n" + members.get("service") + "\n" + members.get("route");
      return written("plugins", id(members, "plugins", scope), members);
    });
  }

  /** As it was written: a reference to where a name is kept is not the name. */
  void consumer(Consumer consumer, ConfigNode node) {
    collected.add(() -> {
      Map<String, @Nullable Object> members = MaskedValues.of(node);
      members.putIfAbsent("username", null);
      members.putIfAbsent("custom_id", null);
      return written("consumers", consumer.id(), members);
    });
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
          ConfigNode item = list.items().get(i);
          String place = document.source() + "\n" + i;
          collected.add(() -> {
            Map<String, @Nullable Object> members = MaskedValues.of(item);
            return written(entry.name(), id(members, entry.name(), place), members);
          });
        }
      }
    }
  }

  private static @Nullable Object reference(Optional<String> id) {
    return id.map(known -> Map.of("id", known)).orElse(null);
  }

  private static String id(Map<String, @Nullable Object> members, String kind, String called) {
    Object id = members.get("id");
    return id == null ? idOf(kind, called) : String.valueOf(id);
  }

  private static Written written(String kind, String id, Map<String, @Nullable Object> members) {
    boolean lasting = members.get("id") != null || members.get("name") != null;
    members.put("id", id);
    for (String list : LISTS) {
      if (members.get(list) instanceof String one) {
        members.put(list, List.of(one));
      }
    }
    return new Written(kind, id, members, lasting);
  }
}
