package io.oidcgrant.proxy.admin.api;

import static io.oidcgrant.proxy.admin.api.Answer.object;

import io.oidcgrant.issuer.IssuerStatus;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** {@code /openid-connect/issuers}: what is known of issuers, and that it be read again. */
final class Issuers {
  private static final List<String> PATH = List.of("openid-connect", "issuers");
  private static final String ALLOW = "GET, HEAD, OPTIONS, DELETE";

  private final Supplier<List<IssuerStatus>> all;
  private final Consumer<String> rediscover;

  Issuers(Supplier<List<IssuerStatus>> all, Consumer<String> rediscover) {
    this.all = all;
    this.rediscover = rediscover;
  }

  /** Whether the parts of a path name all of them, or one by its id or itself. */
  static boolean areMeant(List<String> parts) {
    return (parts.size() == 2 || parts.size() == 3) && parts.subList(0, 2).equals(PATH);
  }

  Answer answer(String method, List<String> parts) {
    boolean one = parts.size() == 3;
    List<IssuerStatus> meant = all.get().stream()
        .filter(each ->
            !one || each.issuer().equals(parts.get(2)) || id(each).equalsIgnoreCase(parts.get(2)))
        .toList();
    return switch (method) {
      case "OPTIONS" -> new Answer(204, "", ALLOW);
      case "GET", "HEAD" ->
        one
            ? meant.stream()
                .findFirst()
                .map(each -> Answer.of(200, told(each)))
                .orElseGet(Answer::notFound)
            : Answer.of(200, list(meant.stream().map(Issuers::told).toList()));
      case "DELETE" -> {
        meant.stream().map(IssuerStatus::issuer).distinct().forEach(rediscover);
        yield one && meant.isEmpty() ? Answer.notFound() : Answer.empty();
      }
      default -> Answer.notAllowed(ALLOW);
    };
  }

  private static String id(IssuerStatus status) {
    return UUID.nameUUIDFromBytes(("issuers\n" + status.issuer()).getBytes(StandardCharsets.UTF_8))
        .toString();
  }

  private static Map<String, @Nullable Object> told(IssuerStatus status) {
    Map<String, @Nullable Object> issuer = object("id", id(status));
    issuer.put("issuer", status.issuer());
    issuer.put("discovered", status.everDiscovered());
    issuer.put("reachable", status.reachable());
    return issuer;
  }

  private static Map<String, @Nullable Object> list(List<Map<String, @Nullable Object>> items) {
    Map<String, @Nullable Object> list = object("data", items);
    list.put("next", null);
    return list;
  }
}
