package io.oidcgrant.proxy.config;

import io.oidcgrant.config.FieldType;
import io.oidcgrant.config.MappingReader;
import io.oidcgrant.config.Reading;
import io.oidcgrant.proxy.route.CanonicalPath;
import io.oidcgrant.proxy.route.UpstreamService;
import io.oidcgrant.proxy.route.UpstreamTls;
import java.util.List;
import java.util.Optional;

/**
 * One entry of {@code services}; the same only as itself.
 *
 * @param place where it stands
 * @param upstream empty where the entry is wrong
 */
record ServiceEntry(
    Optional<String> name,
    Optional<String> id,
    String place,
    boolean enabled,
    Optional<UpstreamService> upstream) {
  private static final FieldType<Integer> MILLISECONDS =
      FieldType.integer(1, Integer.MAX_VALUE - 1);
  private static final FieldType<Integer> PORT = FieldType.integer(1, 65_535);
  private static final List<String> PROTOCOLS = List.of("http", "https", "grpc", "grpcs");
  private static final FieldType<String> PROTOCOL =
      FieldType.oneOf("http", "https", "grpc", "grpcs");

  static ServiceEntry read(MappingReader fields, Reading reading) {
    Optional<String> name = fields.take("name", FieldType.TEXT);
    Optional<String> id = fields.take("id", FieldType.TEXT);
    boolean enabled = fields.take("enabled", FieldType.BOOLEAN).orElse(true);
    int before = reading.problemCount();
    int connect = fields.take("connect_timeout", MILLISECONDS).orElse(60_000);
    int read = fields.take("read_timeout", MILLISECONDS).orElse(60_000);
    int write = fields.take("write_timeout", MILLISECONDS).orElse(60_000);
    String protocol;
    String host;
    int port;
    String path;
    Optional<String> url = fields.take("url", FieldType.TEXT);
    if (url.isPresent()) {
      Optional<ServiceUrl> parts = ServiceUrl.parse(url.get());
      protocol = parts.map(ServiceUrl::protocol).orElse("");
      if (!PROTOCOLS.contains(protocol)) {
        fields.problem(
            "url", null, "must be http://HOST[:PORT][/PATH], or https://…, grpc://… or grpcs://…");
      }
      host = parts.map(ServiceUrl::host).orElse("");
      port = parts.map(ServiceUrl::port).orElse(80);
      path = parts.map(ServiceUrl::path).orElse("");
      if (port < 1 || port > 65_535) {
        fields.problem("url", null, "must have a port from 1 to 65535");
      }
      for (String part : List.of("protocol", "host", "port", "path")) {
        fields
            .take(part)
            .ifPresent(
                at -> fields.problem(part, at, "cannot stand beside url, which says it already"));
      }
    } else {
      protocol = fields.take("protocol", PROTOCOL).orElse("http");
      host = fields.take("host", FieldType.TEXT).orElse("");
      port = fields.take("port", PORT).orElse(ServiceUrl.defaultPort(protocol));
      path = fields.take("path", FieldType.TEXT).orElse("");
      if (!ServiceUrl.HOST.matcher(host).matches()) {
        fields.problem(
            "host", null, "must be the host name or address of the upstream (or url its URL)");
      }
    }
    if (!path.isEmpty() && CanonicalPath.of(path).isEmpty()) {
      fields.problem(
          url.isPresent() ? "url" : "path", null, "must have a path that is not ambiguous");
    }
    int retries =
        fields.take("retries", FieldType.integer(0, 32_767)).orElse(UpstreamService.RETRIES);
    String called = name.or(() -> id).orElse(fields.path());
    UpstreamTls tls = UpstreamTlsFields.read(fields, called, secure(protocol), reading);
    fields.take("tags", FieldType.listOf(FieldType.TEXT));
    fields.ignore("created_at", "updated_at", "ws_id", "_comment");
    fields.notImplemented("tls_sans");
    Optional<UpstreamService> upstream = reading.problemCount() > before
        ? Optional.empty()
        : Optional.of(new UpstreamService(
            called,
            secure(protocol) ? "https" : "http",
            host,
            port,
            path,
            connect,
            write,
            read,
            protocol.startsWith("grpc"),
            retries,
            tls));
    return new ServiceEntry(
        name, id, fields.node().source() + "\n" + fields.path(), enabled, upstream);
  }

  private static boolean secure(String protocol) {
    return protocol.endsWith("s");
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
