package io.oidcgrant.proxy.admin.api;

import static io.oidcgrant.proxy.admin.api.Answer.object;

import com.nimbusds.jose.util.JSONObjectUtils;
import io.oidcgrant.issuer.IssuerStatus;
import io.oidcgrant.proxy.config.Entities;
import io.oidcgrant.proxy.config.Written;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Kong's Admin API: tells what is in force, and changes what it keeps, where it may. Safe for
 * concurrent use.
 */
public final class AdminApi {
  private static final String READ = "GET, HEAD, OPTIONS";
  private static final List<String> VALIDATE = List.of("schemas", "plugins", "validate");
  private static final int PAGE = 100;
  private static final int LARGEST_PAGE = 1000;

  private final Changes changes;
  private final Writes writes;
  private final Issuers issuers;

  /**
   * Creates it.
   *
   * @param rediscover reads again what an issuer says of itself
   */
  public AdminApi(
      Changes changes, Supplier<List<IssuerStatus>> issuers, Consumer<String> rediscover) {
    this.changes = changes;
    this.writes = new Writes(changes, InstantSource.system());
    this.issuers = new Issuers(issuers, rediscover);
  }

  /** The longest body that {@link #write} takes, in bytes. */
  public static int longestBody() {
    return Bodies.LONGEST;
  }

  /** The answer to what needs no body; empty where {@link #write} has it. */
  public Optional<Answer> answer(String method, String path, @Nullable String query) {
    List<String> parts = parts(path);
    if (Issuers.areMeant(parts)) {
      return Optional.of(issuers.answer(method, parts));
    }
    Optional<Address> address = Address.of(parts);
    if (address.isEmpty() && !isTold(parts)) {
      return Optional.of(Answer.notFound());
    }
    boolean write = changes.allowed();
    String allow = address.map(known -> known.allow(write)).orElseGet(() -> allow(parts, write));
    return switch (method) {
      case "GET", "HEAD" ->
        Optional.of(address
            .map(known -> entities(known, path, query))
            .orElseGet(() -> told(parts).map(value -> Answer.of(200, value)))
            .orElseGet(Answer::notFound));
      case "OPTIONS" -> Optional.of(new Answer(204, "", allow));
      case "POST", "PUT", "PATCH", "DELETE" ->
        !write && address.isPresent()
            ? Optional.of(unsupported(method, address.get().kind(), allow))
            : List.of(allow.split(", ")).contains(method)
                ? Optional.empty()
                : Optional.of(Answer.notAllowed(allow));
      default -> Optional.of(Answer.notAllowed(allow));
    };
  }

  /**
   * Makes, changes or deletes what the path names.
   *
   * @param type of the body; null where the request tells none
   */
  public Answer write(String method, String path, @Nullable String type, byte[] body) {
    List<String> parts = parts(path);
    return Address.of(parts)
        .map(address -> writes.answer(method, address, type, body))
        .orElseGet(() ->
            parts.equals(VALIDATE) ? writes.validated(type, body) : writes.config(type, body));
  }

  /** What can be done with what is no entity. */
  private static String allow(List<String> parts, boolean write) {
    if (!write) {
      return READ;
    }
    return parts.equals(VALIDATE)
        ? "OPTIONS, POST"
        : parts.equals(List.of("config")) ? READ + ", POST" : READ;
  }

  /** Konnect's API has the same below a longer path. */
  private static List<String> parts(String path) {
    List<String> parts = Address.parts(path);
    boolean konnect = parts.size() > 3
        && parts.get(0).equals("v2")
        && parts.get(1).equals("control-planes")
        && parts.get(3).equals("core-entities");
    if (!konnect) {
      return parts;
    }
    List<String> below = parts.subList(4, parts.size());
    return Address.of(below).isPresent() ? below : List.of("");
  }

  /** Whether there is something to tell that is no entity. */
  private static boolean isTold(List<String> parts) {
    if (parts.equals(List.of(""))) {
      return false;
    }
    String joined = String.join("/", parts);
    return List.of("", "config", "status", "v2/control-planes").contains(joined)
        || (parts.size() == 3 && joined.startsWith("schemas/plugins/"));
  }

  private Optional<Map<String, @Nullable Object>> told(List<String> parts) {
    if (parts.isEmpty()) {
      return Optional.of(self());
    }
    return switch (parts.get(0)) {
      case "status" -> Optional.of(object("database", Map.of("reachable", true)));
      case "config" -> Optional.of(object("config", JSONObjectUtils.toJSONString(file())));
      case "v2" -> Optional.of(controlPlanes());
      default -> PluginSchema.of(parts.get(2));
    };
  }

  /** All that is in force, as a declarative file. */
  private Map<String, @Nullable Object> file() {
    Map<String, @Nullable Object> file = object("_format_version", "3.0");
    List<Written> all = changes.inForce();
    for (String kind : Entities.KINDS) {
      file.put(kind, of(all, kind).map(Written::members).toList());
    }
    return file;
  }

  private Optional<Answer> entities(Address address, String path, @Nullable String query) {
    List<Written> all = changes.inForce();
    Stream<Written> wanted = of(all, address.kind());
    String ownerKind = address.ownerKind();
    String ownerKey = address.ownerKey();
    if (ownerKind != null && ownerKey != null) {
      Optional<Written> owner =
          of(all, ownerKind).filter(each -> each.isCalled(ownerKey)).findFirst();
      if (owner.isEmpty()) {
        return Optional.empty();
      }
      wanted = wanted.filter(
          each -> each.isOf(Address.fieldOf(ownerKind), owner.get().id()));
    }
    Optional<String> customId =
        address.kind().equals("consumers") ? text(query, "custom_id") : Optional.empty();
    if (customId.isPresent()) {
      wanted = wanted.filter(each -> customId.get().equals(each.members().get("custom_id")));
    }
    String key = address.key();
    if (key == null) {
      Optional<Tags> tags = Tags.of(text(query, "tags").orElse(""));
      return Optional.of(
          tags.isEmpty() ? Tags.unreadable() : page(wanted, tags.get(), path, query));
    }
    return wanted
        .filter(each -> each.isCalled(key))
        .findFirst()
        .map(one -> Answer.of(200, Told.of(one)));
  }

  private static Answer page(
      Stream<Written> wanted, Tags tags, String path, @Nullable String query) {
    List<Written> all = wanted.filter(each -> tags.fit(each.members())).toList();
    int size = parameter(query, "size", PAGE);
    int offset = parameter(query, "offset", 0);
    if (size < 1 || size > LARGEST_PAGE) {
      return Answer.error(
          400,
          9,
          "invalid size",
          "size must be an integer between 1 and " + LARGEST_PAGE,
          object("size", "must be an integer between 1 and " + LARGEST_PAGE));
    }
    if (offset < 0) {
      return Answer.error(400, 7, "invalid offset", "'offset' is not valid: bad offset", Map.of());
    }
    int end = (int) Math.min((long) offset + size, all.size());
    List<Map<String, @Nullable Object>> shown =
        all.subList(Math.min(offset, end), end).stream().map(Told::of).toList();
    Map<String, @Nullable Object> page = list(shown);
    if (end < all.size()) {
      page.put(
          "next",
          path.replaceFirst("/+$", "") + "?offset=" + end + "&size=" + size + tags.inQuery());
      page.put("offset", String.valueOf(end));
    }
    return Answer.of(200, page);
  }

  /** What the query says of it; what cannot be decoded is nothing's name. */
  private static Optional<String> text(@Nullable String query, String name) {
    return Arrays.stream(query == null ? new String[0] : query.split("&", -1))
        .filter(pair -> pair.startsWith(name + "="))
        .map(pair -> pair.substring(name.length() + 1))
        .map(AdminApi::decoded)
        .findFirst();
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return text;
    }
  }

  /** A number of the query; -1 where something else stands there. */
  private static int parameter(@Nullable String query, String name, int standard) {
    return text(query, name)
        .map(text -> text.matches("\\d{1,7}") ? Integer.parseInt(text) : -1)
        .orElse(standard);
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
            of(changes.inForce(), "plugins")
                .map(plugin -> String.valueOf(plugin.members().get("name")))
                .distinct()
                .toList()));
    return self;
  }

  /** In Konnect's API, the one that this is. */
  private static Map<String, @Nullable Object> controlPlanes() {
    Map<String, @Nullable Object> plane = object(
        "id",
        UUID.nameUUIDFromBytes("oidc-proxy".getBytes(StandardCharsets.UTF_8)).toString());
    plane.put("name", "oidc-proxy");
    return object("data", List.of(plane));
  }

  private static Map<String, @Nullable Object> list(List<Map<String, @Nullable Object>> items) {
    Map<String, @Nullable Object> list = object("data", items);
    list.put("next", null);
    return list;
  }

  /** A write, in Kong's words for a gateway without a database. */
  private static Answer unsupported(String method, String kind, String allow) {
    String verb = switch (method) {
      case "POST" -> "create";
      case "PUT" -> "create or update";
      case "PATCH" -> "update";
      default -> "delete";
    };
    Answer refused = Answer.error(
        405,
        12,
        "operation unsupported",
        "cannot " + verb + " '" + kind + "' entities when not using a database",
        Map.of());
    return new Answer(405, refused.json(), allow);
  }
}
