package io.oidcgrant.config;

import io.oidcgrant.http.Pem;
import io.oidcgrant.http.TlsIdentity;
import io.oidcgrant.protocol.Secret;
import java.time.InstantSource;
import java.util.ArrayList;
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
      if (entry.value() instanceof ConfigNode.Sequence list) {
        for (int i = 0; i < list.items().size(); i++) {
          String path = entry.name() + "[" + i + "]";
          if (entry.name().equals("certificates")) {
            certificate(list.items().get(i), path, reading);
          } else if (entry.name().equals("ca_certificates")) {
            authority(list.items().get(i), path, reading);
          }
        }
      }
    }
  }

  private void certificate(ConfigNode node, String path, Reading reading) {
    Optional<MappingReader> found = MappingReader.of(node, path, reading);
    if (found.isEmpty()) {
      return;
    }
    MappingReader mapping = found.get();
    Optional<String> certificate = mapping.take("cert", FieldType.REFERENCEABLE);
    Optional<Secret> key = mapping.take("key", FieldType.SECRET);
    List<String> names = names(mapping, reading);
    String id = id(mapping, entries);
    mapping.ignore("tags", "created_at", "updated_at");
    mapping.notImplemented("cert_alt", "key_alt");
    mapping.finish();
    if (certificate.isEmpty() || key.isEmpty()) {
      mapping.problem(certificate.isEmpty() ? "cert" : "key", null, "is missing or cannot be read");
      return;
    }
    TlsIdentity.Source source =
        new TlsIdentity.Source(certificate.get(), key.map(Secret::reveal), Optional.empty());
    try {
      TlsIdentity.load(source, InstantSource.system().instant());
    } catch (IllegalArgumentException e) {
      mapping.problem("cert", null, "cannot be used: " + e.getMessage());
    }
    entries.put(id, new Entry(id, source, names));
  }

  private void authority(ConfigNode node, String path, Reading reading) {
    Optional<MappingReader> found = MappingReader.of(node, path, reading);
    if (found.isEmpty()) {
      return;
    }
    MappingReader mapping = found.get();
    Optional<String> certificate = mapping.take("cert", FieldType.REFERENCEABLE);
    String id = id(mapping, authorities);
    mapping.ignore("cert_digest", "tags", "created_at", "updated_at");
    mapping.finish();
    if (certificate.isEmpty()) {
      mapping.problem("cert", null, "is missing or cannot be read");
      return;
    }
    try {
      var unused = Pem.certificates(certificate.get());
    } catch (IllegalArgumentException e) {
      mapping.problem("cert", null, String.valueOf(e.getMessage()));
    }
    authorities.put(id, certificate.get());
  }

  /** An entry without an id can be used by nothing but a listener. */
  private static String id(MappingReader mapping, Map<String, ?> known) {
    String id = mapping.take("id", FieldType.TEXT).orElse("#" + (known.size() + 1));
    if (known.containsKey(id)) {
      mapping.problem("id", null, "is the id of an earlier entry");
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
