package io.oidcgrant.proxy.admin.api;

import com.nimbusds.jose.util.JSONObjectUtils;
import io.oidcgrant.issuer.IssuerStatus;
import io.oidcgrant.proxy.config.Written;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Kong's Admin API as a gateway without a database has it: it tells what is in force, and changes
 * nothing. Safe for concurrent use.
 */
public final class AdminApi {
  private static final String READ = "GET, HEAD, OPTIONS";
  private static final Answer NOT_FOUND = new Answer(404, "{\"message\":\"Not found\"}", "");
  private static final List<String> KINDS =
      List.of("services", "routes", "plugins", "certificates", "ca_certificates", "consumers");

  private final Supplier<List<Written>> written;
  private final Supplier<List<IssuerStatus>> issuers;

  public AdminApi(Supplier<List<Written>> written, Supplier<List<IssuerStatus>> issuers) {
    this.written = written;
    this.issuers = issuers;
  }

  /**
   * An answer.
   *
   * @param allow for the header of this name; empty for none
   */
  public record Answer(int status, String json, String allow) {}

  /** The answer to a request without its query. */
  public Answer answer(String method, String path) {
    List<String> parts = parts(path);
    if (parts.size() > 4
        && parts.get(0).equals("v2")
        && parts.get(1).equals("control-planes")
        && parts.get(3).equals("core-entities")) {
      parts = parts.subList(4, parts.size());
      if (!KINDS.contains(parts.get(0))) {
        return NOT_FOUND;
      }
    }
    if (!exists(parts)) {
      return NOT_FOUND;
    }
    return switch (method) {
      case "GET", "HEAD" -> read(parts).map(AdminApi::ok).orElse(NOT_FOUND);
      case "OPTIONS" -> new Answer(204, "", READ);
      default -> unsupported(method, parts);
    };
  }

  private static List<String> parts(String path) {
    try {
      return Arrays.stream(path.split("/"))
          .filter(part -> !part.isEmpty())
          .map(part -> URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8))
          .toList();
    } catch (IllegalArgumentException e) {
      return List.of("");
    }
  }

  /** Whether there is such an address, whatever the names in it. */
  private static boolean exists(List<String> parts) {
    if (parts.isEmpty() || KINDS.contains(parts.get(0))) {
      return parts.size() < 3 || (parts.size() == 3 && isNested(parts.get(0), parts.get(2)));
    }
    String joined = String.join("/", parts);
    return joined.equals("status")
        || joined.equals("config")
        || joined.equals("openid-connect/issuers")
        || (parts.size() == 3 && joined.startsWith("schemas/plugins/"));
  }

  private static boolean isNested(String kind, String nested) {
    return kind.equals("services")
        ? List.of("routes", "plugins").contains(nested)
        : kind.equals("routes") && nested.equals("plugins");
  }

  /** What there is at an address; empty where nothing is. */
  private Optional<Map<String, @Nullable Object>> read(List<String> parts) {
    if (parts.isEmpty()) {
      return Optional.of(self());
    }
    return switch (parts.get(0)) {
      case "status" -> Optional.of(object("database", Map.of("reachable", true)));
      case "openid-connect" -> Optional.of(list(issuers.get().stream().map(AdminApi::issuer)));
      case "schemas" -> PluginSchema.of(parts.get(2));
      case "config" -> Optional.empty();
      default -> entities(parts);
    };
  }

  private Optional<Map<String, @Nullable Object>> entities(List<String> parts) {
    String kind = parts.get(0);
    List<Written> all = written.get();
    if (parts.size() == 1) {
      return Optional.of(list(of(all, kind).map(Written::members)));
    }
    Optional<Written> found =
        of(all, kind).filter(each -> each.isCalled(parts.get(1))).findFirst();
    if (parts.size() == 2) {
      return found.map(Written::members);
    }
    String owner = kind.substring(0, kind.length() - 1);
    return found.map(one -> list(
        of(all, parts.get(2)).filter(each -> each.isOf(owner, one.id())).map(Written::members)));
  }

  private static Stream<Written> of(List<Written> all, String kind) {
    return all.stream().filter(each -> each.kind().equals(kind));
  }

  private Map<String, @Nullable Object> self() {
    String version = AdminApi.class.getPackage().getImplementationVersion();
    Map<String, @Nullable Object> self = object("product", "oidc-proxy");
    self.put("version", version == null ? "development" : version);
    self.put("configuration", Map.of("database", "off"));
    self.put(
        "plugins",
        Map.of(
            "available_on_server",
            PluginSchema.names(),
            "enabled_in_cluster",
            of(written.get(), "plugins")
                .map(plugin -> String.valueOf(plugin.members().get("name")))
                .distinct()
                .toList()));
    return self;
  }

  private static Map<String, @Nullable Object> issuer(IssuerStatus status) {
    Map<String, @Nullable Object> issuer = object("issuer", status.issuer());
    issuer.put("discovered", status.everDiscovered());
    issuer.put("reachable", status.reachable());
    return issuer;
  }

  private static Map<String, @Nullable Object> list(Stream<Map<String, @Nullable Object>> items) {
    Map<String, @Nullable Object> list = object("data", items.toList());
    list.put("next", null);
    return list;
  }

  static Map<String, @Nullable Object> object(String name, Object value) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    object.put(name, value);
    return object;
  }

  private static Answer ok(Map<String, @Nullable Object> value) {
    return new Answer(200, JSONObjectUtils.toJSONString(value), "");
  }

  /** A write, in Kong's words for a gateway without a database. */
  private static Answer unsupported(String method, List<String> parts) {
    String verb = switch (method) {
      case "POST" -> "create";
      case "PUT" -> "create or update";
      case "PATCH" -> "update";
      case "DELETE" -> "delete";
      default -> "";
    };
    if (verb.isEmpty() || parts.isEmpty() || !KINDS.contains(parts.get(0))) {
      return new Answer(405, "{\"message\":\"Method not allowed\"}", READ);
    }
    String kind = parts.get(parts.size() == 3 ? 2 : 0);
    Map<String, @Nullable Object> refused = object("code", 12);
    refused.put("name", "operation unsupported");
    refused.put("message", "cannot " + verb + " '" + kind + "' entities when not using a database");
    return new Answer(405, JSONObjectUtils.toJSONString(refused), READ);
  }
}
