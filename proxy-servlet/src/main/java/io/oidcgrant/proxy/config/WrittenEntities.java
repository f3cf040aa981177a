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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Collects what was written of each entity. One per reading; not thread-safe. */
final class WrittenEntities {
  private static final Pattern URL =
      Pattern.compile("(\\w+)://([^/:\\[]+|\\[[^]]*])(:\\d+)?(/.*)?");
  private static final List<String> LISTS =
      List.of("paths", "hosts", "methods", "snis", "protocols", "tags");

  private final List<Written> all = new ArrayList<>();
  private final Map<Object, String> ids = new HashMap<>();

  List<Written> all() {
    return List.copyOf(all);
  }

  void service(ServiceEntry service, MappingReader fields) {
    Map<String, @Nullable Object> members = MaskedValues.of(fields.node());
    members.remove("routes");
    members.remove("plugins");
    if (members.remove("url") instanceof String url) {
      Matcher parts = URL.matcher(url);
      if (parts.matches()) {
        String protocol = parts.group(1).toLowerCase(Locale.ROOT);
        members.put("protocol", protocol);
        members.put("host", parts.group(2));
        members.put("port", parts.group(3) == null ? port(protocol) : port(parts));
        members.put("path", parts.group(4));
      }
    }
    members.putIfAbsent("protocol", "http");
    members.putIfAbsent("port", port(String.valueOf(members.get("protocol"))));
    members.putIfAbsent("retries", 5);
    for (String timeout : List.of("connect_timeout", "read_timeout", "write_timeout")) {
      members.putIfAbsent(timeout, 60_000);
    }
    members.putIfAbsent("enabled", true);
    String place = fields.node().source() + "\n" + fields.path();
    ids.put(service, add("services", service.id(), service.name().orElse(place), members));
  }

  private static int port(String protocol) {
    return protocol.endsWith("s") ? 443 : 80;
  }

  private static int port(Matcher parts) {
    // At most five digits, or the service is refused.
    String digits = parts.group(3).substring(1);
    return digits.length() > 5 ? 0 : Integer.parseInt(digits);
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
    String place = route.node().source() + "\n" + route.path();
    ids.put(route, add("routes", route.id(), route.name().orElse(place), members));
  }

  void plugin(PluginEntry entry, Optional<ServiceEntry> service, Optional<RouteEntry> route) {
    Map<String, @Nullable Object> members = MaskedValues.of(entry.node());
    members.put("name", entry.name());
    members.putIfAbsent("enabled", true);
    members.put("service", reference(service));
    members.put("route", reference(route));
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
    String known = id.orElseGet(
        () -> UUID.nameUUIDFromBytes((kind + "\n" + called).getBytes(StandardCharsets.UTF_8))
            .toString());
    members.put("id", known);
    all.add(new Written(kind, known, members));
    return known;
  }
}
