package io.oidcgrant.proxy.route;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The router as one would write it without a thought of speed. */
final class LinearReference {
  private record Way(
      Route route, @Nullable HostPattern host, @Nullable PathPattern path, List<Integer> key) {}

  private final List<Way> ways = new ArrayList<>();

  LinearReference(List<Route> routes) {
    for (Route route : routes) {
      List<@Nullable HostPattern> hosts = new ArrayList<>(route.criteria().hosts());
      List<@Nullable PathPattern> paths = new ArrayList<>(route.criteria().paths());
      if (hosts.isEmpty()) {
        hosts.add(null);
      }
      if (paths.isEmpty()) {
        paths.add(null);
      }
      for (HostPattern host : hosts) {
        for (PathPattern path : paths) {
          ways.add(new Way(route, host, path, key(route.criteria(), host, path)));
        }
      }
    }
    ways.sort(LinearReference::compare);
  }

  private static int compare(Way one, Way other) {
    for (int i = 0; i < one.key().size(); i++) {
      int difference = one.key().get(i).compareTo(other.key().get(i));
      if (difference != 0) {
        return difference;
      }
    }
    return 0;
  }

  /** Compared place by place; what is smaller goes first. */
  private static List<Integer> key(
      Criteria c, @Nullable HostPattern host, @Nullable PathPattern path) {
    boolean[] kinds = {
      !c.hosts().isEmpty(),
      !c.headers().isEmpty(),
      !c.paths().isEmpty(),
      !c.methods().isEmpty(),
      !c.snis().isEmpty()
    };
    int count = 0;
    int[] key = new int[14];
    for (int i = 0; i < kinds.length; i++) {
      count += kinds[i] ? 1 : 0;
      key[1 + i] = kinds[i] ? 0 : 1;
    }
    key[0] = -count;
    key[6] = c.hosts().stream().anyMatch(h -> h.text().contains("*")) ? 1 : 0;
    key[7] = host != null && host.port() != 0 ? 0 : 1;
    key[8] = -c.headers().size();
    boolean regex = path != null && path.regex() != null;
    key[9] = regex ? 0 : 1;
    key[10] = regex ? -c.regexPriority() : 0;
    key[11] = regex || path == null ? 0 : -path.text().length();
    key[12] = c.protocols().contains(Protocol.HTTPS) ? 1 : 0;
    key[13] = (int) Math.min(c.createdAt(), Integer.MAX_VALUE);
    return Arrays.stream(key).boxed().toList();
  }

  /** The name of the route, or the status of the refusal. */
  String find(RequestFacts request) {
    for (Way way : ways) {
      if (matches(way, request)) {
        boolean plainOnlyOverTls = !request.secure() && !way.route().criteria().plain();
        return plainOnlyOverTls ? "426" : way.route().name();
      }
    }
    return "404";
  }

  private static boolean matches(Way way, RequestFacts request) {
    Criteria c = way.route().criteria();
    return (way.host() == null
            || (host(way.host(), request.host())
                && (way.host().port() == 0 || way.host().port() == request.port())))
        && (way.path() == null || path(way.path(), request.path().text()))
        && (c.methods().isEmpty() || c.methods().contains(request.method()))
        && (c.snis().isEmpty()
            || c.snis().stream().anyMatch(sni -> host(sni, String.valueOf(request.serverName()))))
        && c.headers().stream()
            .allMatch(h -> request.headers(h.name()).stream().anyMatch(v -> header(h, v)))
        && (!request.secure() || c.protocols().contains(Protocol.HTTPS));
  }

  private static boolean host(HostPattern pattern, String host) {
    String name = host.toLowerCase(Locale.ROOT).replaceFirst("\\.$", "");
    return Pattern.matches(Pattern.quote(pattern.text()).replace("*", "\\E.+\\Q"), name);
  }

  private static boolean path(PathPattern pattern, String path) {
    return pattern.regex() == null
        ? path.startsWith(pattern.text())
        : Pattern.compile(pattern.text()).matcher(path).lookingAt();
  }

  private static boolean header(HeaderCriterion header, String value) {
    return header.regex() == null
        ? header.values().contains(value.toLowerCase(Locale.ROOT))
        : Pattern.compile(header.regex().toString(), Pattern.CASE_INSENSITIVE)
            .matcher(value)
            .find();
  }
}
