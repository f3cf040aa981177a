package io.oidcgrant.proxy.config;

import io.oidcgrant.config.Certificates;
import io.oidcgrant.config.ConfigNode;
import io.oidcgrant.config.FieldType;
import io.oidcgrant.config.MappingReader;
import io.oidcgrant.config.PluginEntry;
import io.oidcgrant.config.Reading;
import io.oidcgrant.http.FileStamp;
import io.oidcgrant.http.TlsIdentity;
import io.oidcgrant.proxy.route.UpstreamTls;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The fields of a service that are about TLS. */
final class UpstreamTlsFields {
  private UpstreamTlsFields() {}

  /**
   * Reads them.
   *
   * @param service its name
   * @param secure whether the service has TLS at all
   */
  static UpstreamTls read(MappingReader fields, String service, boolean secure, Reading reading) {
    boolean verify = fields.take("tls_verify", FieldType.BOOLEAN).orElse(true);
    Optional<Integer> depth = fields.take("tls_verify_depth", FieldType.integer(0, 64));
    List<ConfigNode> named = fields.takeValues("ca_certificates");
    Optional<String> client = PluginEntry.reference(fields, "client_certificate", reading);
    if (!secure) {
      if (!verify) {
        meaningless(fields, "tls_verify");
      }
      depth.ifPresent(written -> meaningless(fields, "tls_verify_depth"));
      client.ifPresent(written -> meaningless(fields, "client_certificate"));
      if (!named.isEmpty()) {
        meaningless(fields, "ca_certificates");
      }
      return UpstreamTls.JVM;
    }
    Certificates certificates = reading.certificates();
    Optional<TlsIdentity.Source> identity =
        client.flatMap(certificates::find).map(Certificates.Entry::source);
    if (client.isPresent() && identity.isEmpty()) {
      fields.problem("client_certificate", null, "names no entry of certificates[]");
    }
    // A client of its own for what the files hold now.
    List<Path> files = identity.map(TlsIdentity.Source::files).orElse(List.of());
    files.forEach(reading::isOf);
    String stamp = FileStamp.of(files);
    List<String> authorities = authorities(fields, named, reading);
    if (!verify) {
      reading.warning(
          fields.node(),
          fields.pathOf("tls_verify"),
          "is false: whoever answers in the place of the upstream of service " + service
              + " is believed");
      // Nothing is checked, so nothing else matters.
      return new UpstreamTls(false, Optional.empty(), List.of(), identity, stamp);
    }
    return new UpstreamTls(true, depth, authorities, identity, stamp);
  }

  private static void meaningless(MappingReader fields, String name) {
    fields.problem(name, null, "needs the protocol https or grpcs");
  }

  private static List<String> authorities(
      MappingReader fields, List<ConfigNode> named, Reading reading) {
    List<String> authorities = new ArrayList<>();
    for (int i = 0; i < named.size(); i++) {
      String path = fields.pathOf("ca_certificates") + "[" + i + "]";
      ConfigNode node = named.get(i);
      FieldType.TEXT.read(node, path, reading).ifPresent(id -> {
        Optional<String> pem = reading.certificates().findAuthority(id);
        if (pem.isEmpty()) {
          reading.problem(node, path, "names no entry of ca_certificates[]");
        }
        pem.ifPresent(authorities::add);
      });
    }
    return List.copyOf(authorities);
  }
}
