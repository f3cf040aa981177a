package io.oidcgrant.config;

import io.oidcgrant.http.Pem;
import io.oidcgrant.http.TlsIdentity;
import io.oidcgrant.protocol.Printable;
import io.oidcgrant.protocol.Secret;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The entries {@code certificates[]} and {@code ca_certificates[]} of the files of one reading.
 * They are read before anything that may name them. Not thread-safe.
 */
public final class Certificates {
  /**
   * An entry of {@code certificates[]}.
   *
   * @param names for which a listener presents it ({@code snis})
   */
  public record Entry(String id, TlsIdentity.Source source, List<String> names) {}

  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private final Map<String, String> authorities = new LinkedHashMap<>();
  /** Where each id stands. */
  private final Map<String, ConfigNode> entryPlaces = new HashMap<>();

  private final Map<String, ConfigNode> authorityPlaces = new HashMap<>();

  /** The entry with this id. */
  public Optional<Entry> find(String id) {
    return Optional.ofNullable(entries.get(id));
  }

  /** All entries, in their order. */
  public List<Entry> all() {
    return List.copyOf(entries.values());
  }

  /** The PEM of the entry of {@code ca_certificates[]} with this id. */
  public Optional<String> findAuthority(String id) {
    return Optional.ofNullable(authorities.get(id));
  }

  /** Reads the entries of one file. */
  public void read(ConfigNode root, Reading reading) {
    if (!(root instanceof ConfigNode.Mapping mapping)) {
      return;
    }
    for (ConfigNode.Entry entry : mapping.entries()) {
      boolean own = entry.name().equals("certificates");
      if (!own && !entry.name().equals("ca_certificates")) {
        continue;
      }
      if (entry.value() instanceof ConfigNode.Sequence list) {
        for (int i = 0; i < list.items().size(); i++) {
          MappingReader.of(list.items().get(i), entry.name() + "[" + i + "]", reading)
              .ifPresent(item -> {
                if (own) {
                  certificate(item, reading);
                } else {
                  authority(item, reading);
                }
              });
        }
      } else if (!entry.value().isNull()) {
        reading.problem(
            entry.value(), entry.name(), "is " + entry.value().kind() + ", must be a list");
      }
    }
  }

  private void certificate(MappingReader mapping, Reading reading) {
    Optional<String> certificate = required(mapping, "cert", FieldType.REFERENCEABLE, reading);
    Optional<Secret> key = required(mapping, "key", FieldType.SECRET, reading);
    List<String> names = names(mapping, reading);
    String id = id(mapping, entryPlaces);
    mapping.ignore("tags", "created_at", "updated_at");
    mapping.notImplemented("cert_alt", "key_alt");
    mapping.finish();
    TlsIdentity.Source source =
        new TlsIdentity.Source(certificate.orElse(""), key.map(Secret::reveal), Optional.empty());
    if (certificate.isPresent() && key.isPresent()) {
      try {
        TlsIdentity.load(source, InstantSource.system().instant());
      } catch (IllegalArgumentException e) {
        mapping.problem("cert", null, "cannot be used: " + e.getMessage());
      }
    }
    // One that cannot be used is known all the same: it is a problem here, not where it is named.
    entries.putIfAbsent(id, new Entry(id, source, names));
  }

  private void authority(MappingReader mapping, Reading reading) {
    Optional<String> certificate = required(mapping, "cert", FieldType.REFERENCEABLE, reading);
    String id = id(mapping, authorityPlaces);
    mapping.ignore("cert_digest", "tags", "created_at", "updated_at");
    mapping.finish();
    certificate
        .flatMap(Certificates::wrongAuthority)
        .ifPresent(wrong -> mapping.problem("cert", null, wrong));
    authorities.putIfAbsent(id, certificate.orElse(""));
  }

  private static Optional<String> wrongAuthority(String pem) {
    try {
      Instant now = InstantSource.system().instant();
      return Pem.certificates(pem).stream()
          .filter(certificate -> certificate.getNotAfter().toInstant().isBefore(now))
          .findFirst()
          .map(expired -> "holds the certificate of "
              + Printable.of(expired.getSubjectX500Principal().getName()) + ", which expired at "
              + expired.getNotAfter().toInstant());
    } catch (IllegalArgumentException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  private static <T> Optional<T> required(
      MappingReader mapping, String name, FieldType<T> type, Reading reading) {
    Optional<ConfigNode> value = mapping.take(name);
    if (value.isEmpty()) {
      mapping.problem(name, null, "is missing");
    }
    return value.flatMap(node -> type.read(node, mapping.pathOf(name), reading));
  }

  /** An entry without an id can be used by nothing but a listener. */
  private static String id(MappingReader mapping, Map<String, ConfigNode> places) {
    String id = mapping.take("id", FieldType.TEXT).orElse("#" + (places.size() + 1));
    ConfigNode earlier = places.putIfAbsent(id, mapping.node());
    if (earlier != null) {
      mapping.problem(
          "id",
          null,
          "there is another entry with this id at " + earlier.source() + ":" + earlier.line());
    }
    return id;
  }

  /** Texts, or mappings with a name, as in a dump. */
  private static List<String> names(MappingReader mapping, Reading reading) {
    List<String> names = new ArrayList<>();
    List<ConfigNode> items = mapping.takeItems("snis");
    for (int i = 0; i < items.size(); i++) {
      String path = mapping.pathOf("snis") + "[" + i + "]";
      if (items.get(i) instanceof ConfigNode.Mapping) {
        MappingReader.of(items.get(i), path, reading).ifPresent(inner -> {
          inner.take("name", FieldType.TEXT).ifPresent(names::add);
          inner.ignore("id", "tags", "certificate", "created_at", "updated_at");
          inner.finish();
        });
      } else {
        FieldType.TEXT.read(items.get(i), path, reading).ifPresent(names::add);
      }
    }
    return List.copyOf(names);
  }
}
