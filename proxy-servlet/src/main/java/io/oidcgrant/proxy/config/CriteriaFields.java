package io.oidcgrant.proxy.config;

import io.oidcgrant.config.ConfigNode;
import io.oidcgrant.config.FieldType;
import io.oidcgrant.config.MappingReader;
import io.oidcgrant.config.Reading;
import io.oidcgrant.proxy.route.Criteria;
import io.oidcgrant.proxy.route.HeaderCriterion;
import io.oidcgrant.proxy.route.HostPattern;
import io.oidcgrant.proxy.route.PathPattern;
import io.oidcgrant.proxy.route.Protocol;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Reads the fields of a route that say which requests it is for. One per route. */
final class CriteriaFields {
  private static final FieldType<List<String>> TEXTS = FieldType.listOf(FieldType.TEXT);
  private static final FieldType<List<String>> PROTOCOLS =
      FieldType.listOf(FieldType.oneOf("http", "https", "grpc", "grpcs"));

  /** What stands in regular expressions and in no path. */
  private static final Pattern OF_REGEX = Pattern.compile("[*()\\[\\]$]");

  private final MappingReader fields;
  private final Reading reading;

  CriteriaFields(MappingReader fields, Reading reading) {
    this.fields = fields;
    this.reading = reading;
  }

  Criteria read() {
    int before = reading.problemCount();
    List<HostPattern> hosts = items("hosts", CriteriaFields::host);
    List<PathPattern> paths = items("paths", this::path);
    List<String> methods = items("methods", CriteriaFields::method);
    List<HostPattern> snis = items("snis", CriteriaFields::sni);
    List<HeaderCriterion> headers = headers();
    Set<Protocol> protocols = protocols();
    boolean none = hosts.isEmpty()
        && paths.isEmpty()
        && methods.isEmpty()
        && snis.isEmpty()
        && headers.isEmpty();
    if (none && reading.problemCount() == before) {
      fields.problem(
          "paths", null, "is missing: a route needs paths, hosts, methods, headers or snis");
    }
    Criteria criteria = new Criteria(
        hosts,
        paths,
        regexPriority(paths),
        Set.copyOf(methods),
        headers,
        snis,
        protocols,
        fields
            .take("created_at", FieldType.number(0, 1e15))
            .map(Double::longValue)
            .orElse(Long.MAX_VALUE));
    check(criteria);
    return criteria;
  }

  private void check(Criteria criteria) {
    Set<Protocol> protocols = criteria.protocols();
    boolean http = protocols.contains(Protocol.HTTP) || protocols.contains(Protocol.HTTPS);
    if (criteria.grpc() && http) {
      fields.problem(
          "protocols", null, "must be of http and https, or of grpc and grpcs, not of both");
    }
    if (criteria.grpc() && !criteria.methods().isEmpty()) {
      fields.problem("methods", null, "cannot stand in a route for grpc: its method is POST");
    }
    if (!criteria.snis().isEmpty() && !criteria.tls()) {
      fields.problem("snis", null, "needs https or grpcs among the route's protocols");
    }
  }

  private int regexPriority(List<PathPattern> paths) {
    Optional<ConfigNode> at = fields.take("regex_priority");
    int priority = at.flatMap(node -> FieldType.integer(Integer.MIN_VALUE, Integer.MAX_VALUE)
            .read(node, fields.pathOf("regex_priority"), reading))
        .orElse(0);
    if (priority != 0 && paths.stream().noneMatch(path -> path.regex() != null)) {
      reading.warning(
          at.orElseThrow(),
          fields.pathOf("regex_priority"),
          "has no effect: no path of the route is a regular expression (which begins with ~/)");
    }
    return priority;
  }

  private Set<Protocol> protocols() {
    Set<Protocol> protocols = EnumSet.noneOf(Protocol.class);
    Optional<List<String>> written = fields.take("protocols", PROTOCOLS);
    written
        .orElse(List.of())
        .forEach(name -> protocols.add(Protocol.valueOf(name.toUpperCase(Locale.ROOT))));
    if (written.isPresent() && protocols.isEmpty()) {
      fields.problem("protocols", null, "is empty: leave it out for http and https");
    }
    return protocols.isEmpty() ? Set.of(Protocol.HTTP, Protocol.HTTPS) : protocols;
  }

  private List<HeaderCriterion> headers() {
    Optional<ConfigNode> at = fields.take("headers");
    if (!(at.orElse(null) instanceof ConfigNode.Mapping mapping)) {
      at.ifPresent(node -> fields.problem(
          "headers", node, "is " + node.kind() + ", must be a mapping of names to values"));
      return List.of();
    }
    List<HeaderCriterion> headers = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (ConfigNode.Entry entry : mapping.entries()) {
      String path = fields.pathOf("headers") + "." + entry.name();
      if (!entry.name().matches("[A-Za-z0-9!#$%&'*+.^_`|~-]+")) {
        reading.problem(mapping.source(), entry.line(), path, "is no name of a header");
      } else if (entry.name().equalsIgnoreCase("host")) {
        reading.problem(mapping.source(), entry.line(), path, "cannot stand here, use hosts");
      } else if (!names.add(entry.name().toLowerCase(Locale.ROOT))) {
        reading.problem(
            mapping.source(), entry.line(), path, "is there twice: case makes no difference");
      } else {
        header(entry, path).ifPresent(headers::add);
      }
    }
    return List.copyOf(headers);
  }

  private Optional<HeaderCriterion> header(ConfigNode.Entry entry, String path) {
    ConfigNode node = entry.value();
    List<String> values = TEXTS.read(node, path, reading).orElse(List.of());
    if (values.isEmpty()) {
      if (node instanceof ConfigNode.Sequence list && list.items().isEmpty()) {
        reading.problem(node.source(), entry.line(), path, "must hold at least one value");
      }
      return Optional.empty();
    }
    if (values.size() > 1 && values.stream().anyMatch(HeaderCriterion::isRegex)) {
      reading.warning(
          node, path, "takes ~* literally: a regular expression must be the only value");
    }
    try {
      return Optional.of(HeaderCriterion.parse(entry.name(), values));
    } catch (IllegalArgumentException e) {
      reading.problem(node.source(), entry.line(), path, message(e));
      return Optional.empty();
    }
  }

  /** The values of a list that can be parsed; a problem for each that cannot. */
  private <T> List<T> items(String name, Function<String, T> parse) {
    Optional<ConfigNode> at = fields.take(name);
    List<ConfigNode> nodes = at.map(
            node -> node instanceof ConfigNode.Sequence list ? list.items() : List.of(node))
        .orElse(List.of());
    List<T> parsed = new ArrayList<>();
    for (int i = 0; i < nodes.size(); i++) {
      ConfigNode node = nodes.get(i);
      String path = fields.pathOf(name) + "[" + i + "]";
      FieldType.TEXT.read(node, path, reading).ifPresent(text -> {
        try {
          parsed.add(parse.apply(text));
        } catch (IllegalArgumentException e) {
          reading.problem(node, path, message(e));
        }
      });
    }
    return List.copyOf(parsed);
  }

  private static String message(IllegalArgumentException e) {
    return String.valueOf(e.getMessage());
  }

  private PathPattern path(String text) {
    PathPattern pattern = PathPattern.parse(text);
    if (pattern.regex() == null && OF_REGEX.matcher(text).find()) {
      reading.warning(
          fields.node(),
          fields.pathOf("paths"),
          "takes " + text + " literally: a regular expression begins with ~/");
    }
    return pattern;
  }

  private static HostPattern host(String text) {
    return HostPattern.parse(text)
        .orElseThrow(() -> new IllegalArgumentException("must be a host name, with or without port,"
            + " whose leftmost or rightmost label may be *"));
  }

  private static HostPattern sni(String text) {
    return HostPattern.parse(text)
        .filter(pattern -> pattern.port() == 0)
        .orElseThrow(() -> new IllegalArgumentException(
            "must be a host name without port, whose leftmost or rightmost label may be *"));
  }

  private static String method(String text) {
    if (text.matches("[A-Z][A-Z-]*")) {
      return text;
    }
    String upper = text.toUpperCase(Locale.ROOT);
    throw new IllegalArgumentException("must be a method in upper case"
        + (upper.matches("[A-Z][A-Z-]*") ? "; did you mean " + upper + "?" : ""));
  }
}
